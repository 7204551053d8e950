import { type Instant, plus } from '../domain/instant.ts';
import { SETTLE_WINDOW_MS } from '../domain/policy.ts';
import type { ChargeLedger } from './charges.ts';
import type { InvoiceLedger } from './invoice.ts';

/** How a failed invoice came to be paid (semantics C3). */
export type RecoveredVia =
  | 'automatic_retry'
  | 'card_updated'
  | 'account_updater'
  | 'customer_paid'
  | 'out_of_band'
  | 'operator'
  | 'unknown';

export interface Payment {
  readonly at: Instant;
  /** Earliest receipt of a statement that it is paid. */
  readonly receivedAt: Instant;
  readonly amountMinor: number;
  /** A charge was executed for it; out of band and zero amounts have none (semantics B3). */
  readonly charged: boolean;
  /**
   * - `automatic_retry`: a charge by the provider itself that raised its attempt count above the last failure's.
   * - `customer_paid`: any other charge: somebody was there to make it.
   * - `out_of_band`: the provider says so, or a shape that cannot say so shows neither charge nor raised count.
   * - `unknown`: paid, and nothing tells how.
   */
  readonly via: RecoveredVia;
  /** Still waiting for the notice that tells how; nothing is concluded from it until `settlesAt`. */
  readonly pending: boolean;
  readonly settlesAt: Instant;
}

const earliestReceipt = (invoice: InvoiceLedger, at: Instant, fallback: Instant): Instant => {
  const receipts = invoice.statements
    .filter((said) => said.invoice.status === 'paid' && said.occurredAt >= at)
    .map((said) => said.receivedAt);
  return receipts.reduce((min, receipt) => (receipt < min ? receipt : min), fallback);
};

/** The payment in force of an invoice; null while it is owed, void or credited. */
export const findPayment = (
  invoice: InvoiceLedger,
  options: { readonly now: Instant; readonly charges: ChargeLedger; readonly countsStand: boolean },
): Payment | null => {
  const { settled } = invoice;
  if (settled?.kind !== 'paid') return null;
  const { state } = settled;
  const lastCount = invoice.notices.reduce((max, notice) => Math.max(max, notice.invoice.attemptCount), 0);
  const raised = state.attemptCount > lastCount;
  const outOfBand = state.paidOutOfBand === true || state.amountDueMinor === 0;
  const proven = options.charges.succeeded.has(invoice.id) || invoice.payments.some((notice) => notice.byCharge);
  const charged = !outOfBand && (proven || (options.countsStand && raised));
  const automatic = invoice.payments.every((notice) => notice.automatic);
  const receivedAt = earliestReceipt(invoice, settled.at, settled.fact.receivedAt);
  const settlesAt = plus(receivedAt, SETTLE_WINDOW_MS);
  return {
    at: settled.at,
    receivedAt,
    amountMinor: state.amountPaidMinor,
    charged,
    via: viaOf({ outOfBand, charged, raised, automatic, mayBeOutOfBand: state.paidOutOfBand === null }),
    pending: !charged && !outOfBand && options.now < settlesAt,
    settlesAt,
  };
};

const viaOf = (seen: {
  readonly outOfBand: boolean;
  readonly charged: boolean;
  readonly raised: boolean;
  readonly automatic: boolean;
  readonly mayBeOutOfBand: boolean;
}): RecoveredVia => {
  if (seen.outOfBand) return 'out_of_band';
  if (seen.charged) return seen.raised && seen.automatic ? 'automatic_retry' : 'customer_paid';
  return seen.mayBeOutOfBand && !seen.raised ? 'out_of_band' : 'unknown';
};
