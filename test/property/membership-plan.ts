import fc from 'fast-check';
import type { CardPlan } from './membership-cards.ts';
import { cardPlans } from './membership-cards.ts';
import { gap } from './membership-entry.ts';
import type { DisputePlan, RefundPlan } from './membership-money.ts';
import { disputePlans, refundPlan } from './membership-money.ts';
import type { WordPlan } from './membership-words.ts';
import { wordPlans } from './membership-words.ts';

/**
 * What can be observed of one customer, as a plan of small choices, so that a failing run shrinks to a story that a
 * person can follow. `membership-facts.ts` tells it as facts.
 */
export interface AttemptPlan {
  /** After the one before (or the invoice), in seconds. */
  readonly afterS: number;
  /**
   * `declined`: executed and refused. `unlinked`: its charge does not name the invoice. `linked_late`: another
   * statement names it. `by_hand`: Stripe's count stays. `not_executed`: only the count rises. `no_card`: nothing to
   * charge. `to_confirm`: the bank asks the customer, told twice.
   */
  readonly kind: 'declined' | 'unlinked' | 'linked_late' | 'by_hand' | 'not_executed' | 'no_card' | 'to_confirm';
  /** The charge's second, from the notice's. */
  readonly chargeS: number;
  /**
   * Where the next retry's date is told. `taken_back`: an update says later that there is none; `restated`: says it
   * again; `asked`: a request to confirm names none.
   */
  readonly date: 'notice' | 'same_second' | 'update' | 'taken_back' | 'restated' | 'asked' | 'none';
  /** How far off it is. */
  readonly dateS: number;
  /** Of its plan, the invoice names ids only from now on. */
  readonly idsOnly: boolean;
}

/** What a backfill reads of an invoice's attempts. */
export interface RecordPlan {
  /** Attempts before this one are on record. */
  readonly upTo: number;
  /** Attempts from this one on are told by notices. */
  readonly noticesFrom: number;
  /** After the last attempt that it knows of. */
  readonly readAfterS: number;
  /** The invoice itself is looked at, too. */
  readonly looksAtInvoice: boolean;
  /** Stored as history, of which nothing is said. */
  readonly silently: boolean;
}

export interface InvoicePlan {
  readonly startDay: number;
  readonly subscription: 0 | 1;
  readonly reason: 'cycle' | 'update' | 'legacy' | 'create' | 'manual' | 'sent';
  /** 1, or the count with which a relay meets it that was installed in mid-dunning. */
  readonly firstCount: 1 | 3;
  readonly attempts: readonly AttemptPlan[];
  readonly ending: 'charge' | 'notice' | 'out_of_band' | 'void' | 'uncollectible' | 'credited' | 'open';
  readonly uncollectibleReason:
    | 'max_payment_attempts'
    | 'user_forgiven'
    | 'subscription_paused'
    | 'subscription_canceled'
    | null;
  readonly endsAfterS: number;
  /** Null: every attempt is told by its notice. */
  readonly recorded: RecordPlan | null;
  readonly refund: RefundPlan | null;
  /** The bank asks to confirm so long after the start, with no attempt; null: never. */
  readonly asksAfterS: number | null;
  /** The bank takes a payment by charge back, so long after it; null: never. */
  readonly reversedAfterS: number | null;
  /** A failure is told after the ending. */
  readonly failsAfterwards: boolean;
}

export interface SubscriptionPlan {
  /** How a plan is named: see `membership-facts.ts`. `late`: a statement of the price comes days after the failure. */
  readonly plan: 'metadata' | 'price' | 'table' | 'lookup' | 'ids' | 'late' | 'never';
  readonly highValue: boolean;
  readonly firstSeen: boolean;
  readonly story:
    | 'none'
    | 'asked'
    | 'asked_in_old_words'
    | 'asked_and_undone'
    | 'asked_and_ended'
    | 'ended_on_request'
    | 'unpaid'
    | 'unpaid_and_back'
    | 'stopped'
    | 'not_paid_for'
    | 'no_reason'
    | 'trialing'
    | 'past_due'
    | 'paused'
    | 'paused_and_back'
    | 'paused_no_reason'
    | 'paused_for_non_payment'
    | 'trial_ended'
    | 'collection_paused'
    | 'collection_paused_until'
    | 'collection_paused_and_back';
  /** What it states of its prices. */
  readonly revenue: 'none' | 'monthly' | 'yearly' | 'weekly' | 'two_items' | 'metered' | 'discounted';
  readonly feedback: boolean;
  readonly day: number;
  readonly thenS: number;
  /** Its own slot. */
  readonly slot: 'none' | 'pm_0' | 'pm_1' | 'pm_0_then_pm_1' | 'pm_0_then_none';
  /** A change of its slot is told by a notice that names what was there before. */
  readonly slotNoticed: boolean;
}

