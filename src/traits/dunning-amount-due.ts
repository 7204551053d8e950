import { toMajorUnits } from '../domain/money.ts';
import { defineTrait } from './trait.ts';

/** What is still owed on the lead episode's failed invoices, in major units of `dunning_currency`; null when none is open. */
export const dunningAmountDue = defineTrait('dunning_amount_due', ({ standing: { lead } }) => {
  if (lead === null) return null;
  const minor = lead.episode.invoices.reduce((sum, invoice) => sum + invoice.owedMinor, 0);
  return toMajorUnits(minor, lead.invoice.latest.currency);
});
