import { describe, expect, test } from 'vitest';
import { ADA, isKnown, RETRY } from './ada.ts';
import { day, hours, minutes } from './harness.ts';
import { becomes, on, to, wait } from './stage.ts';
import {
  customerPays,
  disputeIsLost,
  fails,
  isPaidFirstTime,
  isSeen,
  isVoided,
  retrySucceeds,
} from './stripe-happenings.ts';
import { disputeIsOpened, disputeIsWon } from './stripe-interruptions.ts';
import { customerSays } from './stripe-people.ts';
import {
  alertsAre,
  billOf,
  check,
  comesBack,
  everyToolShows,
  flowsHeard,
  goesDown,
  playTools,
  showsAccount,
  showsPerson,
  streamIs,
  tasksAre,
} from './tools-play.ts';
import { VENDORS } from './tools-stand-ins.ts';

/** Stories in which edges and state could disagree: several bills, money taken back, holds that come first. */

const OTHER = billOf('ada', 2);

describe('two subscriptions of one account', () => {
  test('each episode has its task and its alert, each ends with its own bill', () =>
    playTools([
      ...isKnown('ada'),
      to('ada', fails(ADA, RETRY)),
      on(1),
      to('ada', fails(OTHER, { retryAt: day(5) })),
      wait(minutes(2)),
      tasksAre('ada', [{ isOpen: true }, { isOpen: true }]),
      alertsAre('ada', 'Payment failed'),
      on(3),
      to('ada', retrySucceeds(ADA, { attempt: 2 })),
      wait(minutes(2)),
      everyToolShows('ada', { inDunning: true, status: 'active', retryOn: '2026-03-07' }),
      tasksAre('ada', [{ isOpen: false }, { isOpen: true }]),
      alertsAre('ada', 'Payment failed', 'recovered', 'Payment failed'),
      on(5),
      to('ada', retrySucceeds(OTHER, { attempt: 2 })),
      wait(minutes(2)),
      everyToolShows('ada', { inDunning: false, status: 'recovered' }),
      tasksAre('ada', [{ isOpen: false }, { isOpen: false }]),
      alertsAre('ada', 'Payment failed', 'recovered', 'Payment failed', 'recovered'),
    ]));
});

describe('money that is taken back', () => {
  test('after a recovery: a new episode with a task and an alert of its own; the old task stays closed', () =>
    playTools([
      ...isKnown('ada'),
      to('ada', fails(ADA, RETRY)),
      on(3),
      to('ada', retrySucceeds(ADA, { attempt: 2 })),
      wait(minutes(2)),
      on(20),
      to('ada', disputeIsLost(ADA, { attempt: 2 })),
      wait(minutes(2)),
      tasksAre('ada', [{ isOpen: false }, { isOpen: true, subject: 'Payment taken back' }]),
      alertsAre('ada', 'Payment failed', 'recovered', 'Payment failed'),
      showsPerson('hubspot', 'ada', { inDunning: true, due: 49 }),
    ]));
});

describe('a hold that is there before the failure', () => {
  test('no alert, entry or task until it ends; then each once, and the CRM says held meanwhile', () =>
    playTools([
      ...isKnown('ada'),
      to('ada', isSeen('sub_ada1', 'active'), isPaidFirstTime(billOf('ada'))),
      on(1),
      to('ada', disputeIsOpened(ADA, 1, day(1))),
      on(2),
      to('ada', fails({ ...OTHER, subscription: ADA.subscription }, { retryAt: day(20) })),
      wait(minutes(2)),
      everyToolShows('ada', { inDunning: false, status: 'held' }),
      tasksAre('ada', []),
      alertsAre('ada'),
      flowsHeard('ada'),
      on(4),
      to('ada', disputeIsWon(ADA, 1, day(1))),
      wait(minutes(2)),
      everyToolShows('ada', { inDunning: true, status: 'active', due: 49 }),
      tasksAre('ada', [{ isOpen: true }]),
      alertsAre('ada', 'Payment failed'),
      flowsHeard('ada', 'dunning_stage_entered'),
    ]));
});

describe('forgiven', () => {
  test('a voided bill ends everything, and nobody is told of a recovery', () =>
    playTools([
      ...isKnown('ada'),
      to('ada', fails(ADA, RETRY)),
      on(1),
      to('ada', isVoided(ADA)),
      wait(minutes(2)),
      everyToolShows('ada', { inDunning: false, status: 'none', due: null, retryOn: null, episode: null }),
      tasksAre('ada', [{ isOpen: false, text: 'nothing is owed any more' }]),
      alertsAre('ada', 'Payment failed', 'forgiven'),
      flowsHeard('ada', 'dunning_stage_entered', 'dunning_exited'),
    ]));
});

