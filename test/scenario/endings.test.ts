import { describe, expect, it } from 'vitest';
import { isMembership } from '../../src/pipeline/transitions.ts';
import { STRIPE_SHAPES } from '../../src/simulate/stripe-events.ts';
import type { Step } from './harness.ts';
import { check, day, hours, late, on, play, says, saysNothing, seconds, traits, webhooks } from './harness.ts';
import type { Bill } from './stripe-happenings.ts';
import {
  customerPays,
  ends,
  fails,
  isPaidFirstTime,
  isVoided,
  retryIsScheduled,
  retrySucceeds,
} from './stripe-happenings.ts';

/** How an episode ends, who left and why, and what a late arrival takes back. */
const MARCH: Bill = { invoice: 'in_march', subscription: 'sub_pro', amount: 4900 };
const EXTRA: Bill = { invoice: 'in_extra', subscription: 'sub_pro', amount: 900, billingReason: 'subscription_update' };
const APRIL: Bill = { invoice: 'in_april', subscription: 'sub_pro', amount: 4900 };
const RETRY = { retryAt: day(3) };

/** How often the decision log took a conclusion back. */
const refuted = (event: string, times: number): Step =>
  check(async (relay) => {
    const lines = ((await relay.profile())?.log ?? []).flatMap((decision) => decision.lines);
    expect(lines.filter((line) => line.startsWith('refuted ') && line.includes(event))).toHaveLength(times);
  });

describe.each(STRIPE_SHAPES)('what a late arrival takes back, %s payloads', (shape) => {
  it('a date that was set in time refutes the exhaustion (E1)', () =>
    play({ shape }, [
      on(0),
      webhooks(fails(MARCH)),
      on(0, hours(2)),
      says(['payment_failed', {}], ['dunning_exhausted', {}]),
      refuted('dunning_exhausted', 0),
      late(day(0, seconds(60)), retryIsScheduled(MARCH, { attempt: 1, retryAt: day(3) })),
      saysNothing,
      refuted('dunning_exhausted', 1),
      traits({ dunning_stage: 'first_failure', dunning_status: 'active', next_retry_status: 'scheduled' }),
    ]));

  it('a failure of another invoice, still open, refutes the recovery and the episode is open again (E1, C2)', () =>
    play({ shape }, [
      on(0),
      webhooks(fails(MARCH, RETRY)),
      on(3),
      webhooks(retrySucceeds(MARCH, { attempt: 2 })),
      says(['payment_failed', {}], ['payment_retried', {}], ['payment_recovered', { invoice_id: 'in_march' }]),
      on(4),
      late(day(2), fails(EXTRA, { retryAt: day(6) })),
      says(['payment_failed', { invoice_id: 'in_extra', is_late: true }]),
      refuted('payment_recovered', 1),
      traits({
        dunning_stage: 'first_failure',
        in_dunning: true,
        dunning_amount_due: 9,
        lifetime_recovered_payments: 0,
      }),
      on(6),
      webhooks(retrySucceeds(EXTRA, { attempt: 2 })),
      // E3: the recovery has one id, and what was said is never said again
      says(['payment_retried', { invoice_id: 'in_extra', outcome: 'succeeded' }]),
      traits({ dunning_stage: 'recovered', in_dunning: false, lifetime_recovered_payments: 1 }),
    ]));

  it('an older failure moves the opening: the episode gets another id and its recovery is said under it (C1, E3)', () =>
    play({ shape }, [
      on(2),
      webhooks(fails(EXTRA, { retryAt: day(5) })),
      on(3),
      webhooks(customerPays(EXTRA, { attempt: 1, charge: 2 })),
      says(['payment_failed', {}], ['payment_retried', {}], ['payment_recovered', { invoice_id: 'in_extra' }]),
      on(4),
      late(day(0), fails(MARCH, { retryAt: day(5) })),
      says(['payment_failed', { invoice_id: 'in_march', is_late: true }]),
      refuted('payment_recovered', 1),
      traits({ in_dunning: true, dunning_amount_due: 49 }),
      on(5),
      webhooks(retrySucceeds(MARCH, { attempt: 2 })),
      says(
        ['payment_retried', { invoice_id: 'in_march' }],
        ['payment_recovered', { invoice_id: 'in_march', attempts: 4, amount: 58, days_to_recovery: 5 }],
      ),
    ]));

  it('an exhaustion that was over before anybody heard of it is still said, as late (E1, E6)', () =>
    play({ shape }, [
      on(2),
      webhooks(customerPays(MARCH, { attempt: 1, charge: 2 })),
      on(3),
      late(day(0), fails(MARCH)),
      on(4),
      check(async (relay) => {
        const tracks = (await relay.calls())
          .map(({ call }) => call)
          .filter((call) => call.type === 'track' && !isMembership(call));
        expect(tracks.map(({ event }) => event).toSorted()).toEqual([
          'dunning_exhausted',
          'payment_failed',
          'payment_recovered',
          'payment_retried',
        ]);
        expect(tracks.find(({ event }) => event === 'dunning_exhausted')?.properties?.is_late).toBe(true);
      }),
      traits({ dunning_stage: 'recovered', in_dunning: false }),
    ]));
});

