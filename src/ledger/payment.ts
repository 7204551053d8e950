import { type Instant, instant, plus } from '../domain/instant.ts';
import { SETTLE_WINDOW_MS } from '../domain/policy.ts';
import type { Attempt } from './attempt.ts';
import type { Between, CardChange } from './cards/cards-changes.ts';
import type { ChargeLedger } from './charges.ts';
import type { InvoiceFact, InvoiceLedger, Transition } from './invoice.ts';
import { type RecoveredVia, recoveredVia } from './recovered-via.ts';

export interface Payment {
  /** Natural key of the paying attempt: the invoice and `paid`, and the reversal if an earlier payment was taken back. */
  readonly key: string;
  readonly at: Instant;
  /** Earliest receipt of a statement that it is paid. */
  readonly receivedAt: Instant;
  readonly amountMinor: number;
  /** A charge was executed for it; out of band and zero amounts have none (semantics B3). */
  readonly charged: boolean;
  /** How it was paid: rules at `recoveredVia`. */
  readonly via: RecoveredVia;
  /** Still waiting for the notice that tells how; nothing is concluded from it until `settlesAt`. */
  readonly pending: boolean;
  readonly settlesAt: Instant;
}

export interface PaymentOptions {
  readonly now: Instant;
  readonly charges: ChargeLedger;
  readonly countsStand: boolean;
  /** Of that invoice, in fold order. */
  readonly attempts: readonly Attempt[];
  /** How what is charged for a subscription became another card within a time. */
  readonly changeWithin: (subscription: string, within: Between) => CardChange | null;
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

/** The last attempt that failed before it was paid, or what took an earlier payment back. */
const lastTroubleAt = (
  invoice: InvoiceLedger,
  paidAt: Instant,
  after: Period['after'],
  attempts: readonly Attempt[],
) => {
  // A retry that was announced and never executed tried nothing: a card may have been changed before its notice.
  const failed = attempts.findLast(({ executed, pending, at }) => executed && !pending && at <= paidAt)?.at;
  const noticed = invoice.notices.findLast(({ occurredAt }) => occurredAt <= paidAt)?.occurredAt;
  return instant(Math.max(failed ?? noticed ?? paidAt, after?.at ?? 0));
};

const cardChangeBefore = (
  invoice: InvoiceLedger,
  paidAt: Instant,
  period: Period,
  { attempts, changeWithin, charges }: PaymentOptions,
): CardChange | null => {
  if (invoice.subscription === null) return null;
  const paying = (charges.succeededOf.get(invoice.id) ?? []).filter((charge) => isIn(period, charge));
  const used = paying.map(({ charge }) => charge.paymentMethodId ?? null).findLast((method) => method !== null);
  const after = lastTroubleAt(invoice, paidAt, period.after, attempts);
  return changeWithin(invoice.subscription, { after, by: paidAt, used: used ?? null });
};

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
    via: recoveredVia({
      outOfBand,
      charged,
      raised,
      automatic,
      mayBeOutOfBand: state.paidOutOfBand === null,
      cardChange: cardChangeBefore(invoice, paid.at, period, options),
    }),
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
