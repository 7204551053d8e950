import { describe, test } from 'vitest';
import { day, minutes, seconds } from './harness.ts';
import { fails, retrySucceeds } from './stripe-happenings.ts';
import { customerSays } from './stripe-people.ts';
import {
  alertsAre,
  becomes,
  billOf,
  everyToolShows,
  flowsHeard,
  on,
  playTools,
  salesEnter,
  streamIs,
  tasksAre,
  to,
  wait,
} from './tools-play.ts';

const ADA = billOf('ada');
const says = customerSays({ user: 'user_ada', email: 'ada@example.com' });

describe.each(['legacy', 'basil'] as const)('%s', (shape) => {
  test('failed, retried, recovered', () =>
    playTools([
      becomes('ada', { shape }),
      salesEnter('ada', 'hubspot', 'salesforce'),
      to('ada', says),
      to('ada', fails(ADA, { retryAt: day(3) })),
      wait(seconds(10)),
      alertsAre('ada', 'Payment failed'),
      flowsHeard('ada', 'dunning_stage_entered'),
      tasksAre('ada', [{ isOpen: true, subject: '49.00 USD due, attempt 1' }]),
      wait(minutes(1)),
      everyToolShows('ada', {
        inDunning: true,
        status: 'active',
        stage: 'first_failure',
        due: 49,
        retryOn: '2026-03-05',
      }),
      streamIs('ada', 'payment_failed'),
      on(3),
      to('ada', fails(ADA, { attempt: 2, retryAt: day(6) })),
      wait(seconds(10)),
      everyToolShows('ada', { inDunning: true, status: 'active', stage: 'retrying', due: 49, retryOn: '2026-03-08' }),
      tasksAre('ada', [{ isOpen: true, subject: '49.00 USD due, attempt 2', text: 'Next retry: 2026-03-08' }]),
      on(6),
      to('ada', retrySucceeds(ADA, { attempt: 3 })),
      wait(seconds(10)),
      everyToolShows('ada', { inDunning: false, status: 'recovered', stage: 'recovered', retryOn: null }),
      tasksAre('ada', [{ isOpen: false, text: 'Closed by Recoup: paid on 2026-03-08 09:00 UTC, by a retry.' }]),
      alertsAre('ada', 'Payment failed', 'recovered'),
      flowsHeard('ada', 'dunning_stage_entered', 'dunning_stage_entered', 'payment_recovered'),
      streamIs('ada', 'payment_failed', 'payment_failed', 'payment_retried', 'payment_retried', 'payment_recovered'),
    ]));
});
