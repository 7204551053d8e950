import type { Case, MarkFact } from './facts.ts';
import { newestReversal } from './invoices.ts';

/** 0015: an invoice that a person said was settled another way. `place`: of the word, in fold order. */
export interface Mark {
  readonly invoice: string;
  readonly place: number;
  readonly at: number;
}

/** Of what is owed, what a mark is about. */
export const markedBy = ({ invoices }: MarkFact, owed: readonly string[]): readonly string[] =>
  owed.filter((invoice) => invoices === undefined || invoices.includes(invoice));

/** Was it marked among the first `upTo` facts, and no payment of it taken back since (0015: then it is owed again). */
export const isMarked = (c: Case, upTo: number, invoice: string, marks: readonly Mark[]): boolean =>
  marks.some(({ invoice: marked, place }) => {
    if (marked !== invoice || place >= upTo) return false;
    const reversal = newestReversal(c.facts, upTo, invoice);
    return reversal === null || c.facts.indexOf(reversal) < place;
  });
