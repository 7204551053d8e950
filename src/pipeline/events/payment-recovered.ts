import { DAY_MS, type Instant, instant, toIso } from '../../domain/instant.ts';
import type { Episode } from '../../ledger/episode.ts';
import type { InvoiceLedger, Transition } from '../../ledger/invoice.ts';
import type { Payment } from '../../ledger/payment.ts';
import { commonProperties, type EventContext, moneyProperties, type PlannedEvent, toMessageId } from './event.ts';

const twoDecimals = (value: number): number => Math.round(value * 100) / 100;

interface Paid {
  readonly invoice: InvoiceLedger;
  readonly transition: Transition;
  /** Undefined where the invoice never failed by a notice that counts. */
  readonly payment: Payment | undefined;
}

/** What brought the episode's money in, in time order; a later reversal does not take it out of the story. */
const findPaid = ({ ledger }: EventContext, episode: Episode): readonly Paid[] =>
  episode.invoices
    .flatMap((invoice): Paid[] => {
      const transition = episode.settled.get(invoice.id);
      if (transition?.kind !== 'paid') return [];
      const payment = ledger.payments.get(invoice.id)?.find(({ at }) => at === transition.at);
      return [{ invoice, transition, payment }];
    })
    .sort((a, b) => a.transition.at - b.transition.at);

const settlesAt = (context: EventContext, episode: Episode): Instant => {
  const ends = findPaid(context, episode).map(
    ({ payment, transition }) => payment?.settlesAt ?? transition.fact.receivedAt,
  );
  return instant(Math.max(episode.openedReceivedAt, ...ends, ...episode.attempts.map((attempt) => attempt.settlesAt)));
};

/** `payment_recovered`, one per recovered episode. Its natural key is the opening invoice, and the reversal if reopened. */
export const paymentRecovered = (
  context: EventContext,
  episode: Episode,
  endedAt: Instant,
  ready: boolean,
): PlannedEvent => ({
  event: 'payment_recovered',
  ready,
  settlesAt: settlesAt(context, episode),
  messageId: toMessageId(context, 'payment_recovered', episode.openingInvoice, episode.reversalId ?? ''),
  at: endedAt,
  properties: () => {
    const paid = findPaid(context, episode);
    const last = paid[paid.length - 1];
    const paidReceivedAt = last?.payment?.receivedAt ?? last?.transition.fact.receivedAt ?? endedAt;
    // It rests on the payment and on the failure; the later receipt decides whether it is late.
    const receivedAt = instant(Math.max(paidReceivedAt, episode.openedReceivedAt));
    const about = { subscription: episode.subscription, invoice: episode.openingInvoice, at: endedAt, receivedAt };
    const charged = paid.filter(({ payment }) => payment?.charged).length;
    const amountMinor = paid.reduce((sum, { transition }) => sum + transition.state.amountPaidMinor, 0);
    return {
      dunning_episode_id: episode.id,
      subscription_id: episode.subscription,
      invoice_id: episode.openingInvoice,
      attempt_key: last?.payment?.charged ? last.payment.key : null,
      ...commonProperties(context, about),
      ...moneyProperties(amountMinor, (last?.invoice ?? episode.invoices[0])?.latest.currency ?? ''),
      recovered_via: last?.payment?.via ?? 'unknown',
      attempts: Math.max(1, episode.attempts.length + charged),
      days_to_recovery: twoDecimals((endedAt - episode.openedAt) / DAY_MS),
      first_failed_at: toIso(episode.openedAt),
      late: episode.late,
    };
  },
});
