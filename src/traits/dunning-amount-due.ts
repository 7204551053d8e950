import { toMajorUnits } from '../domain/money.ts';
import { owedMinor } from '../ledger/standing.ts';
import { defineTrait } from './trait.ts';

/** What is still owed on the lead episode's failed invoices, in major units of `dunning_currency`; null when none is open. */
export const dunningAmountDue = defineTrait('dunning_amount_due', ({ standing: { lead } }) => {
  return lead === null ? null : toMajorUnits(owedMinor(lead), lead.invoice.latest.currency);
});
