import type { InvoiceState, MarkedRecovered } from '../domain/fact.ts';
import type { Instant } from '../domain/instant.ts';
import { type InvoiceLedger, type Transition, takenBackMinor } from './invoice.ts';

/** An invoice as a person's word settles it. */
export interface Marked {
  readonly invoice: InvoiceLedger;
  readonly transition: Transition;
}

/** Whether it was settled by a person's word, which any word of the provider about money outranks (semantics F3). */
export const isMarked = (transition: Transition | undefined): boolean => transition?.fact.kind === 'marked_recovered';

/** As the provider last stated it by then; a mark that came before everything sees what was stated first. */
const statedBy = ({ statements, latest }: InvoiceLedger, at: Instant): InvoiceState =>
  (statements.findLast(({ occurredAt }) => occurredAt <= at) ?? statements[0])?.invoice ?? latest;

const owedBy = (invoice: InvoiceLedger, state: InvoiceState, at: Instant): number => {
  const last = invoice.transitions.findLast((transition) => transition.at <= at);
  return last?.kind === 'reversed' ? takenBackMinor(last) : state.amountRemainingMinor;
};

/** The invoice settled by the mark with what was owed on it then; null where the mark is not about it. */
export const toMarked = (invoice: InvoiceLedger, mark: MarkedRecovered): Marked | null => {
  if (mark.invoices !== undefined && !mark.invoices.includes(invoice.id)) return null;
  const at = mark.occurredAt;
  const stated = statedBy(invoice, at);
  const state = { ...stated, amountPaidMinor: owedBy(invoice, stated, at), amountRemainingMinor: 0 };
  return { invoice, transition: { kind: 'paid', at, fact: mark, state } };
};