describe.each(STRIPE_SHAPES)('who left and why, %s payloads', (shape) => {
  it.each<[string, string | null, string | null, 'voluntary' | 'involuntary' | 'unknown', 'lost' | 'healthy']>([
    ['on request, with feedback', 'cancellation_requested', 'too_expensive', 'voluntary', 'healthy'],
    ['on request, without feedback', 'cancellation_requested', null, 'voluntary', 'healthy'],
    ['for non-payment', 'payment_failed', null, 'involuntary', 'lost'],
    ['for a dispute', 'payment_disputed', null, 'involuntary', 'lost'],
    ['by retention policy', 'canceled_by_retention_policy', null, 'unknown', 'lost'],
    ['for no reason', null, null, 'unknown', 'lost'],
  ])('while a retry is scheduled, %s (C2, C6)', (_how, reason, feedback, churn, stage) =>
    play({ shape }, [
      on(0),
      webhooks(fails(MARCH, RETRY)),
      says(['payment_failed', {}]),
      on(1),
      webhooks(ends('sub_pro', reason, feedback)),
      check(async (relay) => {
        const canceled = (await relay.calls()).find(({ call }) => call.event === 'subscription_canceled');
        expect(canceled?.call.properties?.churn_type).toBe(churn);
      }),
      traits({ dunning_stage: stage, in_dunning: false }),
    ]),
  );

  it('through the API without feedback on an exhausted episode is involuntary (C6)', () =>
    play({ shape }, [
      on(0),
      webhooks(fails(MARCH)),
      on(1),
      webhooks(ends('sub_pro', 'cancellation_requested', null)),
      says(['payment_failed', {}], ['dunning_exhausted', {}], ['subscription_canceled', { churn_type: 'involuntary' }]),
      traits({ dunning_stage: 'lost', dunning_status: 'lost', in_dunning: false }),
    ]));

  it('without any episode is told all the same (E2)', () =>
    play({ shape }, [
      on(0),
      webhooks(ends('sub_pro', 'cancellation_requested', 'unused')),
      says(['subscription_canceled', { churn_type: 'voluntary', dunning_episode_id: null }]),
    ]));
});

describe.each(STRIPE_SHAPES)('written off, %s payloads', (shape) => {
  it('the provider stopped, a later invoice was paid, and the old one stays open for 30 days (C2)', () =>
    play({ shape }, [
      on(0),
      webhooks(fails(MARCH)),
      on(0, hours(2)),
      says(['payment_failed', {}], ['dunning_exhausted', {}]),
      on(29),
      webhooks(isPaidFirstTime(APRIL)),
      saysNothing, // C2: an invoice that never failed recovers nothing
      traits({ dunning_stage: 'exhausted', in_dunning: true }),
      on(60),
      saysNothing,
      traits({ dunning_stage: 'healthy', dunning_status: 'none', in_dunning: false, lifetime_recovered_payments: 0 }),
    ]));

  it('a voided invoice after exhaustion is forgiven (C2)', () =>
    play({ shape }, [
      on(0),
      webhooks(fails(MARCH)),
      on(1),
      webhooks(isVoided(MARCH)),
      says(['payment_failed', {}], ['dunning_exhausted', {}]),
      traits({ dunning_stage: 'healthy', dunning_status: 'none', in_dunning: false }),
    ]));
});
