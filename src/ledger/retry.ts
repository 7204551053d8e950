import type { AttemptFailed } from '../domain/fact.ts';
import { type Instant, plus } from '../domain/instant.ts';
import type { InvoiceLedger } from './invoice.ts';

export type RetryStatus = 'scheduled' | 'blocked' | 'none' | 'unknown';

/** When the provider tries again, as far as it has said (semantics D1). */
export interface RetryOutlook {
  readonly status: RetryStatus;
  /** Only for `scheduled`. */
  readonly date: Instant | null;
  /** When the answer changes by time alone; null when it does not. */
  readonly changesAt: Instant | null;
}

/**
 * The next attempt stated with or after `notice`, and before `until` if given. Within the notice's own second a
 * statement with a date wins, since snapshots of that second fold before it; later, the last statement stands.
 */
export const statedRetry = (invoice: InvoiceLedger, notice: AttemptFailed, until?: Instant): Instant | null => {
  let next: Instant | null = null;
  for (const { occurredAt, invoice: state } of invoice.statements) {
    if (occurredAt < notice.occurredAt || (until !== undefined && occurredAt >= until)) continue;
    const stated = state.nextAttemptAt !== null && state.nextAttemptAt > notice.occurredAt ? state.nextAttemptAt : null;
    next = occurredAt === notice.occurredAt ? (next ?? stated) : stated;
  }
  return next;
};

/** Whether a next attempt was ever stated with or after `notice`; unlike the date itself, this only grows true. */
export const wasRetryStated = (invoice: InvoiceLedger, notice: AttemptFailed): boolean =>
  invoice.statements.some(
    ({ occurredAt, invoice: { nextAttemptAt } }) =>
      occurredAt >= notice.occurredAt && nextAttemptAt !== null && nextAttemptAt > notice.occurredAt,
  );

const NONE: RetryOutlook = { status: 'none', date: null, changesAt: null };

/**
 * What is known of the next attempt on an open invoice.
 * @param pendingFrom the first notice that still settles: it and what follows count nowhere yet (semantics E4)
 * @param blocked the last decline is one that the provider does not retry without a new method
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
  const until = options.pendingFrom ?? undefined;
  const newest = invoice.notices.findLast((notice) => until === undefined || notice.occurredAt < until);
  if (!invoice.open || options.exhausted) return NONE;
  if (newest === undefined) return { status: 'unknown', date: null, changesAt: null };
  const date = statedRetry(invoice, newest, until);
  if (date === null) {
    const givesUpAt = plus(newest.receivedAt, options.noRetryAfterMs);
    return options.now >= givesUpAt ? NONE : { status: 'unknown', date: null, changesAt: givesUpAt };
  }
  const stale = plus(date, options.noRetryAfterMs);
  if (options.now >= stale) return { status: 'unknown', date: null, changesAt: null };
  return options.blocked
    ? { status: 'blocked', date: null, changesAt: stale }
    : { status: 'scheduled', date, changesAt: stale };
};