describe('a channel or receiver that is away for a while', () => {
  test('Slack: the alert of who still owes is posted once it is back', () =>
    playTools([
      ...isKnown('ada'),
      goesDown('slack'),
      to('ada', fails(ADA, RETRY)),
      wait(hours(1)),
      alertsAre('ada'),
      comesBack('slack'),
      wait(hours(1)),
      alertsAre('ada', 'Payment failed'),
    ]));

  test('the webhook: what waited comes in the order in which it happened', () =>
    playTools([
      ...isKnown('ada'),
      goesDown('webhook'),
      to('ada', fails(ADA, { retryAt: day(0, hours(1)) })),
      wait(hours(1)),
      to('ada', fails(ADA, { attempt: 2, retryAt: day(0, hours(2)) })),
      wait(hours(1)),
      to('ada', retrySucceeds(ADA, { attempt: 3 })),
      wait(minutes(2)),
      streamIs('ada'),
      comesBack('webhook'),
      wait(hours(1)),
      streamIs('ada', 'payment_failed', 'payment_failed', 'payment_retried', 'payment_retried', 'payment_recovered'),
    ]));
});

describe('what people do in a CRM meanwhile', () => {
  test('a contact and a company that sales deleted are not made again by an update, and all else goes on', () =>
    playTools(
      [
        ...isKnown('ada'),
        to('ada', fails(ADA, RETRY)),
        wait(minutes(2)),
        check(({ standIns: { hubspot } }) => {
          for (const type of ['contacts', 'companies'] as const)
            for (const id of hubspot.account.objects[type].keys()) hubspot.account.archive(type, id);
        }),
        on(3),
        to('ada', retrySucceeds(ADA, { attempt: 2 })),
        wait(hours(2)),
        showsPerson('hubspot', 'ada', null),
        showsAccount('hubspot', 'ada', null),
        showsPerson('salesforce', 'ada', { inDunning: false, status: 'recovered' }),
        tasksAre('ada', [{ isOpen: false }]),
      ],
      {
        policy: {
          hubspot: {
            createMissing: false,
            contactIdProperty: 'recoup_user_id',
            companyIdProperty: 'recoup_account_id',
            suppressionList: null,
            unenrolWorkflows: [],
          },
        },
      },
    ));

  test('a session of Salesforce that ends in the middle is opened again, and nothing is lost or doubled', () =>
    playTools([
      ...isKnown('ada'),
      to('ada', fails(ADA, RETRY)),
      wait(minutes(2)),
      check(({ standIns }) => standIns.salesforce.expireSessions()),
      on(3),
      to('ada', retrySucceeds(ADA, { attempt: 2 })),
      wait(minutes(2)),
      everyToolShows('ada', { inDunning: false, status: 'recovered' }),
      tasksAre('ada', [{ isOpen: false }]),
    ]));

  test('a lost answer as HubSpot makes a contact: one contact in the end', () =>
    playTools([
      to('ada', customerSays({ user: 'user_ada', email: 'Ada@Example.com' })),
      check(({ standIns }) =>
        standIns.inject(
          'hubspot',
          { kind: 'silence', applied: true, socket: 'destroyed' },
          { calls: 1, holding: ['user_ada'] },
        ),
      ),
      to('ada', fails(ADA, RETRY)),
      wait(hours(2)),
      showsPerson('hubspot', 'ada', { inDunning: true, due: 49 }),
      check(({ standIns }) => expect(standIns.hubspot.account.objects.contacts.size).toBe(1)),
    ]));
});

describe('a reason that may not be told (E8)', () => {
  test('no tool is told of it, though policy tells Segment; the webhook, tasks and alerts neither', () =>
    playTools(
      [
        ...isKnown('ada'),
        to('ada', fails(ADA, { ...RETRY, because: 'stolen_card' })),
        on(3),
        to('ada', fails(ADA, { attempt: 2, because: 'fraudulent', retryAt: day(6) })),
        wait(minutes(2)),
        streamIs('ada', 'payment_failed', 'payment_failed', 'payment_retried'),
        tasksAre('ada', [{ isOpen: true }]),
        check(({ standIns, segment }) => {
          expect(JSON.stringify(segment)).toContain('stolen_card');
          for (const vendor of VENDORS) {
            const bodies = JSON.stringify(standIns.requestsTo(vendor).map(({ body }) => body));
            expect(bodies, vendor).not.toMatch(/stolen|fraud|lost_card|lost_or_stolen/);
          }
        }),
        on(4),
        to('ada', customerPays(ADA, { attempt: 2 })),
      ],
      { policy: { sendUndisclosedCodes: true } },
    ));
});

describe('a standard plan', () => {
  test('an upgrade to a plan of high value in the middle brings the alert with the next change, once', () =>
    playTools([
      becomes('ada', { planId: 'starter' }),
      ...isKnown('ada'),
      to('ada', fails(ADA, RETRY)),
      wait(minutes(2)),
      alertsAre('ada'),
      tasksAre('ada', []),
      on(3),
      becomes('ada', { planId: 'pro' }),
      to('ada', isSeen('sub_ada1', 'past_due'), fails(ADA, { attempt: 2, retryAt: day(6) })),
      wait(minutes(2)),
      check(({ standIns }) => expect(standIns.slack.messages.length).toBeLessThanOrEqual(1)),
      on(4),
      to('ada', customerPays(ADA, { attempt: 2 })),
      wait(minutes(2)),
      everyToolShows('ada', { inDunning: false, status: 'recovered' }),
    ]));
});
