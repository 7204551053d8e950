import { CATEGORY_MEANING, type Decline, type FailureCategory } from '../domain/decline.ts';
import type { BillingReason, Card, ChargeDeclined, InvoiceState } from '../domain/fact.ts';
import { type Instant, plus } from '../domain/instant.ts';
import { SETTLE_WINDOW_MS } from '../domain/policy.ts';
import type { ChargeLedger, DeclineEntry } from './charges.ts';
import { attemptKey, type InvoiceLedger } from './invoice.ts';
import type { Plan } from './plan.ts';
import { type AttemptNotice, type ChargeTimes, isSameAttempt } from './recorded.ts';
import { JOIN_WINDOW_MS } from './timeline.ts';

/** One failed attempt, by its notice or by a record of it, with everything that was joined to it. */
export interface Attempt {
  readonly key: string;
  readonly notice: AttemptNotice;
  readonly invoice: InvoiceState;
  readonly at: Instant;
  /** The provider executed a charge for it, or it counts as one (semantics B3). */
  readonly executed: boolean;
  /** Still waiting for its reason and context; it counts nowhere until `settlesAt` (semantics E4). */
  readonly pending: boolean;
  readonly settlesAt: Instant;
  /** It can open or join a dunning episode (semantics B4). */
  readonly eligible: boolean;
  readonly decline: Decline;
  readonly card: Card | null;
  readonly actionRequired: boolean;
  /** The first of its invoice, or a record that stands for it. */
  readonly first: boolean;
  /** It follows another attempt of the same invoice. */
  readonly retry: boolean;
  /** Executed attempts of the invoice up to and including this one; what the provider counts, where policy says so. */
  readonly number: number;
  readonly plan: Plan;
}

export interface AttemptContext {
  readonly now: Instant;
  readonly charges: ChargeLedger;
  readonly countsStand: boolean;
  readonly classify: (entry: DeclineEntry) => Decline;
  readonly planOf: (invoice: InvoiceState) => Plan;
  /** The provider told when or whether it tries again, after this notice. */
  readonly retryKnown: (invoice: InvoiceLedger, notice: AttemptNotice) => boolean;
}

const DUNNABLE: ReadonlySet<BillingReason> = new Set(['cycle', 'update', 'threshold', 'pending_items', 'legacy']);

/** Whether a failure can be dunned, from the notice's own fields (semantics B4). */
export const isEligible = (invoice: InvoiceState): boolean =>
  invoice.collectedAutomatically &&
  invoice.amountRemainingMinor > 0 &&
  invoice.subscription !== null &&
  DUNNABLE.has(invoice.billingReason);

/** A failure whose category is known from elsewhere than a decline. */
const withoutCode = (category: FailureCategory, blocksRetries: boolean): Decline => ({
  failureCode: null,
  category,
  ...CATEGORY_MEANING[category],
  blocksRetries,
});

const UNKNOWN = withoutCode('unknown', false);
const MISSING_METHOD = withoutCode('payment_method_missing', true);
/** The bank wants the customer to confirm, and no decline says more. */
const TO_CONFIRM = withoutCode('authentication_required', true);

const distance = (entry: Pick<DeclineEntry, 'occurredAt'>, notice: AttemptNotice): number =>
  Math.abs(entry.occurredAt - notice.occurredAt);

/** The notice that a decline belongs to: the nearest of its invoice, the earlier on a tie. */
const nearestNotice = (entry: DeclineEntry, notices: readonly AttemptNotice[]): AttemptNotice | null => {
  let best: AttemptNotice | null = null;
  for (const notice of notices) {
    if (distance(entry, notice) > JOIN_WINDOW_MS) continue;
    if (best === null || distance(entry, notice) < distance(entry, best)) best = notice;
  }
  return best;
};

/** The reason of each notice: of the declines that belong to it, the one nearest in time. */
const toReasons = (
  notices: readonly AttemptNotice[],
  declines: readonly DeclineEntry[],
): ReadonlyMap<AttemptNotice, DeclineEntry> => {
  const reasons = new Map<AttemptNotice, DeclineEntry>();
  for (const entry of declines) {
    const notice = nearestNotice(entry, notices);
    const known = notice === null ? undefined : reasons.get(notice);
    if (notice !== null && (known === undefined || distance(entry, notice) < distance(known, notice))) {
      reasons.set(notice, entry);
    }
  }
  return reasons;
};

