import type { AttemptFailed } from '../domain/fact.ts';
import { type Instant, plus } from '../domain/instant.ts';
import type { InvoiceFact, InvoiceLedger } from './invoice.ts';

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

type Change =
  | { readonly at: Instant; readonly said: InvoiceFact }
  | { readonly at: Instant; readonly settled: boolean; readonly receivedAt: Instant };

const toChanges = (invoice: InvoiceLedger): readonly Change[] => {
  const said = invoice.statements.map((fact): Change => ({ at: fact.occurredAt, said: fact }));
  const settled = invoice.transitions.map(
    ({ at, kind, fact }): Change => ({ at, settled: kind !== 'reversed', receivedAt: fact.receivedAt }),
  );
  return settled.length === 0 ? said : [...said, ...settled].sort((a, b) => a.at - b.at);
};

/** What was last said of the next attempt, and when. */
interface Statement {
  readonly at: Instant | null;
  readonly date: Instant | null;
}

/**
 * Within a notice's own second a statement with a date wins, since snapshots of that second fold before it; later, the
 * last statement stands.
 */
const toHistory = (invoice: InvoiceLedger): readonly RetryStretch[] => {
  const stretches: RetryStretch[] = [];
  let failedAt: Instant | null = null;
  let dated: Statement = { at: null, date: null };
  let settled = false;
  const endAt = (to: Instant): void => {
    const last = stretches[stretches.length - 1];
    if (last !== undefined && last.to === null) stretches[stretches.length - 1] = { ...last, to };
  };
  const begin = (from: Instant, receivedAt: Instant, date: Instant | null): void => {
    endAt(from);
    stretches.push({ from, receivedAt, date, to: null });
  };
  for (const change of toChanges(invoice)) {
    if ('settled' in change) {
      settled = change.settled;
      if (settled) endAt(change.at);
      else if (failedAt !== null) begin(change.at, change.receivedAt, null);
      continue;
    }
    const { at, said } = change;
    if (settled) continue;
    if (said.kind === 'attempt_failed') failedAt = at;
    const next = said.invoice.nextAttemptAt;
    const last = stretches[stretches.length - 1];
    const sameSecond = dated.at === at && dated.date !== null && dated.date > at ? dated.date : null;
    const stated: Instant | null = next !== null && next > (failedAt ?? at) ? next : sameSecond;
    const again = said.kind === 'attempt_failed' && last !== undefined && last.from === at;
    // The same failure told twice is one: it begins nothing anew.
    if (again) stretches[stretches.length - 1] = { ...last, ...earlierOf(last, said), date: last.date ?? stated };
    else if (said.kind === 'attempt_failed') begin(at, said.receivedAt, stated);
    else if (last !== undefined && failedAt === at)
      stretches[stretches.length - 1] = { ...last, date: last.date ?? stated };
    else if (last !== undefined && stated !== last.date) begin(at, said.receivedAt, stated);
    dated = { at, date: stated };
  }
  return stretches;
};

const earlierOf = (a: RetryStretch, b: InvoiceFact): Pick<RetryStretch, 'receivedAt'> => ({
  receivedAt: a.receivedAt < b.receivedAt ? a.receivedAt : b.receivedAt,
});

const histories = new WeakMap<InvoiceLedger, readonly RetryStretch[]>();

/** What was said of the next attempt over time, from the first failure on; worked out once for each folded invoice. */
export const retryHistory = (invoice: InvoiceLedger): readonly RetryStretch[] => {
  const history = histories.get(invoice) ?? toHistory(invoice);
  histories.set(invoice, history);
  return history;
};

/** The next attempt stated with or after `notice`, and before `until`. */
export const statedRetry = (invoice: InvoiceLedger, notice: AttemptFailed, until: Instant): Instant | null =>
  retryHistory(invoice).findLast(({ from }) => from >= notice.occurredAt && from < until)?.date ?? null;

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
  const { pendingFrom } = options;
  const stands = retryHistory(invoice).findLast(({ from }) => pendingFrom === null || from < pendingFrom);
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