/** What the network does to one fact. */
export interface Noise {
  readonly delayMs: number;
  /** `history`: read from the provider's history instead. */
  readonly copy: 'none' | 'twin' | 'lost' | 'history';
}

/** One account (billing customer). */
export interface Life {
  /** Begins the ids of its objects. */
  readonly tag: '' | 'b';
  /** Invoices that carry their price and charge, or only ids. */
  readonly legacyShape: boolean;
  readonly invoices: readonly InvoicePlan[];
  readonly subscriptions: readonly SubscriptionPlan[];
  readonly cards: readonly CardPlan[];
  readonly customerSlot: 'never_stated' | 'none' | 'pm_0' | 'pm_1';
  readonly disputes: readonly DisputePlan[];
  readonly words: readonly WordPlan[];
  readonly noise: readonly Noise[];
}

/** D3: how long grace lasts (null: not at all), and on which day a store that had observed began to enforce, if it had. */
export interface GracePlan {
  readonly lastsDays: number | null;
  readonly switchDay: number | null;
}

/** One person; most have one account. */
export interface Story {
  readonly charges: 'subscribed' | 'absent';
  readonly noRetryHours: number;
  readonly grace: GracePlan;
  readonly first: Life;
  readonly second: Life | null;
}

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const attempt: fc.Arbitrary<AttemptPlan> = fc.record({
  afterS: gap,
  kind: fc.constantFrom<AttemptPlan['kind'][]>(
    'declined',
    'declined',
    'declined',
    'declined',
    'unlinked',
    'linked_late',
    'by_hand',
    'not_executed',
    'no_card',
    'to_confirm',
  ),
  chargeS: fc.constantFrom(0, 0, 0, -1, 1, -30, 60, -60, 61),
  date: fc.constantFrom<AttemptPlan['date'][]>(
    'notice',
    'notice',
    'notice',
    'notice',
    'same_second',
    'update',
    'taken_back',
    'restated',
    'asked',
    'none',
    'none',
    'none',
  ),
  dateS: fc.constantFrom(3 * DAY, 3 * DAY, 5 * HOUR, 7 * DAY, 31 * DAY),
  idsOnly: fc.constantFrom(false, false, false, true),
});

const record: fc.Arbitrary<RecordPlan> = fc.record({
  upTo: fc.integer({ min: 1, max: 4 }),
  noticesFrom: fc.integer({ min: 0, max: 4 }),
  readAfterS: fc.oneof(gap, fc.constant(4)),
  looksAtInvoice: fc.boolean(),
  silently: fc.constantFrom(true, true, true, false),
});

const invoice: fc.Arbitrary<InvoicePlan> = fc.record({
  startDay: fc.integer({ min: 0, max: 45 }),
  subscription: fc.constantFrom(0, 0, 1),
  reason: fc.constantFrom('cycle', 'cycle', 'cycle', 'cycle', 'update', 'legacy', 'create', 'manual', 'sent'),
  firstCount: fc.constantFrom(1, 1, 1, 1, 1, 1, 3),
  attempts: fc.array(attempt, { minLength: 0, maxLength: 4 }),
  ending: fc.constantFrom(
    'charge',
    'charge',
    'notice',
    'out_of_band',
    'void',
    'uncollectible',
    'credited',
    'open',
    'open',
  ),
  uncollectibleReason: fc.constantFrom<InvoicePlan['uncollectibleReason'][]>(
    null,
    'max_payment_attempts',
    'user_forgiven',
    'subscription_paused',
    'subscription_canceled',
  ),
  endsAfterS: fc.oneof(gap, fc.constant(0)),
  recorded: fc.option(record, { freq: 5 }),
  refund: refundPlan,
  asksAfterS: fc.option(gap, { freq: 8 }),
  reversedAfterS: fc.option(gap, { freq: 6 }),
  failsAfterwards: fc.constantFrom(false, false, false, false, false, false, true),
});

