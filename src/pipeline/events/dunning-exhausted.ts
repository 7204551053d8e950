import { type Instant, instant, toIso } from '../../domain/instant.ts';
import type { Attempt } from '../../ledger/attempt.ts';
import type { Episode } from '../../ledger/episode.ts';
import type { Exhaustion } from '../../ledger/exhaustion.ts';
import { type InvoiceLedger, takenBackMinor } from '../../ledger/invoice.ts';
import { commonProperties, type EventContext, moneyProperties, type PlannedEvent, toMessageId } from './event.ts';

/** The newest executed attempt on the episode's invoices by `at`; a reopened episode may have none of its own. */
const newestAttempt = ({ ledger }: EventContext, episode: Episode, exhaustion: Exhaustion): Attempt | null => {
  const all = episode.invoices.flatMap((invoice) => ledger.attempts.get(invoice.id) ?? []);
  const before = all.filter((attempt) => attempt.executed && !attempt.pending && attempt.at <= exhaustion.at);
  return before.reduce<Attempt | null>(
    (last, attempt) => (last === null || attempt.at >= last.at ? attempt : last),
    null,
  );
};

/** What an unpaid invoice left to pay at `at`, by its newest statement until then. */
const owedAt = ({ statements, transitions }: InvoiceLedger, at: Instant): number => {
  const reversed = transitions.filter((transition) => transition.kind === 'reversed').findLast((each) => each.at <= at);
  const said = statements.findLast(
    (statement) => statement.occurredAt <= at && statement.invoice.amountRemainingMinor > 0,
  );
  if (reversed !== undefined) return takenBackMinor(reversed);
  return said?.invoice.amountRemainingMinor ?? 0;
};

/** `dunning_exhausted`, one per episode that was ever out of retries; null while no attempt of it is known. */
export const dunningExhausted = (
  context: EventContext,
  episode: Episode,
  exhaustion: Exhaustion,
  ready: boolean,
): PlannedEvent | null => {
  const last = newestAttempt(context, episode, exhaustion);
  if (last === null) return null;
  const owed = episode.invoices.filter(
    (invoice) => (episode.settled.get(invoice.id)?.at ?? exhaustion.at) >= exhaustion.at,
  );
  const amountMinor = owed.reduce((sum, invoice) => sum + owedAt(invoice, exhaustion.at), 0);
  const receivedAt = instant(Math.max(exhaustion.receivedAt, episode.openedReceivedAt));
  const about = { subscription: episode.subscription, invoice: episode.openingInvoice, at: exhaustion.at, receivedAt };
  return {
    event: 'dunning_exhausted',
    ready,
    settlesAt: instant(Math.max(exhaustion.concludedFrom, last.settlesAt)),
    messageId: toMessageId(context, 'dunning_exhausted', episode.openingInvoice, episode.reversalId ?? ''),
    at: exhaustion.at,
    properties: () => ({
      dunning_episode_id: episode.id,
      subscription_id: episode.subscription,
      invoice_id: episode.openingInvoice,
      attempt_key: last.key,
      ...commonProperties(context, about),
      ...moneyProperties(amountMinor, last.invoice.currency),
      attempts: Math.max(1, episode.attempts.filter((attempt) => attempt.at <= exhaustion.at).length),
      first_failed_at: toIso(episode.openedAt),
      failure_class: last.decline.failureClass,
    }),
  };
};
