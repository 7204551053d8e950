import fc from 'fast-check';
import type { Instant } from '../../src/domain/instant.ts';
import { plus } from '../../src/domain/instant.ts';
import type { StripeShape } from '../../src/simulate/stripe-events.ts';
import type { AsidePlan } from './asides.ts';
import { aside } from './asides.ts';

/**
 * What can happen to one customer of Stripe, as a plan of small choices, so that a failing run shrinks to a story that
 * a person can follow. `happen.ts` plays the plan and keeps it possible.
 */
export interface AttemptPlan {
  /** After the one before (or the invoice), in ms. */
  readonly afterMs: number;
  /**
   * `declined`: executed and refused. `unlinked`: the same, but its charge and intent do not name the invoice.
   * `by_hand`: executed by a request, so that Stripe's count stays. `not_executed`: only the count rises.
   * `no_card`: nothing to charge. `to_confirm`: the bank asks the customer, which Stripe tells twice. `asked`: only the
   * question, no attempt.
   */
  readonly kind: 'declined' | 'unlinked' | 'by_hand' | 'not_executed' | 'no_card' | 'to_confirm' | 'asked';
  readonly because: 'insufficient_funds' | 'expired_card' | 'lost_card' | 'incorrect_number';
  /** Where the next retry's date is told: in the notice, in an update five seconds later, or nowhere. */
  readonly date: 'notice' | 'update' | 'none';
}

export interface InvoicePlan {
  readonly startsMs: number;
  /** Index of the subscription. */
  readonly subscription: 0 | 1;
  readonly reason: 'subscription_cycle' | 'subscription_update' | 'subscription_create' | 'manual';
  readonly attempts: readonly AttemptPlan[];
  readonly ending: 'retry' | 'customer' | 'out_of_band' | 'void' | 'uncollectible' | 'credited' | 'open';
  readonly endsAfterMs: number;
  /** The bank takes a payment by charge back, so long after it; null: never. */
  readonly reversedAfterMs: number | null;
}

export interface SubscriptionPlan {
  readonly ending: 'none' | 'asked' | 'asked_and_undone' | 'asked_and_ended' | 'unpaid' | 'not_paid_for' | 'no_reason';
  readonly atMs: number;
  readonly thenMs: number;
}

export interface Lifecycle {
  readonly shape: StripeShape;
  readonly userIdOn: readonly ('subscription' | 'customer' | 'invoice')[];
  /** Which events of money the endpoint subscribes to, besides the invoice's own. */
  readonly hears: 'charges' | 'intents' | 'both';
  /** Where the plan is named: in the subscription's metadata, or only on the price, which basil invoices lack. */
  readonly planOn: 'subscription' | 'price';
  readonly invoices: readonly InvoicePlan[];
  readonly subscriptions: readonly SubscriptionPlan[];
  /** What happens beside the bills, to the first of them. */
  readonly asides: readonly AsidePlan[];
}

const SECOND = 1_000;
const HOUR = 3_600 * SECOND;
const DAY = 24 * HOUR;

/** Whole seconds, as every Stripe time; some within the minute in which a charge proves an attempt. */
const gap = fc.constantFrom(1 * SECOND, 30 * SECOND, 120 * SECOND, 40 * 60 * SECOND, 5 * HOUR, DAY, 3 * DAY, 7 * DAY);

const attempt: fc.Arbitrary<AttemptPlan> = fc.record({
  afterMs: gap,
  kind: fc.oneof(
    { arbitrary: fc.constant<AttemptPlan['kind']>('declined'), weight: 4 },
    {
      arbitrary: fc.constantFrom('unlinked', 'by_hand', 'not_executed', 'no_card', 'to_confirm', 'asked'),
      weight: 5,
    },
  ),
  because: fc.constantFrom('insufficient_funds', 'expired_card', 'lost_card', 'incorrect_number'),
  date: fc.constantFrom('notice', 'notice', 'update', 'none'),
});

