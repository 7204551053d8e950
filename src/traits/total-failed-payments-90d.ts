import { recentFailuresLeaveAt } from '../ledger/failures.ts';
import { defineTrait } from './trait.ts';

/** Executed failed attempts of dunnable invoices in the last 90 days; a failure at `a` counts for `a <= t < a + 90 d`. */
export const totalFailedPayments90d = defineTrait(
  'total_failed_payments_90d',
  ({ ledger }) => recentFailuresLeaveAt(ledger).length,
  ({ ledger }) => recentFailuresLeaveAt(ledger).slice(0, 1),
);
