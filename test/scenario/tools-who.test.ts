import { describe, expect, test } from 'vitest';
import type { Policy } from '../../src/domain/policy.ts';
import { customerUpdated, paymentMethodAttached, subscriptionUpdated } from '../../src/simulate/stripe-events.ts';
import { ADA, saysWho } from './ada.ts';
import { day, hours, minutes } from './harness.ts';
import { becomes, on, to, wait } from './stage.ts';
import {
  customerIsSaved,
  customerPays,
  fails,
  type Happening,
  isLookedAt,
  retrySucceeds,
} from './stripe-happenings.ts';
import { customerSays } from './stripe-people.ts';
import { accountIn, CRMS, personIn } from './tools-looks.ts';
import {
  alertsAre,
  billOf,
  check,
  everyToolShows,
  flowsHeard,
  playTools,
  salesEnter,
  salesLink,
  showsAccount,
  showsPerson,
  streamIs,
  tasksAre,
} from './tools-play.ts';

/** Whom each tool is told of, under which id. */

const LEAVES_OUT: Partial<Policy> = {
  hubspot: {
    createMissing: false,
    contactIdProperty: 'recoup_user_id',
    companyIdProperty: 'recoup_account_id',
    suppressionList: null,
    unenrolWorkflows: [],
  },
};
const filledNames = (values: Readonly<Record<string, unknown>> | null): readonly string[] =>
  Object.entries(values ?? {})
    .filter(([, value]) => value !== null && value !== '')
    .map(([name]) => name)
    .toSorted();

describe('a CRM that does not know the customer', () => {
  test('is left alone, is told everything once sales made contact and company, and keeps its own address', () =>
    playTools(
      [
        to('ada', saysWho('ada')),
        salesEnter('eve', 'hubspot', 'salesforce'),
        to('eve', customerSays({ user: 'user_eve', email: 'eve@example.com' })),
        to('ada', fails(ADA, { retryAt: day(3) })),
        to('eve', fails(billOf('eve'), { retryAt: day(3) })),
        wait(hours(3)),
        check(({ standIns: { hubspot, salesforce } }) => {
          expect(hubspot.account.objects.contacts.size).toBe(1);
          expect(hubspot.account.objects.companies.size).toBe(1);
          expect([salesforce.org.all('Contact').length, salesforce.org.all('Account').length]).toEqual([1, 1]);
        }),
        showsPerson('braze', 'ada', { inDunning: true }),
        on(2),
        salesEnter('ada', 'hubspot', 'salesforce'),
        on(3),
        to('ada', fails(ADA, { attempt: 2, retryAt: day(6) })),
        to('eve', fails(billOf('eve'), { attempt: 2, retryAt: day(6) })),
        wait(minutes(2)),
        everyToolShows('ada', { inDunning: true, status: 'active', stage: 'retrying', due: 49, retryOn: '2026-03-08' }),
        check(({ standIns }) => {
          for (const vendor of CRMS) {
            const [ada, eve] = ['user_ada', 'user_eve'].map((user) => filledNames(personIn(standIns, vendor, user)));
            expect(ada, `contact in ${vendor}`).toEqual(eve);
            const [hers, other] = ['cus_ada', 'cus_eve'].map((id) => filledNames(accountIn(standIns, vendor, id)));
            expect(hers, `account in ${vendor}`).toEqual(other);
          }
        }),
        on(4),
        to('ada', customerSays({ user: 'user_ada', email: 'new@example.com' })),
        to('ada', retrySucceeds(ADA, { attempt: 3 })),
        wait(minutes(2)),
        everyToolShows('ada', { inDunning: false, status: 'recovered' }),
        check(({ standIns }) => {
          expect(personIn(standIns, 'hubspot', 'user_ada')?.email).toBe('ada@example.com');
          expect(personIn(standIns, 'salesforce', 'user_ada')?.Email).toBe('ada@example.com');
        }),
        tasksAre('ada', [{ isOpen: false }]),
      ],
      { policy: LEAVES_OUT },
    ));

  test('hears of somebody made while in dunning within an hour, without any webhook', () =>
    playTools(
      [
        to('ada', saysWho('ada'), fails(ADA, { retryAt: day(3) })),
        wait(minutes(10)),
        showsPerson('hubspot', 'ada', null),
        salesEnter('ada', 'hubspot', 'salesforce'),
        wait(hours(1)),
        showsPerson('hubspot', 'ada', { inDunning: true, due: 49 }),
        showsPerson('salesforce', 'ada', { inDunning: true, due: 49 }),
      ],
      { policy: LEAVES_OUT },
    ));

  test('of who paid before sales made the contact it is told nothing by that alone', () =>
    playTools(
      [
        to('ada', saysWho('ada'), fails(ADA, { retryAt: day(3) })),
        on(1),
        to('ada', customerPays(ADA, { attempt: 1 })),
        on(2),
        salesEnter('ada', 'hubspot', 'salesforce'),
        on(4),
        showsPerson('hubspot', 'ada', null),
        showsPerson('salesforce', 'ada', null),
        tasksAre('ada', [{ isOpen: false }]),
      ],
      { policy: LEAVES_OUT },
    ));

  test('by the shipped policy HubSpot makes the contact with the billing address, Salesforce does not', () =>
    playTools([
      to('ada', saysWho('ada'), fails(ADA, { retryAt: day(3) })),
      wait(minutes(2)),
      showsPerson('hubspot', 'ada', { inDunning: true, stage: 'first_failure' }),
      check(({ standIns }) => expect(personIn(standIns, 'hubspot', 'user_ada')?.email).toBe('ada@example.com')),
      showsPerson('salesforce', 'ada', null),
      showsAccount('hubspot', 'ada', null),
    ]));
});

