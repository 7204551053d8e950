import type { Fact, RefundObserved } from '../domain/fact.ts';
import { type Instant, plus } from '../domain/instant.ts';
import { SETTLE_WINDOW_MS } from '../domain/policy.ts';
import type { ChargeLedger } from './charges.ts';
import { JOIN_WINDOW_MS } from './timeline.ts';

/** Money that went back. */
export interface Refund {
  /** The refund's own id; the charge's where only its total was stated. */
  readonly id: string;
  /** Natural key: the refund's id, or the charge's with the total that it stated. */
  readonly key: string;
  /** The invoice that the charge paid, where anything says so. */
  readonly invoice: string | null;
  /** Of this refund alone, in integer minor units of the charge's currency. */
  readonly amountMinor: number;
  /** All of its charge went back; null where neither the refund nor its charge said so by then. */
  readonly full: boolean | null;
  /** The statement that it had succeeded. */
  readonly succeeded: RefundObserved;
  /** It came to nothing later: the bank refused it. */
  readonly undone: boolean;
  /** Until then the refund's own notice may still take the place of its charge's. */
  readonly settlesAt: Instant;
}

type Refunds = readonly RefundObserved[];

const isTotal = ({ refundId, charge }: RefundObserved): boolean => refundId === charge.chargeId;

const invoiceIn = (said: Refunds, charges: ChargeLedger): string | null =>
  said.map(({ charge }) => charges.invoiceOf(charge)).find((invoice) => invoice !== null) ?? null;

const isNear = (a: RefundObserved, b: RefundObserved): boolean =>
  Math.abs(a.occurredAt - b.occurredAt) <= JOIN_WINDOW_MS;

/** What one refund said of itself, in fold order. `totals`: what its charge said, which alone knows whether it was all. */
const fromOwnNotices = (said: Refunds, totals: Refunds, charges: ChargeLedger): Refund[] => {
  const succeeded = said.find(({ status }) => status === 'succeeded');
  if (succeeded === undefined) return [];
  return [
    {
      id: succeeded.refundId,
      key: succeeded.refundId,
      invoice: invoiceIn(said, charges),
      amountMinor: succeeded.amountMinor,
      full: succeeded.full ?? totals.find((total) => isNear(total, succeeded))?.full ?? null,
      succeeded,
      undone: said[said.length - 1]?.status !== 'succeeded',
      settlesAt: succeeded.receivedAt,
    },
  ];
};

/** What one charge said of its total: each rise is a refund, unless the refund's own notice came with it. */
const fromTotals = (totals: Refunds, own: Refunds, charges: ChargeLedger): Refund[] => {
  let before = 0;
  return totals.flatMap((total) => {
    const amountMinor = total.amountMinor - before;
    before = Math.max(before, total.amountMinor);
    if (amountMinor <= 0 || own.some((fact) => isNear(fact, total))) return [];
    return [
      {
        id: total.refundId,
        key: `${total.refundId}:${total.amountMinor}`,
        invoice: invoiceIn([total], charges),
        amountMinor,
        full: total.full,
        succeeded: total,
        undone: false,
        settlesAt: plus(total.receivedAt, SETTLE_WINDOW_MS),
      },
    ];
  });
};

/** Every refund that succeeded, whether it spoke for itself or its charge for it. `facts` in fold order. */
export const foldRefunds = (facts: readonly Fact[], charges: ChargeLedger): readonly Refund[] => {
  const said = facts.filter((fact) => fact.kind === 'refund_observed');
  const own = said.filter((fact) => !isTotal(fact));
  const totals = said.filter((fact) => isTotal(fact) && fact.status === 'succeeded');
  return [
    ...[...Map.groupBy(own, ({ refundId }) => refundId).values()].flatMap((each) => {
      const ofCharge = totals.filter(({ refundId }) => each.some(({ charge }) => charge.chargeId === refundId));
      return fromOwnNotices(each, ofCharge, charges);
    }),
    ...[...Map.groupBy(totals, ({ refundId }) => refundId)].flatMap(([charge, each]) => {
      const ofCharge = own.filter((fact) => fact.charge.chargeId === charge);
      return fromTotals(each, ofCharge, charges);
    }),
  ];
};

/** When money last went back on an invoice; null if never, or if it all came to nothing. */
export const refundedAt = (refunds: readonly Refund[], invoice: string): Instant | null =>
  refunds
    .filter((refund) => refund.invoice === invoice && !refund.undone)
    .reduce<Instant | null>(
      (last, { succeeded: { occurredAt: at } }) => (last === null || at > last ? at : last),
      null,
    );