/**
 * A charge near the notice proves that the attempt was executed. Proof is not exclusive to one notice, and only
 * grows with what is learned: an event once anchored is never unanchored by a late arrival.
 */
const isProven = (notice: AttemptNotice, own: readonly DeclineEntry[], unlinked: readonly ChargeDeclined[]): boolean =>
  own.some((entry) => distance(entry, notice) <= JOIN_WINDOW_MS) ||
  unlinked.some(
    (fact) =>
      distance(fact, notice) <= JOIN_WINDOW_MS &&
      fact.charge.amountMinor === notice.invoice.amountRemainingMinor &&
      fact.charge.currency === notice.invoice.currency,
  );

/** No charge was ever made although the shape would show one: there is no payment method to charge. */
const lacksMethod = (notice: AttemptNotice, actionRequired: boolean): boolean =>
  notice.invoice.linksCharge && notice.invoice.chargeId === null && !actionRequired;

const hasReason = (decline: Decline): boolean => decline.category !== 'unknown' || decline.failureCode !== null;

/** Every scheduled attempt that the provider's count implies before this one has its notice. */
const earlierKnown = (notice: AttemptNotice, notices: readonly AttemptNotice[]): boolean => {
  const counts = new Set(notices.map((other) => Math.max(1, other.invoice.attemptCount)));
  for (let count = 1; count < notice.invoice.attemptCount; count += 1) if (!counts.has(count)) return false;
  return true;
};

const isActionNear = (invoice: InvoiceLedger, notice: AttemptNotice): boolean =>
  invoice.actionRequired.some(
    (action) =>
      // Before the attempt is done the provider counts none.
      Math.max(1, action.invoice.attemptCount) === Math.max(1, notice.invoice.attemptCount) &&
      Math.abs(action.occurredAt - notice.occurredAt) <= JOIN_WINDOW_MS,
  );

/** What the notices of one invoice share. */
interface Joined {
  readonly invoice: InvoiceLedger;
  readonly own: readonly DeclineEntry[];
  readonly unlinked: readonly ChargeDeclined[];
  readonly reasons: ReadonlyMap<AttemptNotice, DeclineEntry>;
}

/** An attempt before it is known which of its subscription count. */
export type Unnumbered = Omit<Attempt, 'retry' | 'number'>;

/** The provider's records show the charge that was made for it. */
const isChargeRecorded = ({ recorded }: InvoiceLedger, notice: AttemptNotice, times: ChargeTimes): boolean =>
  notice.kind === 'attempt_recorded' ||
  recorded.some((record) => record.chargeId !== null && isSameAttempt(record, notice, times));

/** Was it told of already, by a record of it, when its notice came? Then it counts, and goes on counting. */
const isRecorded = ({ recorded }: InvoiceLedger, notice: AttemptNotice, times: ChargeTimes): boolean =>
  notice.kind === 'attempt_recorded' ||
  recorded.some((record) => record.receivedAt <= notice.receivedAt && isSameAttempt(record, notice, times));

/**
 * A record without a charge says that the invoice was tried: it stands for the first attempt, and so does the notice that
 * takes its place, or somebody who was in dunning would leave it by the news of another failure.
 */
const standsForFirst = ({ recorded, notices }: InvoiceLedger, notice: AttemptNotice, times: ChargeTimes): boolean => {
  if (notice.kind === 'attempt_recorded') return notice.chargeId === null;
  if (recorded.some(({ chargeId }) => chargeId !== null)) return false;
  const isFirstTold = notices.some(({ kind, invoice }) => kind === 'attempt_failed' && invoice.attemptCount <= 1);
  return !isFirstTold && recorded.some((record) => isSameAttempt(record, notice, times));
};

const isExecuted = (
  notice: AttemptNotice,
  known: { readonly manual: boolean; readonly missing: boolean; readonly action: boolean },
  { invoice, own, unlinked }: Joined,
  { countsStand, charges }: AttemptContext,
): boolean =>
  countsStand ||
  notice.invoice.attemptCount <= 1 ||
  known.manual ||
  known.missing ||
  known.action ||
  isProven(notice, own, unlinked) ||
  isChargeRecorded(invoice, notice, charges.timesOf) ||
  standsForFirst(invoice, notice, charges.timesOf);

/** A record that shows a charge shows a method. */
const isMethodMissing = (notice: AttemptNotice, action: boolean): boolean =>
  (notice.kind !== 'attempt_recorded' || notice.chargeId === null) && lacksMethod(notice, action);

