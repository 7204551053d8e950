import { describe, expect, test } from 'vitest';
import { DAY_MS } from '../../src/domain/instant.ts';
import { STRIPE_SHAPES } from '../../src/simulate/stripe-events.ts';
import { runJourney } from '../../src/simulate/vendors/iterable.ts';
import { ADA, isKnown } from './ada.ts';
import { day, minutes, seconds } from './harness.ts';
import { becomes, on, to, wait } from './stage.ts';
import { cancelIsRequested, ends, fails, retrySucceeds } from './stripe-happenings.ts';
import { disputeIsOpened, disputeIsWon, isRefunded } from './stripe-interruptions.ts';
import { personIn } from './tools-looks.ts';
import {
  alertsAre,
  check,
  everyToolShows,
  flowsHeard,
  playTools,
  streamIs,
  type ToolsStep,
  tasksAre,
} from './tools-play.ts';
import { PEOPLE, VENDORS } from './tools-stand-ins.ts';

/** What whoever works in each tool sees of a high-value customer, day by day. */

/** She fails for the first time, and every tool has been told. */
const entersDunning = [to('ada', fails(ADA, { retryAt: day(3) })), wait(seconds(10)), wait(minutes(1))];

/** She fails, is tried again, and pays at the third try. */
const story = [
  on(3),
  to('ada', fails(ADA, { attempt: 2, retryAt: day(6) })),
  wait(seconds(10)),
  on(6),
  to('ada', retrySucceeds(ADA, { attempt: 3 })),
  wait(seconds(10)),
];

const isMember = (audience: string, expected: boolean): ToolsStep =>
  check(({ standIns }) => {
    // Agents of support see no audiences.
    for (const vendor of PEOPLE.filter((each) => each !== 'zendesk' && each !== 'intercom')) {
      const held = personIn(standIns, vendor, 'user_ada') ?? {};
      const name = `in_${audience}`;
      const own = Object.keys(held).find((key) => key.toLowerCase().replace('__c', '') === name) ?? name;
      expect(String(held[own]), `${name} in ${vendor}`).toBe(String(expected));
    }
  });

describe.each(STRIPE_SHAPES)('%s payloads', (shape) => {
  test('failed, tried again, recovered: seen in every tool at each step', () =>
    playTools([
      becomes('ada', { shape }),
      ...isKnown('ada'),
      ...entersDunning,
      everyToolShows('ada', {
        inDunning: true,
        status: 'active',
        stage: 'first_failure',
        due: 49,
        retryOn: '2026-03-05',
      }),
      isMember('dunning_retrying', false),
      tasksAre('ada', [{ isOpen: true, subject: '49.00 USD due, attempt 1', dueOn: '2026-03-03' }]),
      alertsAre('ada', 'Payment failed'),
      flowsHeard('ada', 'dunning_stage_entered'),
      streamIs('ada', 'payment_failed'),
      on(3),
      to('ada', fails(ADA, { attempt: 2, retryAt: day(6) })),
      wait(seconds(10)),
      everyToolShows('ada', { inDunning: true, status: 'active', stage: 'retrying', due: 49, retryOn: '2026-03-08' }),
      isMember('dunning_retrying', true),
      tasksAre('ada', [{ isOpen: true, subject: '49.00 USD due, attempt 2', text: 'Next retry: 2026-03-08' }]),
      alertsAre('ada', 'Payment failed'),
      flowsHeard('ada', 'dunning_stage_entered', 'dunning_stage_entered'),
      on(6),
      to('ada', retrySucceeds(ADA, { attempt: 3 })),
      wait(seconds(10)),
      everyToolShows('ada', {
        inDunning: false,
        status: 'recovered',
        stage: 'recovered',
        retryOn: null,
        episode: null,
      }),
      isMember('dunning_retrying', false),
      tasksAre('ada', [{ isOpen: false, text: 'Closed by Recoup: paid on 2026-03-08 09:00 UTC, by a retry.' }]),
      alertsAre('ada', 'Payment failed', 'recovered'),
      flowsHeard('ada', 'dunning_stage_entered', 'dunning_stage_entered', 'payment_recovered'),
      streamIs('ada', 'payment_failed', 'payment_failed', 'payment_retried', 'payment_retried', 'payment_recovered'),
    ]));
});

