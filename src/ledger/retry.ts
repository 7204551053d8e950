import { type Instant, plus } from '../domain/instant.ts';
import type { InvoiceFact, InvoiceLedger } from './invoice.ts';
import type { AttemptNotice } from './recorded.ts';

export type RetryStatus = 'scheduled' | 'blocked' | 'none' | 'unknown';

/** When the provider tries again, as far as it has said (semantics D1). */
export interface RetryOutlook {
  readonly status: RetryStatus;
  /** Only for `scheduled`. */
  readonly date: Instant | null;
  /** When the answer changes by time alone; null when it does not. */
  readonly changesAt: Instant | null;
}

/** A time in which one answer to "when is the next attempt" stood, by the provider's clock. */
export interface RetryStretch {
  readonly from: Instant;
  /** Receipt of the statement that began it. */
  readonly receivedAt: Instant;
  readonly date: Instant | null;
  /** When another answer, another failure or a settlement ended it; null while it stands. */
  readonly to: Instant | null;
}

/** What was said of the next attempt in one second. */
interface Word {
  readonly at: Instant;
  readonly receivedAt: Instant;
  readonly failed: boolean;
  readonly date: Instant | null;
}
type Change = Word | { readonly at: Instant; readonly settled: boolean; readonly receivedAt: Instant };

/** A request to confirm is about the attempt: without a date it says nothing of the next one. Nor does a settlement. */
const speaksOfRetry = ({ kind, invoice: { status, nextAttemptAt } }: InvoiceFact): boolean =>
  (status === 'open' || status === 'draft') && (kind !== 'action_required' || nextAttemptAt !== null);

/** Within one second a statement with a date wins, since the others may have been made before it was set. */
const toWord = (said: readonly InvoiceFact[]): Word | null => {
  const notices = said.filter(({ kind }) => kind === 'attempt_failed');
  const from = notices[0] ?? said[0];
  if (from === undefined) return null;
  return {
    at: from.occurredAt,
    receivedAt: notices.reduce((min, { receivedAt }) => (receivedAt < min ? receivedAt : min), from.receivedAt),
    failed: notices.length > 0,
    date: said.findLast(({ invoice }) => invoice.nextAttemptAt !== null)?.invoice.nextAttemptAt ?? null,
  };
};

/**
 * What a record tells was so when it happened, as if it had been heard of at once: silence since then has been seen. It
 * does not know what was said of the next attempt; what was stated next does, and the next attempt once it counts.
 */
const fromRecord = (
  { occurredAt, invoice: { nextAttemptAt: next } }: AttemptNotice,
  said: readonly InvoiceFact[],
  pendingFrom: Instant | null,
): Word => {
  const proven = next !== null && (pendingFrom === null || next < pendingFrom) ? next : null;
  const stated = said.find((statement) => statement.occurredAt >= occurredAt)?.invoice.nextAttemptAt ?? null;
  return { at: occurredAt, receivedAt: occurredAt, failed: true, date: proven ?? stated };
};

const toChanges = (invoice: InvoiceLedger, pendingFrom: Instant | null): readonly Change[] => {
  const counts = ({ occurredAt }: InvoiceFact | AttemptNotice): boolean =>
    pendingFrom === null || occurredAt < pendingFrom;
  const said = invoice.statements.filter(speaksOfRetry).filter(counts);
  const words = [...Map.groupBy(said, ({ occurredAt }) => occurredAt).values()].map(toWord);
  const recorded = invoice.notices
    .filter((notice) => notice.kind === 'attempt_recorded' && counts(notice))
    .map((notice) => fromRecord(notice, said, pendingFrom));
  const settled = invoice.transitions.map(
    ({ at, kind, fact }): Change => ({ at, settled: kind !== 'reversed', receivedAt: fact.receivedAt }),
  );
  return [...words.filter((word) => word !== null), ...recorded, ...settled].sort((a, b) => a.at - b.at);
};

