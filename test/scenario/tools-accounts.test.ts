import { describe, expect, test } from 'vitest';
import { ADA, saysWho } from './ada.ts';
import { day, minutes } from './harness.ts';
import { becomes, on, to, wait } from './stage.ts';
import { customerIsSaved, fails, isLookedAt, retrySucceeds } from './stripe-happenings.ts';
import { CRMS, personIn, tasksIn } from './tools-looks.ts';
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
  type ToolsStep,
  tasksAre,
} from './tools-play.ts';

/** People with several accounts, and accounts that change hands. */

/** Ada has the accounts `one` and `two`, and sales know all three. */
const hasTwo: readonly ToolsStep[] = [
  becomes('one', { userId: 'user_ada' }),
  becomes('two', { userId: 'user_ada' }),
  salesLink({ user: 'user_ada' }),
  salesLink({ account: 'cus_one' }),
  salesLink({ account: 'cus_two' }),
];

describe('one user with two accounts', () => {
  test('each account stands for itself, the person for the worst, and each has its task and alert', () =>
    playTools([
      ...hasTwo,
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
      to('ada', saysWho('ada'), fails(ADA, { retryAt: day(3) })),
      on(3),
      to('ada', retrySucceeds(ADA, { attempt: 2 })),
      on(10, -1),
      everyToolShows('ada', { status: 'recovered', stage: 'recovered' }),
      on(10, minutes(1)),
      everyToolShows('ada', isHealthy),
    ]));

  test('each of two accounts is, on its own day', () =>
    playTools([
      ...hasTwo,
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
