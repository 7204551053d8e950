import { digest } from '../../domain/ids.ts';
import { type Instant, toIso } from '../../domain/instant.ts';
import { toMajorUnits } from '../../domain/money.ts';
import { LATE_AFTER_MS } from '../../domain/policy.ts';
import type { Rules } from '../../domain/rules.ts';
import type { EventName, EventProperties } from '../../generated/tracking-plan.ts';
import type { Episode } from '../../ledger/episode.ts';
import type { Ledger } from '../../ledger/ledger.ts';

/** What an event may look at. */
export interface EventContext {
  readonly ledger: Ledger;
  readonly rules: Rules;
}

/** An event that holds in the ledger. */
export type PlannedEvent = {
  readonly [Name in EventName]: {
    readonly event: Name;
    /** False while it waits for a failure notice that is still settling (semantics E4). */
    readonly ready: boolean;
    /** From when nothing that it rests on was still settling, whatever the rules. */
    readonly settlesAt: Instant;
    /** At most 100 characters; never depends on arrival or on a joined charge (semantics E3). */
    readonly messageId: string;
    readonly at: Instant;
    /** The payload, made only for what is said now or asked by an audience: most events of a profile were said before. */
    readonly properties: () => EventProperties[Name];
  };
}[EventName];

/** Namespace, event and a hash of (provider, merchant, mode, natural key). */
export const toMessageId = (
  { ledger, rules }: EventContext,
  event: string,
  ...naturalKey: readonly string[]
): string => {
  const { provider, merchant, mode } = ledger.customer;
  return `${rules.namespace}:${event}:${digest(provider, merchant, mode, ...naturalKey)}`;
};

/** The properties that every event carries, but for the money. */
export const commonProperties = (
  { ledger }: EventContext,
  about: {
    readonly subscription: string | null;
    readonly invoice: string | null;
    readonly at: Instant;
    readonly receivedAt: Instant;
  },
) => ({
  provider: ledger.customer.provider,
  account_id: ledger.customer.customer,
  plan_id: ledger.planOf(about.invoice, about.subscription).planId,
  occurred_at: toIso(about.at),
  is_late: about.receivedAt - about.at > LATE_AFTER_MS,
  livemode: ledger.customer.mode === 'live',
});

/** The three forms of an amount. `amountMinor` in integer minor units of `currency` (lower case). */
export const moneyProperties = (amountMinor: number, currency: string) => ({
  amount: toMajorUnits(amountMinor, currency),
  amount_minor: amountMinor,
  currency: currency.toUpperCase(),
});

/** The same three of an event that moves no money. */
export const NO_MONEY = { amount: null, amount_minor: null, currency: null } as const;

/** Whether an episode was open at `at`, its last instant included. */
export const wasOpen = ({ openedAt, endedAt }: Episode, at: Instant): boolean =>
  openedAt <= at && (endedAt === null || endedAt >= at);

/** The episode of a subscription that was open at `at`; null where none was. */
export const episodeAt = ({ ledger }: EventContext, subscription: string | null, at: Instant): Episode | null =>
  ledger.episodes.findLast((each) => each.subscription === subscription && wasOpen(each, at)) ?? null;