/** One notice with its reason: was a charge executed for it, and is it all known. `manual`: its count was seen before. */
const readNotice = (notice: AttemptNotice, manual: boolean, joined: Joined, context: AttemptContext): Unnumbered => {
  const { invoice } = joined;
  const entry = joined.reasons.get(notice) ?? null;
  const action = isActionNear(invoice, notice);
  const missing = entry === null && isMethodMissing(notice, action);
  const decline = entry !== null ? context.classify(entry) : action ? TO_CONFIRM : missing ? MISSING_METHOD : UNKNOWN;
  const executed = isExecuted(notice, { manual, missing, action }, joined, context);
  const plan = context.planOf(notice.invoice);
  const recorded = isRecorded(invoice, notice, context.charges.timesOf);
  const settlesAt = recorded ? notice.receivedAt : plus(notice.receivedAt, SETTLE_WINDOW_MS);
  // A method is known to be missing only when no request for confirmation came with the notice: that takes the window.
  const complete =
    executed &&
    hasReason(decline) &&
    !missing &&
    plan.known &&
    context.retryKnown(invoice, notice) &&
    earlierKnown(notice, invoice.notices);
  return {
    key: attemptKey(notice),
    notice,
    invoice: notice.invoice,
    at: notice.occurredAt,
    executed,
    pending: context.now < settlesAt && !complete,
    settlesAt,
    eligible: isEligible(notice.invoice),
    decline,
    card: entry?.card ?? null,
    actionRequired: action || decline.customerActionRequired,
    first: notice.invoice.attemptCount <= 1 || standsForFirst(invoice, notice, context.charges.timesOf),
    plan,
  };
};

/** All failure notices of one invoice as attempts, in fold order, pending and unexecuted ones included. */
export const foldAttempts = (invoice: InvoiceLedger, context: AttemptContext): readonly Unnumbered[] => {
  const { notices } = invoice;
  const own = context.charges.declinesOf.get(invoice.id) ?? [];
  const joined = { invoice, own, unlinked: context.charges.unlinked, reasons: toReasons(notices, own) };
  const seenCounts = new Set<number>();
  return notices.map((notice) => {
    const manual = seenCounts.has(notice.invoice.attemptCount);
    seenCounts.add(notice.invoice.attemptCount);
    return readNotice(notice, manual, joined, context);
  });
};

/**
 * Holds back what came after a notice that still settles: its number, its episode and its first failure are not known
 * before (semantics E4). What had settled before that notice was received counts already and goes on counting: else
 * somebody in dunning would leave every audience for the ten seconds in which an old notice settles.
 * @param attempts of one subscription, or of one invoice without any, in fold order
 */
export const holdBack = (attempts: readonly Unnumbered[], now: Instant): readonly Unnumbered[] => {
  const settling: Unnumbered[] = [];
  return attempts.map((attempt) => {
    const before = settling.filter(({ notice, settlesAt }) => now < settlesAt && notice.receivedAt < attempt.settlesAt);
    const until = before.reduce((last, { settlesAt }) => (settlesAt > last ? settlesAt : last), attempt.settlesAt);
    if (attempt.pending) settling.push({ ...attempt, settlesAt: until });
    return before.length > 0 && !attempt.pending ? { ...attempt, pending: true, settlesAt: until } : attempt;
  });
};

/** Numbers the attempts of one invoice, in fold order, by those that count. */
export const numberAttempts = (attempts: readonly Unnumbered[], countsStand: boolean): readonly Attempt[] => {
  const firstCounts = attempts.some(({ first, pending }) => first && !pending);
  let counted = 0;
  return attempts.map((attempt): Attempt => {
    const { attemptCount } = attempt.invoice;
    if (attempt.executed && !attempt.pending) counted += 1;
    // The first attempt always counts, also where only the provider's count tells of it, or its notice still settles.
    const implied = attempt.first || firstCounts ? 0 : 1;
    return {
      ...attempt,
      retry: attemptCount > 1 || counted > 1,
      number: countsStand ? Math.max(counted, attemptCount) : counted + implied,
    };
  });
};

/** When the first notice happened that still settles; null when none does. */
export const pendingSince = (attempts: readonly Attempt[]): Instant | null =>
  attempts.find((attempt) => attempt.pending)?.at ?? null;

/** Since when nothing that was said of an invoice counts yet: after its newest notice that counts; null: all counts. */
export const uncountedSince = (attempts: readonly Attempt[]): Instant | null =>
  attempts[attempts.findLastIndex(({ pending }) => !pending) + 1]?.at ?? null;
