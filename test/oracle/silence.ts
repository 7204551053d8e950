import type { Attempt } from './attempts.ts';
import { noticesOf, settledFacts } from './attempts.ts';
import type { Episode } from './episodes.ts';
import type { Case, Fact, InvoiceFact, RecordFact } from './facts.ts';
import { statementsOf } from './facts.ts';
import { newestReversal } from './invoices.ts';
import { isSameAttempt, recordsOf } from './records.ts';
import { standingWord } from './stopped.ts';

/** What is known of the next attempt on an open invoice, and since when. */
interface Outlook {
  readonly at: number;
  readonly receivedAt: number;
  readonly date: number | null;
}

/** `from`: the place in fold order from which on it is spoken of. */
interface Beginning extends Outlook {
  readonly from: number;
  readonly recorded: boolean;
}

/** The newest failed attempt of which these facts tell; a record of one that a notice tells of too adds nothing. */
const newestAttempt = (facts: readonly Fact[], invoice: string): Pick<Attempt, 'at' | 'receivedAt' | 'fact'> | null => {
  const notice = noticesOf(facts, invoice).at(-1);
  const told = noticesOf(facts, invoice);
  const record = recordsOf(facts, invoice).findLast((each) => !told.some((other) => isSameAttempt(facts, each, other)));
  if (record === undefined) return notice ?? null;
  if (notice !== undefined && facts.indexOf(notice.fact) > facts.indexOf(record)) return notice;
  // Silence that lay before the record was read has been seen.
  return { at: record.occurredAt, receivedAt: record.occurredAt, fact: record };
};

/** Failed attempt or reversal: what was said before is about an attempt that is over. An attempt's whole second counts. */
const begins = (facts: readonly Fact[], invoice: string): Beginning | null => {
  const newest = newestAttempt(facts, invoice);
  const reversal = newestReversal(facts, facts.length, invoice);
  if (newest === null) return null;
  if (reversal !== null && facts.indexOf(newest.fact) < facts.indexOf(reversal))
    return {
      at: reversal.occurredAt,
      receivedAt: reversal.receivedAt,
      date: null,
      from: facts.indexOf(reversal),
      recorded: false,
    };
  const from = facts.findIndex(({ occurredAt }) => occurredAt === newest.at);
  const recorded = newest.fact.kind === 'attempt_recorded';
  return { at: newest.at, receivedAt: newest.receivedAt, date: null, from, recorded };
};

/**
 * Decision 0012: a record does not know what was said of the next attempt. The next attempt proves that it was to come,
 * and else the next look at the invoice says when; a look that knew of none stands all the same from then on (D1).
 * `since`: what was stated of the invoice after the record, all without a date; `later`: what was stated afterwards.
 */
const outlookOfRecord = (
  record: Beginning,
  since: readonly (InvoiceFact | RecordFact)[],
  later: readonly (InvoiceFact | RecordFact)[],
): Outlook => {
  const attempt = later.find(({ kind }) => kind === 'attempt_recorded' || kind === 'attempt_failed');
  const look = since.find(
    ({ kind, occurredAt, invoice: { status } }) =>
      kind === 'invoice_observed' && status === 'open' && occurredAt > record.at,
  );
  if (look === undefined) return { ...record, date: attempt?.occurredAt ?? later[0]?.invoice.nextAttemptAt ?? null };
  return attempt === undefined ? record : { at: look.occurredAt, receivedAt: look.receivedAt, date: null };
};

/**
 * D1, decision 0004: the newest statement of the invoice since its newest failure says whether and when there is another
 * attempt; in one second, the one with a date. A request to confirm without one says nothing of it.
 */
const outlook = (facts: readonly Fact[], invoice: string, later: readonly Fact[] = []): Outlook | null => {
  const first = begins(facts, invoice);
  if (first === null) return null;
  let known: Outlook = first;
  const since = statementsOf(facts.slice(first.from), invoice);
  for (const { kind, occurredAt: at, receivedAt, invoice: said } of since) {
    if (said.status !== 'open' || kind === 'attempt_recorded') continue;
    const date = said.nextAttemptAt;
    if (date === null && (kind === 'action_required' || at === known.at)) continue;
    if (date === known.date) continue;
    known = { at, receivedAt, date };
  }
  return known === first && first.recorded ? outlookOfRecord(first, since, statementsOf(later, invoice)) : known;
};

/** D2: no date is known for `no_retry_after` from the receipt of what said so last. */
export const isExhaustedBySilence = (c: Case, invoice: string): boolean => {
  const newest = outlook(c.facts, invoice);
  return newest !== null && newest.date === null && c.t >= newest.receivedAt + c.policy.noRetryAfterMs;
};

/**
 * Decision 0003: exhausted by silence at `at`, by the provider's clock: nothing stated by then, and concluded once as
 * long has passed since the receipt.
 */
export const isSilent = (c: Case, upTo: number, invoice: string, at: number): boolean => {
  const newest = outlook(c.facts.slice(0, upTo), invoice, c.facts.slice(upTo));
  if (newest === null || newest.date !== null) return false;
  return newest.at + c.policy.noRetryAfterMs <= at && newest.receivedAt + c.policy.noRetryAfterMs <= c.t;
};

/** C2: since when the provider has stopped on an invoice: its word, silence, or a stated date that lapsed; null: not. */
export const stopInstant = (c: Case, upTo: number, episode: Episode, invoice: string): number | null => {
  const settled = new Set(settledFacts(c)); // what still waits counts nowhere (E4)
  const facts = c.facts.slice(0, upTo).filter((fact) => settled.has(fact));
  const later = c.facts.slice(upTo).filter((fact) => settled.has(fact));
  const stops: number[] = [];
  const word = standingWord(facts, episode, invoice);
  if (word !== null) stops.push(word);
  const newest = outlook(facts, invoice, later);
  if (newest?.date != null) stops.push(newest.date + c.policy.noRetryAfterMs);
  else if (newest !== null && newest.receivedAt + c.policy.noRetryAfterMs <= c.t)
    stops.push(newest.at + c.policy.noRetryAfterMs);
  return stops.length === 0 ? null : Math.min(...stops);
};
