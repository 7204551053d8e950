import { describe, expect, test } from 'vitest';
import type { Policy } from '../../src/domain/policy.ts';
import { customerUpdated, paymentMethodAttached, subscriptionUpdated } from '../../src/simulate/stripe-events.ts';
import { day, hours, minutes } from './harness.ts';
import {
  customerIsSaved,
  customerPays,
  fails,
  type Happening,
  isLookedAt,
  retrySucceeds,
} from './stripe-happenings.ts';
import { customerSays } from './stripe-people.ts';
import { accountIn, CRMS, personIn, tasksIn } from './tools-looks.ts';
import {
  alertsAre,
  becomes,
  billOf,
  check,
  everyToolShows,
  flowsHeard,
  on,
  playTools,
  salesEnter,
  salesLink,
  showsAccount,
  showsPerson,
  streamIs,
  type ToolsStep,
  tasksAre,
  to,
  wait,
} from './tools-play.ts';

/** Whom each tool is told of, under which id. */

const ADA = billOf('ada');
const saysAda = customerSays({ user: 'user_ada', email: 'ada@example.com' });
const LEAVES_OUT: Partial<Policy> = {
  hubspot: { createMissing: false, contactIdProperty: 'recoup_user_id', companyIdProperty: 'recoup_account_id' },
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
        to('ada', saysAda),
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
        to('ada', saysAda, fails(ADA, { retryAt: day(3) })),
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
        to('ada', saysAda, fails(ADA, { retryAt: day(3) })),
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
      to('ada', saysAda, fails(ADA, { retryAt: day(3) })),
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

describe('one user with two accounts', () => {
  test('each account stands for itself, the person for the worst, and each has its task and alert', () =>
    playTools([
      becomes('one', { userId: 'user_ada' }),
      becomes('two', { userId: 'user_ada' }),
      salesLink({ user: 'user_ada' }),
      salesLink({ account: 'cus_one' }),
      salesLink({ account: 'cus_two' }),
      to('one', fails(billOf('one'), { retryAt: day(2) })),
      wait(minutes(2)),
      on(1),
      to('two', fails({ ...billOf('two'), amount: 9_900 }, { retryAt: day(4) })),
      wait(minutes(2)),
      showsAccount('hubspot', 'one', { inDunning: true, due: 49, retryOn: '2026-03-04' }),
      showsAccount('hubspot', 'two', { inDunning: true, due: 99, retryOn: '2026-03-06' }),
      showsAccount('salesforce', 'one', { inDunning: true, due: 49 }),
      showsAccount('salesforce', 'two', { inDunning: true, due: 99 }),
      // The earlier of two that are equally far (C5).
      showsPerson('braze', 'ada', { inDunning: true, due: 49 }),
      showsPerson('salesforce', 'ada', { inDunning: true, due: 49 }),
      tasksAre('one', [{ isOpen: true }]),
      tasksAre('two', [{ isOpen: true }]),
      alertsAre('one', 'Payment failed'),
      alertsAre('two', 'Payment failed'),
      on(2),
      to('one', retrySucceeds(billOf('one'), { attempt: 2 })),
      wait(minutes(2)),
      showsAccount('hubspot', 'one', { inDunning: false, status: 'recovered' }),
      showsAccount('hubspot', 'two', { inDunning: true, status: 'active', due: 99 }),
      showsAccount('salesforce', 'one', { inDunning: false, status: 'recovered' }),
      showsAccount('salesforce', 'two', { inDunning: true, status: 'active', due: 99 }),
      ...(['braze', 'iterable', 'hubspot', 'salesforce'] as const).map((vendor) =>
        showsPerson(vendor, 'ada', { inDunning: true, status: 'active', due: 99, retryOn: '2026-03-06' }),
      ),
      tasksAre('one', [{ isOpen: false }]),
      tasksAre('two', [{ isOpen: true }]),
      alertsAre('one', 'Payment failed', 'recovered'),
      alertsAre('two', 'Payment failed'),
      streamIs('two', 'payment_failed'),
    ]));
});

describe('seven days after a recovery', () => {
  const isHealthy = { inDunning: false, status: 'none', stage: 'healthy' };

  test('the person and the account are healthy again by time alone', () =>
    playTools([
      salesEnter('ada', 'hubspot', 'salesforce'),
      to('ada', saysAda, fails(ADA, { retryAt: day(3) })),
      on(3),
      to('ada', retrySucceeds(ADA, { attempt: 2 })),
      on(10, -1),
      everyToolShows('ada', { status: 'recovered', stage: 'recovered' }),
      on(10, minutes(1)),
      everyToolShows('ada', isHealthy),
    ]));

  test('each of two accounts is, on its own day', () =>
    playTools([
      becomes('one', { userId: 'user_ada' }),
      becomes('two', { userId: 'user_ada' }),
      salesLink({ user: 'user_ada' }),
      salesLink({ account: 'cus_one' }),
      salesLink({ account: 'cus_two' }),
      to('one', fails(billOf('one'), { retryAt: day(2) })),
      to('two', fails(billOf('two'), { retryAt: day(5) })),
      on(2),
      to('one', retrySucceeds(billOf('one'), { attempt: 2 })),
      on(5),
      to('two', retrySucceeds(billOf('two'), { attempt: 2 })),
      on(9, minutes(1)),
      showsAccount('salesforce', 'one', isHealthy),
      showsAccount('salesforce', 'two', { status: 'recovered' }),
      showsPerson('salesforce', 'ada', { status: 'recovered' }),
      on(12, minutes(1)),
      showsAccount('salesforce', 'two', isHealthy),
      showsPerson('salesforce', 'ada', isHealthy),
    ]));
});

describe('a customer that is linked to another user in the middle of dunning (F2)', () => {
  const isMoved: readonly ToolsStep[] = [
    becomes('ada', { userId: 'user_old' }),
    salesLink({ user: 'user_old', email: 'old@example.com' }),
    salesLink({ user: 'user_new', email: 'new@example.com' }),
    salesLink({ account: 'cus_ada' }),
    to('ada', fails(ADA, { retryAt: day(3) })),
    wait(minutes(2)),
    on(1),
    becomes('ada', { userId: 'user_new' }),
    to('ada', customerIsSaved, isLookedAt(ADA, { retryAt: day(3) })),
    wait(minutes(2)),
  ];

  test('the old one is cleared everywhere, the new one holds all, and the account is where it was', () =>
    playTools([
      ...isMoved,
      ...(['braze', 'iterable', 'hubspot', 'salesforce'] as const).flatMap((vendor) => [
        showsPerson(vendor, 'old', { inDunning: false, status: 'none', due: null, retryOn: null, episode: null }),
        showsPerson(vendor, 'new', { inDunning: true, status: 'active', stage: 'first_failure', due: 49 }),
      ]),
      showsAccount('hubspot', 'ada', { inDunning: true, status: 'active', due: 49 }),
      showsAccount('salesforce', 'ada', { inDunning: true, status: 'active', due: 49 }),
      check(({ standIns }) => {
        const {
          recoup_user_id: _,
          email: __,
          dunning_state_version: ___,
          ...held
        } = personIn(standIns, 'hubspot', 'user_old') ?? {};
        const left = Object.entries(held).filter(([, value]) => !['', 'false', '0'].includes(String(value)));
        expect(Object.fromEntries(left)).toEqual({
          dunning_status: 'none',
          dunning_stage: 'healthy',
        });
      }),
      flowsHeard('old', 'dunning_stage_entered', 'dunning_exited'),
      flowsHeard('new', 'dunning_stage_entered'),
    ]));

  test('one task, one alert and one event, and all end once when the bill is paid', () =>
    playTools([
      ...isMoved,
      tasksAre('ada', [{ isOpen: true }]),
      alertsAre('ada', 'Payment failed'),
      on(3),
      to('ada', retrySucceeds(ADA, { attempt: 2 })),
      wait(minutes(2)),
      tasksAre('ada', [{ isOpen: false }]),
      alertsAre('ada', 'Payment failed', 'recovered'),
      streamIs('ada', 'payment_failed', 'payment_retried', 'payment_recovered'),
      check(({ standIns }) => {
        for (const vendor of CRMS) expect(tasksIn(standIns, vendor, 'cus_ada')).toHaveLength(1);
        expect(personIn(standIns, 'hubspot', 'user_old')?.email).toBe('old@example.com');
      }),
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
      to('ada', attaches, saysAda),
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