describe('what it takes to tell them', () => {
  test('every event reaches the webhook in one request that its receiver believes; no tool refuses one', () =>
    playTools([
      ...isKnown('ada'),
      ...entersDunning,
      ...story,
      check(({ standIns }) => {
        expect(standIns.requestsTo('webhook').map(({ status }) => status)).toEqual([204, 204, 204, 204, 204]);
        for (const vendor of VENDORS) {
          const refused = standIns.requestsTo(vendor).filter(({ status }) => status === null || status >= 300);
          expect(refused, vendor).toEqual([]);
        }
        expect(standIns.requestsTo('slack')).toHaveLength(2);
      }),
    ]));

  test('a task is made by one write, updated by one, closed by one', () =>
    playTools([
      ...isKnown('ada'),
      ...entersDunning,
      ...story,
      check(({ standIns }) => {
        const writes = standIns
          .requestsTo('hubspot')
          .filter(({ path }) => /tasks\/batch\/(create|update|upsert)$/.test(path));
        expect(writes.map(({ path }) => path.split('/').at(-1))).toEqual(['create', 'update', 'update']);
      }),
    ]));

  test('a journey of Iterable stops at the payment: no message after it, nobody left waiting', () => {
    let journey: ReturnType<typeof runJourney>;
    return playTools([
      check(({ standIns }) => {
        journey = runJourney(standIns.iterable.users, {
          delaysMs: [minutes(5), DAY_MS, 4 * DAY_MS, 10 * DAY_MS],
          stages: ['first_failure'],
          reentryMs: 7 * DAY_MS,
          validates: false,
        });
      }),
      ...isKnown('ada'),
      ...entersDunning,
      ...story,
      on(30),
      check(() => {
        journey.passTo(day(30));
        expect(journey.messages.map(({ step }) => step)).toEqual([0, 1, 2]);
        expect(journey.waiting()).toEqual([]);
      }),
    ]);
  });
});

describe('ends other than a payment', () => {
  test('lost: every tool says so, the task closes as lost, the alert is called off', () =>
    playTools([
      ...isKnown('ada'),
      ...entersDunning,
      on(3),
      to('ada', fails(ADA, { attempt: 2 }), ends('sub_ada1', 'payment_failed')),
      wait(minutes(2)),
      everyToolShows('ada', { inDunning: false, status: 'lost', stage: 'lost', retryOn: null }),
      tasksAre('ada', [
        { isOpen: false, text: 'Closed by Recoup: lost on 2026-03-05 09:00 UTC, the payment never came.' },
      ]),
      alertsAre('ada', 'Payment failed', 'lost'),
      check(({ standIns }) => {
        const last = standIns.braze.users.events.at(-1);
        expect(last).toMatchObject({ name: 'dunning_exited', properties: { outcome: 'lost' } });
      }),
    ]));

  test('canceled by the customer while in dunning: held at the request, over at the end, and nobody is told that she was lost', () =>
    playTools([
      ...isKnown('ada'),
      ...entersDunning,
      on(1),
      to('ada', cancelIsRequested('sub_ada1', 'past_due', day(10))),
      wait(minutes(1)),
      everyToolShows('ada', { inDunning: false, status: 'held', due: 49 }),
      tasksAre('ada', [{ isOpen: true, text: 'Messages: held back' }]),
      alertsAre('ada', 'Payment failed'),
      flowsHeard('ada', 'dunning_stage_entered', 'dunning_exited'),
      on(10),
      to('ada', ends('sub_ada1', 'cancellation_requested', 'too_expensive')),
      wait(minutes(1)),
      everyToolShows('ada', { inDunning: false, status: 'none', stage: 'healthy' }),
      tasksAre('ada', [
        { isOpen: false, text: 'the subscription ended on 2026-03-12 09:00 UTC as the customer wished, unpaid' },
      ]),
      alertsAre('ada', 'Payment failed', 'canceled'),
      flowsHeard('ada', 'dunning_stage_entered', 'dunning_exited'),
    ]));

  test('a dispute holds everything back and its end brings the state again, with no second alert, entry or task', () =>
    playTools([
      ...isKnown('ada'),
      ...entersDunning,
      on(1),
      to('ada', disputeIsOpened(ADA, 1, day(1))),
      wait(minutes(1)),
      everyToolShows('ada', { inDunning: false, status: 'held' }),
      tasksAre('ada', [{ isOpen: true, text: 'Messages: held back' }]),
      on(2),
      to('ada', disputeIsWon(ADA, 1, day(1))),
      wait(minutes(1)),
      everyToolShows('ada', { inDunning: true, status: 'active', stage: 'first_failure', due: 49 }),
      tasksAre('ada', [{ isOpen: true, text: 'Messages: not held back' }]),
      alertsAre('ada', 'Payment failed'),
      flowsHeard('ada', 'dunning_stage_entered', 'dunning_exited'),
    ]));

  test('money back on the bill that is owed holds everything back', () =>
    playTools([
      ...isKnown('ada'),
      ...entersDunning,
      on(1),
      to('ada', isRefunded(ADA, 1, { id: 're_1', amount: 4_900, total: 4_900 })),
      wait(minutes(1)),
      everyToolShows('ada', { inDunning: false, status: 'held' }),
      tasksAre('ada', [{ isOpen: true, text: 'Messages: held back' }]),
      alertsAre('ada', 'Payment failed'),
    ]));
});
