import { describe, expect, test } from 'vitest';
import { ADA, isKnown, RETRY } from './ada.ts';
import { day, hours, minutes } from './harness.ts';
import { becomes, heardLate, on, to, wait } from './stage.ts';
import { fails, retrySucceeds } from './stripe-happenings.ts';
import { alertsAre, check, everyToolShows, flowsHeard, playTools, streamIs, tasksAre } from './tools-play.ts';

/** What tools hold and hear of what was heard of late, and of history (semantics E6). */

describe('what is heard of late', () => {
  test('two hours after: state, alert and task, due from when it was heard of; no entry; the webhook has it as late', () =>
    playTools([
      ...isKnown('ada'),
      on(2, hours(16)),
      heardLate('ada', day(2, hours(14)), 'webhook', fails(ADA, RETRY)),
      wait(minutes(2)),
      everyToolShows('ada', { inDunning: true, status: 'active', stage: 'first_failure', due: 49 }),
      tasksAre('ada', [{ isOpen: true, dueOn: '2026-03-06' }]),
      flowsHeard('ada'),
      // People who act are told as long as something is owed; only what writes to the customer is not (E6).
      alertsAre('ada', 'Payment failed'),
      streamIs('ada', 'payment_failed'),
      check(({ standIns }) => expect(standIns.webhook.events[0]?.data.is_late).toBe(true)),
      on(3),
      to('ada', retrySucceeds(ADA, { attempt: 2 })),
      wait(minutes(2)),
      everyToolShows('ada', { inDunning: false, status: 'recovered' }),
      tasksAre('ada', [{ isOpen: false }]),
      alertsAre('ada', 'Payment failed', 'recovered'),
    ]));

  test('by a backfill, what is open: state and a task that is due from now; nothing is said of it', () =>
    playTools([
      ...isKnown('ada'),
      on(30),
      heardLate('ada', day(0), 'backfill', fails(ADA, { retryAt: day(40) })),
      wait(minutes(2)),
      everyToolShows('ada', { inDunning: true, due: 49 }),
      tasksAre('ada', [{ isOpen: true, dueOn: '2026-04-02' }]),
      flowsHeard('ada'),
      alertsAre('ada'),
      streamIs('ada'),
      on(31),
      to('ada', retrySucceeds(ADA, { attempt: 2 })),
      wait(minutes(2)),
      everyToolShows('ada', { inDunning: false, status: 'recovered' }),
      tasksAre('ada', [{ isOpen: false }]),
    ]));

  test('by a backfill, what had ended: no task, no alert, no entry, and nobody is flagged', () =>
    playTools([
      ...isKnown('ada'),
      becomes('ada', { planId: 'starter' }),
      on(30),
      heardLate('ada', day(0), 'backfill', fails(ADA, RETRY), (account) =>
        retrySucceeds(ADA, { attempt: 2 })(account, day(3)),
      ),
      on(40),
      tasksAre('ada', []),
      flowsHeard('ada'),
      alertsAre('ada'),
      streamIs('ada'),
    ]));
});
