import type { Charge, ChargeFact, Fact, Invoice } from './facts.ts';
import { isInvoiceFact } from './facts.ts';

/** B2: the order of the join. `closed`: void, or credited to 0. */
export const LEVEL = { draft: 0, open: 1, uncollectible: 2, closed: 3, paid: 4 } as const;

/** Decision 0004: paid with nothing paid and not out of band is credited. */
const levelOf = (invoice: Invoice): number => {
  if (invoice.status === 'void') return LEVEL.closed;
  if (invoice.status !== 'paid') return LEVEL[invoice.status];
  return invoice.amountPaidMinor > 0 || invoice.paidOutOfBand === true ? LEVEL.paid : LEVEL.closed;
};

/** Do two statements speak of one charge. */
export const sameMoney = (a: Pick<Charge, 'chargeId' | 'paymentIntentId'>, b: typeof a): boolean =>
  (a.chargeId !== null && a.chargeId === b.chargeId) ||
  (a.paymentIntentId !== null && a.paymentIntentId === b.paymentIntentId);

/** The invoice that a charge is about, from whichever visible statement links the two; null: none does. */
export const invoiceOfCharge = (facts: readonly Fact[], charge: Charge): string | null => {
  if (charge.invoiceId !== null) return charge.invoiceId;
  for (const fact of facts) {
    if (fact.kind === 'invoice_payment_linked' && sameMoney(fact, charge)) return fact.invoiceId;
    if ('charge' in fact && fact.charge.invoiceId !== null && sameMoney(fact.charge, charge))
      return fact.charge.invoiceId;
    if (isInvoiceFact(fact) && sameMoney(fact.invoice, charge)) return fact.invoice.id;
  }
  return null;
};

const reverses = (all: readonly Fact[], fact: Fact, invoiceId: string): fact is ChargeFact =>
  fact.kind === 'payment_reversed' && invoiceOfCharge(all, fact.charge) === invoiceId;

/**
 * B2: how an invoice stands after `upTo` of the facts. Only a reversal newer than the payment lowers it; after one,
 * only a notice of payment pays it again, since a snapshot may still speak of the payment that was taken back.
 */
export const invoiceLevel = (all: readonly Fact[], upTo: number, invoiceId: string): number => {
  let level: number = LEVEL.draft;
  let reversed = false;
  for (const fact of all.slice(0, upTo)) {
    if (isInvoiceFact(fact) && fact.invoice.id === invoiceId) {
      const stale = reversed && fact.kind !== 'invoice_paid' && levelOf(fact.invoice) === LEVEL.paid;
      if (!stale) level = Math.max(level, levelOf(fact.invoice));
    }
    if (reverses(all, fact, invoiceId) && level === LEVEL.paid) {
      level = LEVEL.open;
      reversed = true;
    }
  }
  return level;
};

/** B2: the newest reversal that took a payment of the invoice back, among the first `upTo` facts. */
export const newestReversal = (all: readonly Fact[], upTo: number, invoiceId: string): Fact | null =>
  all
    .slice(0, upTo)
    .findLast((fact, index) => reverses(all, fact, invoiceId) && invoiceLevel(all, index, invoiceId) === LEVEL.paid) ??
  null;
