import type { RawDecline } from '../domain/decline.ts';
import type {
  Card,
  ChargeDeclined,
  ChargeRef,
  ChargeSucceeded,
  Fact,
  InvoiceState,
  PaymentReversed,
} from '../domain/fact.ts';
import type { Instant } from '../domain/instant.ts';
import { byFoldOrder } from './timeline.ts';

/** One refused charge; the charge's and the intent's notices of it are one (semantics B3). */
export interface DeclineEntry {
  readonly occurredAt: Instant;
  /** By the payload or by the provider's link; null where nothing says so. */
  readonly invoice: string | null;
  readonly amountMinor: number;
  readonly currency: string;
  readonly card: Card | null;
  readonly raw: RawDecline;
}

export interface ChargeLedger {
  /** Refused charges by the invoice that they were for, in fold order. */
  readonly declinesOf: ReadonlyMap<string, readonly DeclineEntry[]>;
  /** Notices of refused charges that name no invoice themselves: they prove, whatever is learned of the charge later. */
  readonly unlinked: readonly ChargeDeclined[];
  /** Successful charges by the invoice that they were for, in fold order. */
  readonly succeededOf: ReadonlyMap<string, readonly ChargeSucceeded[]>;
  /** Payments taken back, in fold order: by a dispute, or by a charge that failed after it had succeeded. */
  readonly reversals: readonly PaymentReversed[];
  /** When a charge was refused, by each notice of it. */
  readonly timesOf: (chargeId: string) => readonly Instant[];
  /** The invoice that a charge or intent pays, where anything says so. */
  readonly invoiceOf: (charge: ChargeRef) => string | null;
}

type Links = Map<string, string>;

const link = (links: Links, object: string | null, invoice: string): void => {
  if (object !== null && !links.has(object)) links.set(object, invoice);
};

const linkInvoice = (links: Links, invoice: InvoiceState): void => {
  link(links, invoice.paymentIntentId, invoice.id);
  link(links, invoice.chargeId, invoice.id);
};

const toLinks = (facts: readonly Fact[]): Links => {
  const links: Links = new Map();
  for (const fact of facts) {
    if ('invoice' in fact) linkInvoice(links, fact.invoice);
    if (fact.kind === 'attempt_recorded') link(links, fact.chargeId, fact.invoice.id);
    if (fact.kind === 'invoice_payment_linked') {
      link(links, fact.paymentIntentId, fact.invoiceId);
      link(links, fact.chargeId, fact.invoiceId);
    } else if ('charge' in fact && fact.charge.invoiceId !== null) {
      link(links, fact.charge.paymentIntentId, fact.charge.invoiceId);
      link(links, fact.charge.chargeId, fact.charge.invoiceId);
    }
  }
  return links;
};

const mergeRaw = (a: RawDecline, b: RawDecline): RawDecline => ({
  declineCode: a.declineCode ?? b.declineCode,
  errorCode: a.errorCode ?? b.errorCode,
  adviceCode: a.adviceCode ?? b.adviceCode,
  networkAdviceCode: a.networkAdviceCode ?? b.networkAdviceCode,
  networkDeclineCode: a.networkDeclineCode ?? b.networkDeclineCode,
  blockedReason: a.blockedReason ?? b.blockedReason,
});

const keyOf = (fact: ChargeDeclined): string =>
  fact.charge.chargeId ?? `${fact.charge.paymentIntentId ?? fact.id}@${fact.occurredAt}`;

const merge = (entry: DeclineEntry | undefined, fact: ChargeDeclined, invoice: string | null): DeclineEntry => ({
  occurredAt: entry?.occurredAt ?? fact.occurredAt,
  invoice: entry?.invoice ?? invoice,
  amountMinor: entry?.amountMinor ?? fact.charge.amountMinor,
  currency: entry?.currency ?? fact.charge.currency,
  card: entry?.card ?? fact.charge.card,
  raw: entry ? mergeRaw(entry.raw, fact.decline) : fact.decline,
});

/** A bank debit may fail days after it had succeeded: that takes the payment back. */
const lateFailures = (
  declined: readonly ChargeDeclined[],
  succeeded: readonly ChargeSucceeded[],
): PaymentReversed[] => {
  const since = new Map(succeeded.map(({ charge, occurredAt }) => [charge.chargeId ?? '', occurredAt]));
  return declined.flatMap((fact) => {
    const { chargeId } = fact.charge;
    const paidAt = since.get(chargeId ?? '');
    if (chargeId === null || paidAt === undefined || fact.occurredAt <= paidAt) return [];
    return [{ ...fact, kind: 'payment_reversed', reversalId: chargeId }];
  });
};

/** Folds charges and intents: one entry per refused charge, with the invoice that it was for where anything says so. */
export const foldCharges = (facts: readonly Fact[]): ChargeLedger => {
  const links = toLinks(facts);
  const invoiceOf = ({ invoiceId, chargeId, paymentIntentId }: ChargeRef): string | null =>
    invoiceId ?? links.get(chargeId ?? '') ?? links.get(paymentIntentId ?? '') ?? null;
  const declines = new Map<string, DeclineEntry>();
  for (const fact of facts) {
    if (fact.kind !== 'charge_declined') continue;
    const key = keyOf(fact);
    declines.set(key, merge(declines.get(key), fact, invoiceOf(fact.charge)));
  }
  const succeeded = facts.filter((fact) => fact.kind === 'charge_succeeded');
  const declined = facts.filter((fact) => fact.kind === 'charge_declined');
  const byCharge = Map.groupBy(declined, ({ charge }) => charge.chargeId ?? '');
  return {
    declinesOf: Map.groupBy(declines.values(), ({ invoice }) => invoice ?? ''),
    unlinked: declined.filter(({ charge }) => charge.invoiceId === null),
    succeededOf: Map.groupBy(succeeded, ({ charge }) => invoiceOf(charge) ?? ''),
    reversals: [...facts.filter((fact) => fact.kind === 'payment_reversed'), ...lateFailures(declined, succeeded)].sort(
      byFoldOrder,
    ),
    timesOf: (chargeId) => (byCharge.get(chargeId) ?? []).map(({ occurredAt }) => occurredAt),
    invoiceOf,
  };
};
