import { describe, expect, it } from 'vitest';
import type { FactKind } from '../../src/domain/fact.ts';
import { DAY_MS, type Instant, instant, plus, SECOND_MS } from '../../src/domain/instant.ts';
import type { SegmentCall } from '../../src/pipeline/ports.ts';
import { isMembership } from '../../src/pipeline/transitions.ts';
import { SIGNATURE_HEADER, signStripe, stripe } from '../../src/providers/stripe/stripe.ts';
import { LIFECYCLES, type LifecycleName, lifecycle, lifecycleSpanMs } from '../../src/simulate/lifecycles.ts';
import type { SimulatedDelivery } from '../../src/simulate/model.ts';
import {
  STRIPE_SHAPES,
  type StripeAccount,
  type StripeEvent,
  type StripeShape,
} from '../../src/simulate/stripe-events.ts';
import { playThrough } from './lifecycles-relay.ts';

const DAY_0 = instant(Date.UTC(2026, 4, 4, 8, 30));
const SECRET = 'whsec_reading';

const ada = (shape: StripeShape): StripeAccount => ({
  shape,
  livemode: true,
  customer: 'cus_Ada',
  userId: 'ada',
  planId: 'pro',
  priceId: 'price_pro',
});

const told = (name: LifecycleName, shape: StripeShape) => lifecycle(name, { account: ada(shape), startsAt: DAY_0 });

/** The fact kinds of one signed webhook, read as the door and the loop would. */
const readKinds = (event: StripeEvent, now: Instant): readonly FactKind[] => {
  const rawBody = JSON.stringify(event);
  const headers = { [SIGNATURE_HEADER]: signStripe(rawBody, SECRET, now) };
  expect(stripe.verify({ rawBody: Buffer.from(rawBody), headers, secrets: [SECRET], now })).toEqual({ ok: true });
  expect(stripe.admit(rawBody, now).end).toBe('unread');
  const reading = stripe.normalise(rawBody, { receivedAt: now, userIdKeys: ['user_id'], contactKeys: [] });
  if (reading.end !== 'understood') throw new Error(`${event.type}: ${JSON.stringify(reading)}`);
  return reading.facts.map(({ kind }) => kind);
};

const FAILED = ['charge_declined', 'charge_declined', 'attempt_failed'] as const;
const FAILED_FIRST = [...FAILED, 'subscription_observed'] as const;
/** Since basil Stripe says by an event of its own which intent paid which invoice; legacy says it in the objects. */
const PAID_SINCE_BASIL: readonly FactKind[] = [
  'charge_succeeded',
  'charge_succeeded',
  'invoice_payment_linked',
  'invoice_paid',
  'invoice_paid',
  'subscription_observed',
];
const PAID: Readonly<Record<StripeShape, readonly FactKind[]>> = {
  legacy: ['charge_succeeded', 'charge_succeeded', 'invoice_paid', 'invoice_paid', 'subscription_observed'],
  basil: PAID_SINCE_BASIL,
  endive: PAID_SINCE_BASIL,
};
const EXPECTED: Readonly<Record<LifecycleName, (shape: StripeShape) => readonly FactKind[]>> = {
  'renewal-failed': () => FAILED_FIRST,
  'recovered-by-retry': (shape) => [...FAILED_FIRST, ...PAID[shape]],
  exhausted: () => [...FAILED_FIRST, ...FAILED, ...FAILED, ...FAILED, 'subscription_observed'],
  'voluntary-cancel': () => [...FAILED_FIRST, 'subscription_observed', 'subscription_ended'],
  'out-of-order': (shape) => [...[...FAILED_FIRST, ...PAID[shape]].reverse(), 'attempt_failed'],
  'card-expiring': (shape) => PAID[shape],
  'card-replaced': (shape) => [...PAID[shape], 'payment_method_observed', 'customer_observed', 'subscription_observed'],
  disputed: (shape) => [...PAID[shape].slice(0, -1), ...FAILED_FIRST, 'dispute_observed'],
  paused: () => [...FAILED_FIRST, 'subscription_observed'],
  refunded: (shape) => [...PAID[shape], 'refund_observed', 'refund_observed'],
};

describe.each(STRIPE_SHAPES)('signed webhooks in the %s shape', (shape) => {
  it.each(LIFECYCLES)('of %s are verified, admitted and read as the facts that they state', (name) => {
    const kinds = told(name, shape).flatMap(({ event, atMs }) => readKinds(event, plus(DAY_0, atMs + SECOND_MS)));
    expect(kinds).toEqual(EXPECTED[name](shape));
  });

  it('of one event are the same event when told twice, and another one a second later', () => {
    const ids = (startsAt: Instant) =>
      lifecycle('renewal-failed', { account: ada(shape), startsAt }).map(({ event }) => event.id);
    expect(ids(DAY_0)).toEqual(ids(DAY_0));
    expect(new Set([...ids(DAY_0), ...ids(plus(DAY_0, SECOND_MS))]).size).toBe(8);
  });
});

