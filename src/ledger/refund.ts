import type { Fact, RefundObserved } from '../domain/fact.ts';
import type { Instant } from '../domain/instant.ts';
import type { ChargeLedger } from './charges.ts';

/** Money that went back. A charge that states its total, and whose refund was not seen itself, gives one, too. */
export interface Refund {
  /** The refund's own id, else that of the charge. */
  readonly id: string;
  /** The invoice that the charge paid, where anything says so. */
  readonly invoice: string | null;
  /** The statement that it had succeeded. */
  readonly succeeded: RefundObserved;
  /** It was taken back later: the bank refused it. */
  readonly undone: boolean;
  /** It rests only on the charge's total: the refund's own notice may still come. */
  readonly byTotal: boolean;
}

const isByTotal = ({ refundId, charge }: RefundObserved): boolean => refundId === charge.chargeId;

/** One key per refund; of a charge's totals each is one. */
const keyOf = (fact: RefundObserved): string =>
  isByTotal(fact) ? `${fact.refundId}:${fact.occurredAt}` : fact.refundId;

const toRefund = (said: readonly RefundObserved[], charges: ChargeLedger): Refund[] => {
  const succeeded = said.find(({ status }) => status === 'succeeded');
  if (succeeded === undefined) return [];
  return [
    {
      id: succeeded.refundId,
      invoice: said.map(({ charge }) => charges.invoiceOf(charge)).find((invoice) => invoice !== null) ?? null,
      succeeded,
      undone: said[said.length - 1]?.status !== 'succeeded',
      byTotal: isByTotal(succeeded),
    },
  ];
};

/** Every refund that succeeded. What a charge says of its total counts where none of its refunds spoke for itself. `facts` in fold order. */
export const foldRefunds = (facts: readonly Fact[], charges: ChargeLedger): readonly Refund[] => {
  const said = facts.filter((fact) => fact.kind === 'refund_observed');
  const named = new Set(said.filter((fact) => !isByTotal(fact)).map(({ charge }) => charge.chargeId ?? ''));
  const counted = said.filter((fact) => !isByTotal(fact) || !named.has(fact.refundId));
  return [...Map.groupBy(counted, keyOf).values()].flatMap((each) => toRefund(each, charges));
};

/** When money last went back on an invoice; null if never, or if it all came to nothing. */
export const refundedAt = (refunds: readonly Refund[], invoice: string): Instant | null => {
  const own = refunds.filter((refund) => refund.invoice === invoice && !refund.undone);
  return own.reduce<Instant | null>(
    (last, { succeeded: { occurredAt } }) => (last === null || occurredAt > last ? occurredAt : last),
    null,
  );
};
