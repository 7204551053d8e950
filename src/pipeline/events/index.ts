import { loneRequests } from '../../ledger/action-request.ts';
import { type Attempt, pendingSince } from '../../ledger/attempt.ts';
import type { Episode } from '../../ledger/episode.ts';
import type { InvoiceLedger } from '../../ledger/invoice.ts';
import type { Payment } from '../../ledger/payment.ts';
import { cardEvents } from './card-events.ts';
import { dunningExhausted } from './dunning-exhausted.ts';
import type { EventContext, PlannedEvent } from './event.ts';
import { paymentActionRequired } from './payment-action-required.ts';
import { paymentDisputed } from './payment-disputed.ts';
import { paymentFailed } from './payment-failed.ts';
import { paymentRecovered } from './payment-recovered.ts';
import { paymentRefunded } from './payment-refunded.ts';
import { retryFailed, retrySucceeded } from './payment-retried.ts';
import { subscriptionEvents } from './subscription-events.ts';

type EpisodeOf = (attempt: Attempt) => Episode | null;

const episodeIndex = (episodes: readonly Episode[]): EpisodeOf => {
  const byKey = new Map<string, Episode>();
  for (const episode of episodes) for (const attempt of episode.attempts) byKey.set(attempt.key, episode);
  return (attempt) => byKey.get(attempt.key) ?? null;
};

const isWaiting = (context: EventContext, invoice: InvoiceLedger): boolean =>
  pendingSince(context.ledger.attempts.get(invoice.id) ?? []) !== null ||
  (context.ledger.payments.get(invoice.id) ?? []).some((payment) => payment.pending);

const invoiceEvents = (context: EventContext, invoice: InvoiceLedger, episodeOf: EpisodeOf): PlannedEvent[] => {
  const attempts = context.ledger.attempts.get(invoice.id) ?? [];
  const said = attempts.filter((attempt) => attempt.executed && !attempt.pending);
  const pendingFrom = pendingSince(attempts);
  const events: PlannedEvent[] = [];
  for (const attempt of said) {
    const episode = episodeOf(attempt);
    const ready = pendingFrom === null || pendingFrom > attempt.at;
    // What is only recorded gives state and nothing to say (semantics E4).
    if (attempt.notice.kind === 'attempt_recorded') continue;
    events.push(paymentFailed(context, attempt, invoice, episode));
    if (attempt.retry) events.push(retryFailed(context, attempt, invoice, episode, ready));
  }
  const ready = !isWaiting(context, invoice);
  for (const payment of context.ledger.payments.get(invoice.id) ?? []) {
    const before = said.filter((attempt) => attempt.at <= payment.at);
    const last = before[before.length - 1];
    if (!payment.charged || last === undefined) continue;
    const episode = paidEpisode(context, invoice, payment) ?? episodeOf(last);
    events.push(retrySucceeded(context, payment, before, invoice, episode, ready));
  }
  return events;
};

const paidEpisode = ({ ledger }: EventContext, invoice: InvoiceLedger, payment: Payment): Episode | null =>
  ledger.episodes.find((episode) => episode.settled.get(invoice.id)?.at === payment.at) ?? null;

/** The invoices of which a failure notice came: all others were never tried in vain. */
const failedInvoices = ({ ledger: { attempts, invoices } }: EventContext): readonly InvoiceLedger[] =>
  [...attempts.keys()].flatMap((id) => invoices.get(id) ?? []);

/** Subscriptions with a failure notice or payment that still settles: their conclusions wait (semantics E4). */
const waitingSubscriptions = (context: EventContext, failed: readonly InvoiceLedger[]): ReadonlySet<string> =>
  new Set(failed.filter((invoice) => isWaiting(context, invoice)).flatMap(({ subscription }) => subscription ?? []));

/** What else was said of an invoice's payment: a wish for confirmation, and what became of its money. */
const requests = (context: EventContext, invoice: InvoiceLedger): readonly PlannedEvent[] =>
  loneRequests(invoice).map((request) =>
    paymentActionRequired(context, request, invoice, !isWaiting(context, invoice)),
  );

const moneyBack = (context: EventContext): PlannedEvent[] => [
  ...context.ledger.challenges.flatMap((challenge) =>
    challenge.opening === null ? [] : [paymentDisputed(context, challenge, challenge.opening)],
  ),
  ...context.ledger.refunds.map((refund) => paymentRefunded(context, refund)),
];

const conclusions = (context: EventContext, episode: Episode, ready: boolean): PlannedEvent[] => {
  const events: PlannedEvent[] = [];
  const exhausted = episode.exhaustion === null ? null : dunningExhausted(context, episode, episode.exhaustion, ready);
  if (exhausted !== null) events.push(exhausted);
  if (episode.outcome === 'recovered' && episode.endedAt !== null) {
    events.push(paymentRecovered(context, episode, episode.endedAt, ready));
  }
  return events;
};

const ORDER: Readonly<Record<PlannedEvent['event'], number>> = {
  payment_failed: 0,
  payment_retried: 1,
  payment_action_required: 2,
  payment_method_expiring: 3,
  payment_method_updated: 4,
  payment_disputed: 5,
  payment_refunded: 6,
  subscription_past_due: 7,
  subscription_paused: 8,
  subscription_resumed: 9,
  dunning_exhausted: 10,
  payment_recovered: 11,
  subscription_canceled: 12,
};

/** Every event that holds in the ledger, said before or not, in the order in which it happened. */
export const planEvents = (context: EventContext): readonly PlannedEvent[] => {
  const { ledger } = context;
  const episodeOf = episodeIndex(ledger.episodes);
  const failed = failedInvoices(context);
  const waiting = waitingSubscriptions(context, failed);
  return [
    ...failed.flatMap((invoice) => invoiceEvents(context, invoice, episodeOf)),
    ...[...ledger.invoices.values()].flatMap((invoice) => requests(context, invoice)),
    ...moneyBack(context),
    ...cardEvents(context),
    ...ledger.episodes.flatMap((episode) => conclusions(context, episode, !waiting.has(episode.subscription))),
    ...[...ledger.subscriptions.values()].flatMap((subscription) => subscriptionEvents(context, subscription)),
  ].sort((a, b) => a.at - b.at || ORDER[a.event] - ORDER[b.event] || (a.messageId < b.messageId ? -1 : 1));
};
