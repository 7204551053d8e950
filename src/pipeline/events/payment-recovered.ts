import { DAY_MS, type Instant, instant, toIso } from '../../domain/instant.ts';
import type { Episode } from '../../ledger/episode.ts';
import { commonProperties, type EventContext, moneyProperties, type PlannedEvent, toMessageId } from './event.ts';
import { payingKey } from './payment-retried.ts';

const twoDecimals = (value: number): number => Math.round(value * 100) / 100;

/** What the conclusion rests on: the payment and the failure; the later receipt decides whether it is late. */
const knownAt = (episode: Episode, paidReceivedAt: Instant): Instant =>
  instant(Math.max(paidReceivedAt, episode.openedReceivedAt));

/** `payment_recovered`, one per recovered episode. Its natural key is the opening invoice, and the reversal if reopened. */
export const paymentRecovered = (
  context: EventContext,
  episode: Episode,
  endedAt: Instant,
  ready: boolean,
): PlannedEvent => {
  const { ledger } = context;
  const payments = episode.invoices.map((invoice) => ({ invoice, payment: ledger.payments.get(invoice.id) }));
  const paid = payments.filter(({ invoice }) => invoice.settled?.kind === 'paid');
  const decisive = paid.reduce(
    (a, b) => ((b.invoice.settled?.at ?? 0) >= (a.invoice.settled?.at ?? 0) ? b : a),
    paid[0] ?? {
      invoice: episode.invoices[0] as Episode['invoices'][number],
      payment: undefined,
    },
  );
  const charged = paid.filter(({ payment }) => payment?.charged).length;
  const amountMinor = paid.reduce((sum, { invoice }) => sum + (invoice.settled?.state.amountPaidMinor ?? 0), 0);
  const receivedAt = decisive.payment?.receivedAt ?? decisive.invoice.settled?.fact.receivedAt ?? ledger.now;
  const about = {
    subscription: episode.subscription,
    invoice: episode.openingInvoice,
    at: endedAt,
    receivedAt: knownAt(episode, receivedAt),
  };
  return {
    event: 'payment_recovered',
    kind: 'conclusion',
    ready,
    messageId: toMessageId(context, 'payment_recovered', episode.openingInvoice, episode.reversalId ?? ''),
    at: endedAt,
    render: () => ({
      dunning_episode_id: episode.id,
      subscription_id: episode.subscription,
      invoice_id: episode.openingInvoice,
      attempt_key: decisive.payment?.charged ? payingKey(decisive.invoice.id) : null,
      ...commonProperties(context, about),
      ...moneyProperties(amountMinor, decisive.invoice.latest.currency),
      recovered_via: decisive.payment?.via ?? 'unknown',
      attempts: Math.max(1, episode.attempts.length + charged),
      days_to_recovery: twoDecimals((endedAt - episode.openedAt) / DAY_MS),
      first_failed_at: toIso(episode.openedAt),
      late: episode.late,
    }),
  };
};
