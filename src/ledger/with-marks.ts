import type { Episode } from './episode.ts';
import type { InvoiceLedger, Transition } from './invoice.ts';
import { isMarked } from './mark.ts';
import type { Payment } from './payment.ts';

interface MarkedParts {
  readonly invoices: ReadonlyMap<string, InvoiceLedger>;
  readonly payments: ReadonlyMap<string, readonly Payment[]>;
  readonly episodes: readonly Episode[];
}

const toPayment = ({ at, fact: { receivedAt }, state }: Transition, invoice: string): Payment => ({
  key: `${invoice}:marked`,
  at,
  receivedAt,
  amountMinor: state.amountPaidMinor,
  charged: false,
  via: 'operator',
  pending: false,
  settlesAt: receivedAt,
});

/** Puts what people's words settled, as the episodes found it, into the invoices and payments. */
export const withMarks = ({ invoices, payments, episodes }: MarkedParts): MarkedParts => {
  const marks = new Map(episodes.flatMap(({ settled }) => [...settled].filter(([, each]) => isMarked(each))));
  if (marks.size === 0) return { invoices, payments, episodes };
  const settle = (invoice: InvoiceLedger): InvoiceLedger => {
    const settled = marks.get(invoice.id);
    return settled === undefined ? invoice : { ...invoice, settled, open: false, owedMinor: 0 };
  };
  const told = [...marks].map(([id, mark]) => [id, [...(payments.get(id) ?? []), toPayment(mark, id)]] as const);
  return {
    invoices: new Map([...invoices].map(([id, invoice]) => [id, settle(invoice)])),
    payments: new Map([...payments, ...told]),
    episodes: episodes.map((episode) => ({ ...episode, invoices: episode.invoices.map(settle) })),
  };
};