describe('an account without a user', () => {
  test('is seen by its own id in the CRMs, the channel and the webhook; no tool of people hears anything', () =>
    playTools([
      becomes('ada', { userId: undefined }),
      salesLink({ account: 'cus_ada' }),
      to('ada', customerSays({ email: 'ada@example.com' })),
      to('ada', fails(ADA, { retryAt: day(3) })),
      wait(minutes(2)),
      showsAccount('hubspot', 'ada', { inDunning: true, status: 'active', stage: 'first_failure', due: 49 }),
      showsAccount('salesforce', 'ada', { inDunning: true, status: 'active', stage: 'first_failure', due: 49 }),
      alertsAre('ada', 'Payment failed'),
      streamIs('ada', 'payment_failed'),
      tasksAre('ada', [{ isOpen: true }]),
      on(3),
      to('ada', retrySucceeds(ADA, { attempt: 2 })),
      wait(minutes(2)),
      showsAccount('hubspot', 'ada', { inDunning: false, status: 'recovered', retryOn: null }),
      showsAccount('salesforce', 'ada', { inDunning: false, status: 'recovered', retryOn: null }),
      alertsAre('ada', 'Payment failed', 'recovered'),
      tasksAre('ada', [{ isOpen: false }]),
      streamIs('ada', 'payment_failed', 'payment_retried', 'payment_recovered'),
      check(({ standIns }) => {
        expect(standIns.requestsTo('braze')).toEqual([]);
        expect(standIns.requestsTo('iterable')).toEqual([]);
        expect(standIns.hubspot.account.objects.contacts.size).toBe(0);
        expect(standIns.salesforce.org.all('Contact')).toEqual([]);
      }),
    ]));

  test('whose user comes to light: the person is told of, and neither task nor alert comes twice', () =>
    playTools([
      becomes('ada', { userId: undefined }),
      salesLink({ account: 'cus_ada', user: 'user_ada' }),
      to('ada', fails(ADA, { retryAt: day(3) })),
      wait(minutes(2)),
      flowsHeard('ada'),
      on(1),
      becomes('ada', { userId: 'user_ada' }),
      to('ada', customerIsSaved, isLookedAt(ADA, { retryAt: day(3) })),
      wait(minutes(2)),
      everyToolShows('ada', { inDunning: true, status: 'active', stage: 'first_failure', due: 49 }),
      alertsAre('ada', 'Payment failed'),
      tasksAre('ada', [{ isOpen: true }]),
      streamIs('ada', 'payment_failed'),
    ]));
});

describe('before any failure', () => {
  const attaches: Happening = (account, at) => [
    customerUpdated(account, { at }),
    paymentMethodAttached(account, { at }),
    subscriptionUpdated(account, { subscription: 'sub_ada1', at, status: 'active' }),
  ];

  test('a card that expires is seen on contact and company, and is gone from both with a new one; nobody is alerted', () =>
    playTools([
      salesEnter('ada', 'hubspot', 'salesforce'),
      becomes('ada', { card: { last4: '0026', expMonth: 4, expYear: 2026 }, paymentMethod: 'pm_old' }),
      to('ada', attaches, saysWho('ada')),
      on(29),
      showsPerson('hubspot', 'ada', null),
      on(31),
      everyToolShows('ada', { inDunning: false, status: 'pre_dunning', stage: 'card_expiring', due: null }),
      on(35),
      becomes('ada', { card: { last4: '0030', expMonth: 4, expYear: 2030 }, paymentMethod: 'pm_new' }),
      to('ada', attaches),
      wait(minutes(2)),
      everyToolShows('ada', { inDunning: false, status: 'none' }),
      tasksAre('ada', []),
      alertsAre('ada'),
      flowsHeard('ada'),
    ]));
});
