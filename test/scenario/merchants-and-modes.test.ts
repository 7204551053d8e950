import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Instant } from '../../src/domain/instant.ts';
import { parseEvent } from '../../src/generated/tracking-plan.ts';
import type { SegmentCall } from '../../src/pipeline/ports.ts';
import { isMembership } from '../../src/pipeline/transitions.ts';
import type { StripeAccount } from '../../src/simulate/stripe-events.ts';
import { STRIPE_SHAPES } from '../../src/simulate/stripe-events.ts';
import { day } from './harness.ts';
import type { Relay } from './relay.ts';
import { openRelay } from './relay.ts';
import type { Bill, Happening } from './stripe-happenings.ts';
import { cancelIsRequested, fails, retrySucceeds } from './stripe-happenings.ts';

/**
 * Ids are unique within one merchant and one mode only: the same customer, subscription and invoice under two connected
 * accounts, or in live and in test mode, are two of each (A5).
 */
const MARCH: Bill = { invoice: 'in_march', subscription: 'sub_pro', amount: 4900 };

describe.each(STRIPE_SHAPES)('the same ids twice, %s payloads', (shape) => {
  const base: StripeAccount = { shape, livemode: true, customer: 'cus_ada', planId: 'pro', priceId: 'price_pro' };
  const north: StripeAccount = { ...base, merchant: 'acct_north', userId: 'user_north' };
  const south: StripeAccount = { ...base, merchant: 'acct_south', userId: 'user_south' };
  const live: StripeAccount = { ...base, userId: 'user_ada' };
  const test: StripeAccount = { ...live, livemode: false };

  let relay: Relay;
  beforeEach(async () => {
    relay = await openRelay('cus_ada');
  });
  afterEach(() => relay.close());

  const happens = async (account: StripeAccount, at: Instant, ...happenings: readonly Happening[]) => {
    await relay.passTime(at);
    for (const event of happenings.flatMap((happening) => happening(account, at))) {
      await relay.receive(JSON.stringify(event), at);
    }
  };
  const said = async (event: string): Promise<readonly SegmentCall[]> => {
    const calls = (await relay.calls()).map(({ call }) => call);
    for (const call of calls.filter(({ type }) => type === 'track').filter((call) => !isMembership(call)))
      expect(parseEvent(call.event ?? '', call.properties)).toEqual({ ok: true });
    expect(new Set(calls.map(({ messageId }) => messageId)).size).toBe(calls.length);
    return calls.filter((call) => call.event === event);
  };
  const lastTraits = async (userId: string, channel = 'segment') =>
    (await relay.calls()).findLast(
      (row) =>
        row.channel === channel &&
        row.call.type === 'identify' &&
        row.call.userId === userId &&
        !isMembership(row.call),
    )?.call.traits;

  it('under two merchants are two people with an episode each (A5, C1, E3)', async () => {
    await happens(north, day(0), fails(MARCH, { retryAt: day(3) }));
    await happens(south, day(0), fails(MARCH, { retryAt: day(3) }));
    const failed = await said('payment_failed');
    expect(failed.map(({ userId }) => userId)).toEqual(['user_north', 'user_south']);
    expect(new Set(failed.map(({ properties }) => properties?.dunning_episode_id)).size).toBe(2);

    await happens(north, day(3), retrySucceeds(MARCH, { attempt: 2 }));
    expect((await said('payment_recovered')).map(({ userId }) => userId)).toEqual(['user_north']);
    expect(await lastTraits('user_north')).toMatchObject({ dunning_stage: 'recovered' });
    expect(await lastTraits('user_south')).toMatchObject({ dunning_stage: 'first_failure', in_dunning: true });
  });

  it('under two merchants are not held back by what the other one does (D6)', async () => {
    await happens(north, day(0), fails(MARCH, { retryAt: day(9) }));
    await happens(south, day(0), fails(MARCH, { retryAt: day(9) }));
    await happens(north, day(1), cancelIsRequested('sub_pro', 'past_due', day(20)));
    expect(await lastTraits('user_north')).toMatchObject({ dunning_status: 'held' });
    expect(await lastTraits('user_south')).toMatchObject({ dunning_status: 'active' });
  });

  it('under two merchants, of one user: one person, two episodes, and out only when both are paid (0011, C5)', async () => {
    const there = { ...south, userId: 'user_north' };
    await happens(north, day(0), fails(MARCH, { retryAt: day(3) }));
    await happens(there, day(1), fails(MARCH, { retryAt: day(4) }));
    const failed = await said('payment_failed');
    expect(failed.map(({ userId }) => userId)).toEqual(['user_north', 'user_north']);
    expect(new Set(failed.map(({ properties }) => properties?.dunning_episode_id)).size).toBe(2);
    await happens(north, day(3), retrySucceeds(MARCH, { attempt: 2 }));
    expect(await lastTraits('user_north')).toMatchObject({ in_dunning: true, dunning_amount_due: 49 });
    await happens(there, day(4), retrySucceeds(MARCH, { attempt: 2 }));
    expect(await said('payment_recovered')).toHaveLength(2);
    expect(await lastTraits('user_north')).toMatchObject({ in_dunning: false, lifetime_recovered_payments: 2 });
  });

  it('in live and test mode never meet: test goes to the recorder, and settles nothing that is live (A5)', async () => {
    await happens(live, day(0), fails(MARCH, { retryAt: day(3) }));
    await happens(test, day(0), fails(MARCH, { retryAt: day(3) }));
    const failed = await said('payment_failed');
    expect(failed.map(({ properties }) => properties?.livemode)).toEqual([true, false]);
    expect(new Set(failed.map(({ properties }) => properties?.dunning_episode_id)).size).toBe(2);

    await happens(test, day(3), retrySucceeds(MARCH, { attempt: 2 }));
    expect((await said('payment_recovered')).map(({ properties }) => properties?.livemode)).toEqual([false]);
    expect(await lastTraits('user_ada', 'segment')).toMatchObject({ dunning_stage: 'first_failure', in_dunning: true });
    expect(await lastTraits('user_ada', 'recorder')).toMatchObject({ dunning_stage: 'recovered', in_dunning: false });
    const sent = (await relay.calls()).filter(({ channel }) => channel === 'segment');
    expect(sent.filter(({ call }) => call.properties?.livemode === false)).toEqual([]);
  });
});
