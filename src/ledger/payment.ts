import { type Instant, plus } from '../domain/instant.ts';
import { SETTLE_WINDOW_MS } from '../domain/policy.ts';
import type { ChargeLedger } from './charges.ts';
import type { InvoiceFact, InvoiceLedger, Transition } from './invoice.ts';

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
  /** Natural key of the paying attempt: the invoice and `paid`, and the reversal if an earlier payment was taken back. */
  readonly key: string;
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

export interface PaymentOptions {
  readonly now: Instant;
  readonly charges: ChargeLedger;
  readonly countsStand: boolean;
}

/** The time in which a payment stood: from the reversal before it to the one that took it back. */
interface Period {
  readonly after: Extract<Transition, { kind: 'reversed' }> | null;
  readonly before: Instant | null;
}

const isIn = ({ after, before }: Period, { occurredAt }: { readonly occurredAt: Instant }): boolean =>
  (after === null || occurredAt > after.at) && (before === null || occurredAt < before);

const earliestReceipt = (statements: readonly InvoiceFact[], fallback: Instant): Instant =>
  statements.reduce((min, { receivedAt }) => (receivedAt < min ? receivedAt : min), fallback);

const toPayment = (invoice: InvoiceLedger, paid: Transition, period: Period, options: PaymentOptions): Payment => {
  const { state } = paid;
  const notices = invoice.statements
    .filter((said) => said.kind === 'invoice_paid')
    .filter((said) => isIn(period, said));
  const failed = invoice.notices.filter((notice) => notice.occurredAt <= paid.at);
  const raised = state.attemptCount > Math.max(0, ...failed.map((notice) => notice.invoice.attemptCount));
  const outOfBand = state.paidOutOfBand === true || state.amountDueMinor === 0;
  const succeeded = (options.charges.succeededOf.get(invoice.id) ?? []).some((charge) => isIn(period, charge));
  const proven = succeeded || notices.some((notice) => notice.byCharge);
  const charged = !outOfBand && (proven || (options.countsStand && raised));
  const said = invoice.statements.filter((each) => each.invoice.status === 'paid' && isIn(period, each));
  const receivedAt = earliestReceipt(said, paid.fact.receivedAt);
  const settlesAt = plus(receivedAt, SETTLE_WINDOW_MS);
  const automatic = notices.every((notice) => notice.automatic);
  return {
    key: [invoice.id, 'paid', ...(period.after === null ? [] : [period.after.fact.reversalId])].join(':'),
    at: paid.at,
    receivedAt,
    amountMinor: state.amountPaidMinor,
    charged,
    via: viaOf({ outOfBand, charged, raised, automatic, mayBeOutOfBand: state.paidOutOfBand === null }),
    pending: !charged && !outOfBand && options.now < settlesAt,
    settlesAt,
  };
};

/** Every payment of an invoice, those taken back included, in time order; void and credit are none. */
export const findPayments = (invoice: InvoiceLedger, options: PaymentOptions): readonly Payment[] =>
  invoice.transitions.flatMap((paid, index) => {
    if (paid.kind !== 'paid') return [];
    const after = invoice.transitions.slice(0, index).findLast((transition) => transition.kind === 'reversed') ?? null;
    const before = invoice.transitions.slice(index).find((transition) => transition.kind === 'reversed')?.at ?? null;
    return [toPayment(invoice, paid, { after, before }, options)];
  });

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
