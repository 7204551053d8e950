import { describe, expect, test } from 'vitest';
import { ADA, isKnown, RETRY } from './ada.ts';
import { day, hours, minutes } from './harness.ts';
import { on, to, wait } from './stage.ts';
import { customerPays, fails, retrySucceeds } from './stripe-happenings.ts';
import {
  alertsAre,
  billOf,
  check,
  everyToolShows,
  flowsHeard,
  playTools,
  startsWith,
  streamIs,
  type ToolsStep,
  tasksAre,
} from './tools-play.ts';
import { VENDORS } from './tools-stand-ins.ts';

/** What tools hear of what a recorder took in their place. */

describe('a relay that only recorded before (G9)', () => {
  const recorded: readonly ToolsStep[] = [
    ...isKnown('ada'),
    to('ada', fails(ADA, RETRY)),
    to('payer', fails(billOf('payer'), RETRY)),
    wait(minutes(2)),
    on(1),
    to('payer', customerPays(billOf('payer'), { attempt: 1 })),
    wait(minutes(2)),
    check(({ standIns }) => {
      for (const vendor of VENDORS) expect(standIns.requestsTo(vendor), vendor).toEqual([]);
    }),
  ];

  test.each([
    ['observe mode', false],
    ['tools without keys', true],
  ] as const)(
    '%s: the present goes out with the keys; no entry, no alert, no event of before',
    (_case, segmentIsLive) =>
      playTools(
        [
          ...recorded,
          startsWith(...VENDORS),
          wait(minutes(2)),
          everyToolShows('ada', {
            inDunning: true,
            status: 'active',
            stage: 'first_failure',
            due: 49,
            retryOn: '2026-03-05',
          }),
          tasksAre('ada', [{ isOpen: true }]),
          alertsAre('ada'),
          flowsHeard('ada'),
          streamIs('ada'),
          tasksAre('payer', []),
          alertsAre('payer'),
          flowsHeard('payer'),
          check(({ standIns }) => expect(standIns.braze.users.all.has('user_payer')).toBe(false)),
          on(3),
          to('ada', fails(ADA, { attempt: 2, retryAt: day(6) })),
          wait(minutes(1)),
          flowsHeard('ada', 'dunning_stage_entered'),
          alertsAre('ada'),
          streamIs('ada', 'payment_failed', 'payment_retried'),
          on(6),
          to('ada', retrySucceeds(ADA, { attempt: 3 })),
          wait(minutes(1)),
          everyToolShows('ada', { inDunning: false, status: 'recovered' }),
          tasksAre('ada', [{ isOpen: false }]),
          flowsHeard('ada', 'dunning_stage_entered', 'payment_recovered'),
          alertsAre('ada'),
        ],
        { live: [], segmentIsLive },
      ),
  );

  test('a tool that loses its keys for a while: who paid meanwhile is cleared, the task is closed, the alert called off', () =>
    playTools([
      ...isKnown('ada'),
      to('ada', fails(ADA, RETRY)),
      wait(minutes(2)),
      on(1),
      startsWith(),
      on(2),
      to('ada', customerPays(ADA, { attempt: 1 })),
      wait(minutes(2)),
      everyToolShows('ada', { inDunning: true }),
      on(2, hours(3)),
      startsWith(...VENDORS),
      wait(minutes(2)),
      everyToolShows('ada', { inDunning: false, status: 'recovered', retryOn: null }),
      tasksAre('ada', [{ isOpen: false, text: 'Closed by Recoup: paid' }]),
      alertsAre('ada', 'Payment failed', 'recovered'),
      flowsHeard('ada', 'dunning_stage_entered', 'dunning_exited'),
    ]));
});
