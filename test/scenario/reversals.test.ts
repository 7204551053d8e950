import { describe, expect, it } from 'vitest';
import { STRIPE_SHAPES } from '../../src/simulate/stripe-events.ts';
import { check, day, late, on, play, says, saysNothing, traits, webhooks } from './harness.ts';
import type { Bill } from './stripe-happenings.ts';
import { disputeIsLost, fails, isPaidFirstTime, retrySucceeds } from './stripe-happenings.ts';

/** A payment that is taken back: a lost chargeback opens an episode of its own (B2). */
const MARCH: Bill = { invoice: 'in_march', subscription: 'sub_pro', amount: 4900 };
const RETRY = { retryAt: day(3) };

describe.each(STRIPE_SHAPES)('a payment that is taken back, %s payloads', (shape) => {
  it('opens a new episode that names the old one, which stays recovered (B2, C1)', () =>
    play({ shape }, [
      on(0),
      webhooks(fails(MARCH, RETRY)),
      on(3),
      webhooks(retrySucceeds(MARCH, { attempt: 2 })),
      says(['payment_failed', {}], ['payment_retried', {}], ['payment_recovered', {}]),
      on(20),
      webhooks(disputeIsLost(MARCH, { attempt: 2 })),
      check(async (relay) => {
        const episodes = JSON.parse((await relay.profile())?.view ?? '{}').episodes;
        expect(episodes).toHaveLength(2);
        expect(episodes[0]).toMatchObject({ outcome: 'recovered', reopened_from: null });
        expect(episodes[1]).toMatchObject({ outcome: 'open', reopened_from: episodes[0].id });
      }),
      traits({ in_dunning: true, lifetime_failed_payments: 1, lifetime_recovered_payments: 1 }), // E4: no notice, no attempt
    ]));

  it('of an invoice that never failed is a loss, and no dunning (decision 0004)', () =>
    play({ shape }, [
      on(0),
      webhooks(isPaidFirstTime(MARCH)),
      traits({ in_dunning: false }),
      on(20),
      webhooks(disputeIsLost(MARCH, { attempt: 1 })),
      traits({ in_dunning: false, dunning_stage: 'healthy', lifetime_failed_payments: 0 }),
    ]));

  it('waits where nothing yet says whose it is, and joins later (A3)', () =>
    play({ shape }, [
      on(4),
      late(day(4), disputeIsLost(MARCH, { attempt: 2 })),
      saysNothing,
      on(8), // longer than the 72 hours after which it is reported as unresolved
      late(day(0), fails(MARCH, RETRY)),
      late(day(3), retrySucceeds(MARCH, { attempt: 2 })),
      check(async (relay) => {
        const { episodes } = JSON.parse((await relay.profile())?.view ?? '{}');
        expect(episodes.map(({ outcome }: { outcome: string }) => outcome)).toEqual(['recovered', 'open']);
      }),
    ]));
});