const daysOf = (name: LifecycleName, shape: StripeShape): number =>
  Math.floor(lifecycleSpanMs(name, { account: ada(shape), startsAt: DAY_0 }) / DAY_MS) + 1;

/** Out of order means: nothing arrived while it happened, then all at once, in the order of the lifecycle. */
const toDeliveries = (name: LifecycleName, shape: StripeShape): readonly SimulatedDelivery[] => {
  const spanMs = lifecycleSpanMs(name, { account: ada(shape), startsAt: DAY_0 });
  return told(name, shape).map(({ event, atMs }, index) => ({
    arrivesAt: plus(DAY_0, name === 'out-of-order' ? spanMs + (index + 1) * SECOND_MS : atMs + 500),
    rawBody: JSON.stringify(event),
  }));
};

const play = async (name: LifecycleName, shape: StripeShape): Promise<readonly SegmentCall[]> => {
  let calls: readonly SegmentCall[] = [];
  const deliveries = toDeliveries(name, shape);
  await playThrough({ startsAt: DAY_0, days: daysOf(name, shape), deliveries }, (played) => {
    calls = played.calls;
  });
  return calls;
};

const countEvents = (calls: readonly SegmentCall[]): Readonly<Record<string, number>> => {
  const counts: Record<string, number> = {};
  for (const { event } of calls.filter((call) => !isMembership(call))) {
    if (event !== undefined) counts[event] = (counts[event] ?? 0) + 1;
  }
  return counts;
};

const lastStatus = (calls: readonly SegmentCall[]): unknown =>
  calls.findLast((call) => call.type === 'identify' && !isMembership(call))?.traits?.dunning_status;

const RECOVERED = { payment_failed: 1, subscription_past_due: 1, payment_retried: 1, payment_recovered: 1 };
const SAID: Readonly<Record<LifecycleName, readonly [Readonly<Record<string, number>>, string | undefined]>> = {
  'renewal-failed': [{ payment_failed: 1, subscription_past_due: 1 }, 'active'],
  'recovered-by-retry': [RECOVERED, 'recovered'],
  exhausted: [{ payment_failed: 4, payment_retried: 3, subscription_past_due: 1, dunning_exhausted: 1 }, 'exhausted'],
  'voluntary-cancel': [{ payment_failed: 1, subscription_past_due: 1, subscription_canceled: 1 }, 'none'],
  'out-of-order': [RECOVERED, 'recovered'],
  'card-expiring': [{ payment_method_expiring: 1 }, 'pre_dunning'],
  'card-replaced': [{ payment_method_expiring: 1, payment_method_updated: 1 }, 'none'],
  disputed: [{ payment_failed: 1, subscription_past_due: 1, payment_disputed: 1 }, 'held'],
  paused: [{ payment_failed: 1, subscription_past_due: 1, subscription_paused: 1 }, 'held'],
  // Nothing ever failed: this person has no traits of dunning.
  refunded: [{ payment_refunded: 1 }, undefined],
};

describe.each(STRIPE_SHAPES)('the whole relay, told in the %s shape', (shape) => {
  it.each(LIFECYCLES)('says of %s what happened, once each', async (name) => {
    const calls = await play(name, shape);
    const [events, status] = SAID[name];
    expect(countEvents(calls)).toEqual(events);
    expect(lastStatus(calls)).toBe(status);
  });

  it('gives the events of a recovery the same ids in whatever order they arrive', async () => {
    const idsOf = (calls: readonly SegmentCall[]) =>
      calls.flatMap((call) => (call.type === 'track' && !isMembership(call) ? [call.messageId] : [])).sort();
    expect(idsOf(await play('out-of-order', shape))).toEqual(idsOf(await play('recovered-by-retry', shape)));
  });

  it('calls a cancellation that the customer asked for voluntary', async () => {
    const canceled = (await play('voluntary-cancel', shape)).find(({ event }) => event === 'subscription_canceled');
    expect(canceled?.properties).toMatchObject({ churn_type: 'voluntary', cancellation_reason: 'too_expensive' });
    expect(canceled?.timestamp).toBe(new Date(DAY_0 + 2 * DAY_MS).toISOString());
  });
});