const toHistory = (invoice: InvoiceLedger, pendingFrom: Instant | null): readonly RetryStretch[] => {
  const stretches: RetryStretch[] = [];
  let failedAt: Instant | null = null;
  let settled = false;
  const endAt = (to: Instant): void => {
    const last = stretches[stretches.length - 1];
    if (last !== undefined && last.to === null) stretches[stretches.length - 1] = { ...last, to };
  };
  const begin = ({ at: from, receivedAt }: Change, date: Instant | null): void => {
    endAt(from);
    stretches.push({ from, receivedAt, date, to: null });
  };
  for (const change of toChanges(invoice, pendingFrom)) {
    if ('settled' in change) {
      settled = change.settled;
      if (settled) endAt(change.at);
      else if (failedAt !== null) begin(change, null);
      continue;
    }
    if (settled) continue;
    if (change.failed) failedAt = change.at;
    // A date that is not after the failure is the failed attempt's own.
    const date = change.date !== null && failedAt !== null && change.date > failedAt ? change.date : null;
    if (change.failed || (failedAt !== null && date !== stretches.at(-1)?.date)) begin(change, date);
  }
  return stretches;
};

const histories = new WeakMap<InvoiceLedger, readonly RetryStretch[]>();

/**
 * What was said of the next attempt over time, from the first failure on. The newest statement stands, one without a
 * date included: then none is known.
 * @param pendingFrom what was said from then on counts nowhere yet (semantics E4); null: all counts
 */
export const retryHistory = (invoice: InvoiceLedger, pendingFrom: Instant | null = null): readonly RetryStretch[] => {
  if (pendingFrom !== null) return toHistory(invoice, pendingFrom);
  const history = histories.get(invoice) ?? toHistory(invoice, null);
  histories.set(invoice, history);
  return history;
};

/** The next attempt stated with or after `notice`, and before `until`. */
export const statedRetry = (invoice: InvoiceLedger, notice: AttemptNotice, until: Instant): Instant | null =>
  retryHistory(invoice).findLast(({ from }) => from >= notice.occurredAt && from < until)?.date ?? null;

/** Whether a next attempt was ever stated with or after `notice`; unlike the date itself, this only grows true. */
export const wasRetryStated = (invoice: InvoiceLedger, notice: AttemptNotice): boolean =>
  invoice.statements.some(
    ({ occurredAt, invoice: { nextAttemptAt } }) =>
      occurredAt >= notice.occurredAt && nextAttemptAt !== null && nextAttemptAt > notice.occurredAt,
  );

const NONE: RetryOutlook = { status: 'none', date: null, changesAt: null };

/**
 * What is known of the next attempt on an open invoice.
 * @param pendingFrom the first notice that still settles: it and what follows count nowhere yet (semantics E4)
 * @param blocked the last decline is one that the provider does not retry without a new method
 * @param exhausted the provider's word that it stopped stands
 * @param noRetryAfterMs a date that passed this long ago without news is no longer believed; a missing one by then never comes
 */
export const retryOutlook = (
  invoice: InvoiceLedger,
  options: {
    readonly now: Instant;
    readonly pendingFrom: Instant | null;
    readonly blocked: boolean;
    readonly exhausted: boolean;
    readonly noRetryAfterMs: number;
  },
): RetryOutlook => {
  if (!invoice.open || options.exhausted) return NONE;
  const stands = retryHistory(invoice, options.pendingFrom).at(-1);
  if (stands === undefined) return { status: 'unknown', date: null, changesAt: null };
  if (stands.date === null) {
    const givesUpAt = plus(stands.receivedAt, options.noRetryAfterMs);
    return options.now >= givesUpAt ? NONE : { status: 'unknown', date: null, changesAt: givesUpAt };
  }
  const stale = plus(stands.date, options.noRetryAfterMs);
  if (options.now >= stale) return { status: 'unknown', date: null, changesAt: null };
  return options.blocked
    ? { status: 'blocked', date: null, changesAt: stale }
    : { status: 'scheduled', date: stands.date, changesAt: stale };
};