const subscription: fc.Arbitrary<SubscriptionPlan> = fc.record({
  plan: fc.constantFrom('metadata', 'metadata', 'price', 'table', 'lookup', 'ids', 'late', 'never'),
  highValue: fc.boolean(),
  firstSeen: fc.constantFrom(true, true, true, false),
  story: fc.constantFrom<SubscriptionPlan['story'][]>(
    'none',
    'none',
    'none',
    'none',
    'none',
    'none',
    'none',
    'none',
    'asked',
    'asked_in_old_words',
    'asked_and_undone',
    'asked_and_ended',
    'ended_on_request',
    'unpaid',
    'unpaid_and_back',
    'stopped',
    'not_paid_for',
    'no_reason',
    'trialing',
    'past_due',
    'paused',
    'paused_and_back',
    'paused_no_reason',
    'paused_for_non_payment',
    'trial_ended',
    'collection_paused',
    'collection_paused_until',
    'collection_paused_and_back',
  ),
  revenue: fc.constantFrom('none', 'monthly', 'monthly', 'yearly', 'weekly', 'two_items', 'metered', 'discounted'),
  feedback: fc.constantFrom(true, true, false),
  day: fc.integer({ min: 0, max: 60 }),
  thenS: gap.map((seconds) => Math.max(1, seconds)), // two words of one second have no order that a rule gives
  slot: fc.constantFrom('none', 'none', 'pm_0', 'pm_0', 'pm_1', 'pm_0_then_pm_1', 'pm_0_then_none'),
  slotNoticed: fc.boolean(),
});

/** Receipts in ms. Negative: the provider's clock is ahead, at most 300 s or more. */
const delay = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 0, max: 900 }) },
  { weight: 2, arbitrary: fc.integer({ min: 0, max: 20_000 }) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 2 * HOUR * 1_000 }) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 10 * DAY * 1_000 }) },
  { weight: 1, arbitrary: fc.constantFrom(-1, -299_999, -300_000, -300_001, -HOUR * 1_000) },
);

const noise: fc.Arbitrary<Noise> = fc.record({
  delayMs: delay,
  copy: fc.constantFrom<Noise['copy'][]>(
    'none',
    'none',
    'none',
    'none',
    'none',
    'none',
    'none',
    'twin',
    'lost',
    'history',
  ),
});

const lives = (tag: Life['tag']): fc.Arbitrary<Life> =>
  fc.record({
    tag: fc.constant(tag),
    legacyShape: fc.boolean(),
    invoices: fc.array(invoice, { minLength: 0, maxLength: 3 }),
    subscriptions: fc.tuple(subscription, subscription),
    cards: cardPlans,
    customerSlot: fc.constantFrom('never_stated', 'never_stated', 'none', 'pm_0', 'pm_1'),
    disputes: disputePlans,
    words: wordPlans,
    noise: fc.oneof(fc.constant([]), fc.array(noise, { maxLength: 60, size: 'max' })),
  });

/** Plausible where the noise is empty, nasty where it is not. */
export const stories: fc.Arbitrary<Story> = fc.record({
  charges: fc.constantFrom<Story['charges'][]>('subscribed', 'subscribed', 'subscribed', 'subscribed', 'absent'),
  noRetryHours: fc.constantFrom(1, 1, 3),
  grace: fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        lastsDays: fc.constantFrom(1, 7, 14),
        switchDay: fc.option(fc.integer({ min: 0, max: 60 }), { freq: 2 }),
      }),
    },
    { weight: 1, arbitrary: fc.constant<GracePlan>({ lastsDays: null, switchDay: null }) },
  ),
  first: lives(''),
  second: fc.option(lives('b'), { freq: 4 }),
});