const invoice: fc.Arbitrary<InvoicePlan> = fc.record({
  startsMs: fc.integer({ min: 0, max: 40 }).map((days) => days * DAY),
  subscription: fc.constantFrom(0, 1),
  reason: fc.constantFrom(
    'subscription_cycle',
    'subscription_cycle',
    'subscription_cycle',
    'subscription_update',
    'subscription_create',
    'manual',
  ),
  attempts: fc.oneof(
    { arbitrary: fc.constant([]), weight: 1 },
    { arbitrary: fc.tuple(attempt), weight: 4 },
    { arbitrary: fc.tuple(attempt, attempt), weight: 4 },
    { arbitrary: fc.tuple(attempt, attempt, attempt), weight: 2 },
  ),
  ending: fc.constantFrom('retry', 'customer', 'out_of_band', 'void', 'uncollectible', 'credited', 'open'),
  endsAfterMs: fc.oneof(gap, fc.constant(0)),
  reversedAfterMs: fc.option(gap, { freq: 6 }),
});

const subscription: fc.Arbitrary<SubscriptionPlan> = fc.record({
  ending: fc.constantFrom(
    'none',
    'none',
    'none',
    'asked',
    'asked_and_undone',
    'asked_and_ended',
    'unpaid',
    'not_paid_for',
    'no_reason',
  ),
  atMs: fc.integer({ min: 0, max: 60 }).map((days) => days * DAY),
  thenMs: gap,
});

export const lifecycleOf = (shape: StripeShape): fc.Arbitrary<Lifecycle> =>
  fc.record({
    shape: fc.constant(shape),
    userIdOn: fc.constantFrom<readonly ('subscription' | 'customer' | 'invoice')[]>(
      ['subscription', 'customer'],
      ['invoice'],
      [],
    ),
    hears: fc.constantFrom('charges', 'intents', 'both'),
    planOn: fc.constantFrom('subscription', 'price'),
    invoices: fc.oneof(
      { arbitrary: fc.tuple(invoice), weight: 9 },
      { arbitrary: fc.tuple(invoice, invoice), weight: 5 },
      { arbitrary: fc.tuple(invoice, invoice, invoice), weight: 1 },
    ),
    subscriptions: fc.tuple(subscription, subscription),
    asides: fc.oneof(
      { arbitrary: fc.constant([]), weight: 4 },
      { arbitrary: fc.tuple(aside), weight: 5 },
      { arbitrary: fc.tuple(aside, aside), weight: 3 },
    ),
  });

/** What the network does to one webhook. Later copies are the same event, or a second event of the same content. */
export interface Noise {
  readonly delayMs: number;
  readonly copy: 'none' | 'again' | 'twin';
  readonly copyDelayMs: number;
}

const delay = fc.oneof(
  fc.constant(0),
  fc.integer({ min: 0, max: 20 * SECOND }),
  fc.integer({ min: 0, max: 2 * HOUR }),
  fc.integer({ min: 0, max: 10 * DAY }),
);

/** One per webhook in order; webhooks beyond the list arrive at once. */
export const noises: fc.Arbitrary<readonly Noise[]> = fc.array(
  fc.record({
    delayMs: delay,
    copy: fc.constantFrom('none', 'none', 'none', 'none', 'none', 'none', 'none', 'none', 'again', 'twin'),
    copyDelayMs: delay,
  }),
  { maxLength: 40, size: 'max' },
);

/** A webhook on its way: when it happened, and when it is received. */
export interface Arrival {
  readonly at: Instant;
  readonly body: string;
}

/** Everything as it happened, each received 300 ms later. */
export const inOrder = (events: readonly Arrival[]): readonly Arrival[] =>
  events.map(({ at, body }) => ({ at: plus(at, 300), body }));

const twin = (body: string): string => body.replace(/"id":"evt_[^"]*/, (id) => `${id}t`);

/** The same webhooks through a network that delays, repeats and reorders them. */
export const throughNoise = (events: readonly Arrival[], list: readonly Noise[]): readonly Arrival[] =>
  events
    .flatMap(({ at, body }, index) => {
      const noise = list[index];
      if (noise === undefined) return [{ at: plus(at, 300), body }];
      const first = { at: plus(at, 300 + noise.delayMs), body };
      if (noise.copy === 'none') return [first];
      return [first, { at: plus(at, 300 + noise.copyDelayMs), body: noise.copy === 'again' ? body : twin(body) }];
    })
    .toSorted((a, b) => a.at - b.at);
