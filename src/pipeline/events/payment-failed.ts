import type { Decline } from '../../domain/decline.ts';
import { toIso } from '../../domain/instant.ts';
import type { Policy } from '../../domain/policy.ts';
import type { Attempt } from '../../ledger/attempt.ts';
import type { Episode } from '../../ledger/episode.ts';
import { wordStands } from '../../ledger/exhaustion.ts';
import type { InvoiceLedger } from '../../ledger/invoice.ts';
import { type RetryOutlook, retryOutlook, statedRetry } from '../../ledger/retry.ts';
import { cardProperties } from './card-properties.ts';
import { commonProperties, type EventContext, moneyProperties, type PlannedEvent, toMessageId } from './event.ts';

/** What may leave of a decline's reason: nothing of it where telling would warn a fraudster or shame a victim (E8). */
const disclose = (decline: Decline, policy: Policy) =>
  decline.disclosable || policy.sendUndisclosedCodes
    ? ({ failure_code: decline.failureCode, failure_category: decline.category } as const)
    : ({ failure_code: null, failure_category: 'undisclosed' } as const);

/** What was said of the next attempt with this one: for the newest notice the present outlook, else what stood then. */
const retryOf = (
  { ledger, rules }: EventContext,
  attempt: Attempt,
  invoice: InvoiceLedger,
  episode: Episode | null,
): RetryOutlook => {
  const later = invoice.notices.find((notice) => notice.occurredAt > attempt.at);
  if (later === undefined && invoice.open && attempt.invoice.collectedAutomatically) {
    return retryOutlook(invoice, {
      now: ledger.now,
      pendingFrom: null,
      blocked: attempt.decline.blocksRetries,
      exhausted: wordStands(invoice, ledger.subscriptions.get(invoice.subscription ?? ''), {
        since: episode?.openedAt ?? attempt.at,
        pendingFrom: null,
      }),
      noRetryAfterMs: rules.policy.noRetryAfterMs,
    });
  }
  if (later === undefined) return { status: 'none', date: null, changesAt: null };
  const date = statedRetry(invoice, attempt.notice, later.occurredAt);
  const status = date === null ? 'unknown' : attempt.decline.blocksRetries ? 'blocked' : 'scheduled';
  return { status, date: status === 'scheduled' ? date : null, changesAt: null };
};

const IS_FINAL = { none: true, scheduled: false, blocked: false, unknown: null } as const;

/** `payment_failed` for one executed, settled attempt. Its natural key is the attempt's. */
export const paymentFailed = (
  context: EventContext,
  attempt: Attempt,
  invoice: InvoiceLedger,
  episode: Episode | null,
): PlannedEvent => {
  const { invoice: stated, decline } = attempt;
  const about = {
    subscription: invoice.subscription,
    invoice: invoice.id,
    at: attempt.at,
    receivedAt: attempt.notice.receivedAt,
  };
  return {
    event: 'payment_failed',
    ready: true,
    settlesAt: attempt.settlesAt,
    messageId: toMessageId(context, 'payment_failed', attempt.key),
    at: attempt.at,
    properties: () => {
      const retry = retryOf(context, attempt, invoice, episode);
      return {
        dunning_episode_id: episode?.id ?? null,
        subscription_id: invoice.subscription,
        invoice_id: invoice.id,
        attempt_key: attempt.key,
        ...commonProperties(context, about),
        ...moneyProperties(stated.amountRemainingMinor, stated.currency),
        ...disclose(decline, context.rules.policy),
        failure_class: decline.failureClass,
        decline_type: decline.type,
        retryable: decline.retryable,
        customer_action_required: attempt.actionRequired,
        attempt_number: attempt.number,
        scheduled_attempt_count: stated.attemptCount,
        next_retry_date: retry.date === null ? null : toIso(retry.date),
        next_retry_status: retry.status,
        is_final_attempt: IS_FINAL[retry.status],
        ...cardProperties(attempt.card),
        hosted_invoice_url: stated.hostedUrl,
        first_failed_at: toIso(episode?.openedAt ?? invoice.notices[0]?.occurredAt ?? attempt.at),
      };
    },
  };
};
