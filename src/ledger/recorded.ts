import type { AttemptFailed, AttemptRecorded, InvoiceState } from '../domain/fact.ts';
import type { Instant } from '../domain/instant.ts';
import { byFoldOrder, JOIN_WINDOW_MS } from './timeline.ts';

/** A failed attempt as the provider told of it when it happened, or as its records tell long after (semantics E4). */
export type AttemptNotice = AttemptFailed | AttemptRecorded;

/** When a charge was made, and when it was refused: a bank debit fails days after. */
export type ChargeTimes = (chargeId: string) => readonly Instant[];

const countOf = ({ invoice }: AttemptNotice): number => Math.max(1, invoice.attemptCount);

/** Both are about one attempt. A record without a charge knows the provider's count at best. */
export const isSameAttempt = (record: AttemptRecorded, notice: AttemptFailed, times: ChargeTimes): boolean => {
  if (record.chargeId === null) return countOf(notice) === 1 || countOf(notice) === countOf(record);
  if (record.chargeId === notice.invoice.chargeId) return true;
  const seen = [record.occurredAt, ...times(record.chargeId)];
  return seen.some((at) => Math.abs(at - notice.occurredAt) <= JOIN_WINDOW_MS);
};

/** What several backfills recorded of one attempt: the newest look at the invoice, known since the first. */
const newest = (records: readonly AttemptRecorded[]): AttemptRecorded[] => {
  const [first, ...rest] = records;
  if (first === undefined) return [];
  const latest = rest.reduce((best, each) => (each.receivedAt > best.receivedAt ? each : best), first);
  const receivedAt = rest.reduce((min, each) => (each.receivedAt < min ? each.receivedAt : min), first.receivedAt);
  return [{ ...latest, id: first.id, occurredAt: first.occurredAt, receivedAt }];
};

/** One record per attempt. One without a charge stands for the first attempt, where no charge is recorded. */
const oncePerAttempt = (records: readonly AttemptRecorded[]): readonly AttemptRecorded[] => {
  const byCharge = Map.groupBy(records, ({ chargeId }) => chargeId ?? '');
  const chargeless = newest(byCharge.get('') ?? []);
  byCharge.delete('');
  return byCharge.size === 0 ? chargeless : [...byCharge.values()].flatMap(newest);
};

/** The invoice as it will have been after that attempt: the record holds it as it was when it was read. */
const asItWas = (record: AttemptRecorded, position: number, next: AttemptNotice | undefined): AttemptRecorded => {
  const { invoice } = record;
  const isOpen = invoice.status === 'open';
  const state: InvoiceState = {
    ...invoice,
    status: 'open',
    amountRemainingMinor: isOpen ? invoice.amountRemainingMinor : invoice.amountDueMinor,
    attemptCount: record.chargeId === null ? invoice.attemptCount : Math.min(position, countOf(record)),
    nextAttemptAt: next?.occurredAt ?? (isOpen ? invoice.nextAttemptAt : null),
  };
  return { ...record, invoice: state };
};

/** The failed attempts of one invoice in fold order: each by its notice, else by what was recorded of it. */
export const joinRecorded = (
  notices: readonly AttemptFailed[],
  records: readonly AttemptRecorded[],
  times: ChargeTimes,
): readonly AttemptNotice[] => {
  const alone = oncePerAttempt(records).filter(
    (record) => !notices.some((notice) => isSameAttempt(record, notice, times)),
  );
  if (alone.length === 0) return notices;
  const all = [...notices, ...alone].sort(byFoldOrder);
  return all.map((each, index) => (each.kind === 'attempt_recorded' ? asItWas(each, index + 1, all[index + 1]) : each));
};
