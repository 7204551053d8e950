import type { Notice } from './attempts.ts';
import { datesAfter, noticesOf, settledFacts } from './attempts.ts';
import type { Episode } from './episodes.ts';
import type { Case, Fact } from './facts.ts';
import { isInvoiceFact } from './facts.ts';
import { newestReversal } from './invoices.ts';
import { standingWord } from './stopped.ts';

interface Silence {
  readonly at: number;
  readonly receivedAt: number;
  readonly dates: readonly { at: number; date: number }[];
}

/** The newest notice about an open invoice, and the retry dates known since. What is taken back is owed with no date (B2). */
const newestNotice = (facts: readonly Fact[], invoice: string): Silence | null => {
  const notice: Notice | undefined = noticesOf(facts, invoice).at(-1);
  const reversal = newestReversal(facts, facts.length, invoice);
  if (reversal !== null && (notice === undefined || facts.indexOf(notice.fact) < facts.indexOf(reversal))) {
    const dates = facts.slice(facts.indexOf(reversal)).flatMap((fact) => {
      const date = isInvoiceFact(fact) && fact.invoice.id === invoice ? fact.invoice.nextAttemptAt : null;
      return date === null ? [] : [{ at: fact.occurredAt, date }];
    });
    return { at: reversal.occurredAt, receivedAt: reversal.receivedAt, dates };
  }
  if (notice === undefined) return null;
  return { at: notice.at, receivedAt: notice.receivedAt, dates: datesAfter(facts, notice) };
};

/** D2: no date is known for `no_retry_after` from the receipt of the newest notice. */
export const isExhaustedBySilence = (c: Case, invoice: string): boolean => {
  const newest = newestNotice(c.facts, invoice);
  return newest !== null && newest.dates.length === 0 && c.t >= newest.receivedAt + c.policy.noRetryAfterMs;
};

/**
 * Decision 0003: exhausted by silence at `at`, by the provider's clock: nothing stated by then, and concluded once as
 * long has passed since the receipt.
 */
export const isSilent = (c: Case, upTo: number, invoice: string, at: number): boolean => {
  const newest = newestNotice(c.facts.slice(0, upTo), invoice);
  if (newest === null || newest.dates.length > 0) return false;
  return newest.at + c.policy.noRetryAfterMs <= at && newest.receivedAt + c.policy.noRetryAfterMs <= c.t;
};

/** C2: since when the provider has stopped on an invoice: its word, silence, or a stated date that lapsed; null: not. */
export const stopInstant = (c: Case, upTo: number, episode: Episode, invoice: string): number | null => {
  const settled = new Set(settledFacts(c)); // what still waits counts nowhere (E4)
  const facts = c.facts.slice(0, upTo).filter((fact) => settled.has(fact));
  const word = standingWord(facts, episode, invoice);
  if (word !== null) return word;
  const newest = newestNotice(facts, invoice);
  if (newest === null) return null;
  const lapsed = newest.dates.at(-1);
  if (lapsed !== undefined) return lapsed.date + c.policy.noRetryAfterMs;
  return newest.receivedAt + c.policy.noRetryAfterMs <= c.t ? newest.at + c.policy.noRetryAfterMs : null;
};
