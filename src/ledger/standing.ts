import { DAY_MS, type Instant, plus } from '../domain/instant.ts';
import type { Policy } from '../domain/policy.ts';
import { type Attempt, uncountedSince } from './attempt.ts';
import { findExpiringCard } from './cards/card-expiring.ts';
import type { Episode } from './episode.ts';
import { wordStands } from './exhaustion.ts';
import type { InvoiceLedger } from './invoice.ts';
import type { Ledger } from './ledger.ts';
import { type RetryOutlook, retryOutlook } from './retry.ts';
import { isLive } from './subscription.ts';
import { isAccountWide, type SuppressionReason } from './suppression.ts';

/** Where a profile stands now; exactly one (semantics D). */
export type Stage =
  | 'exhausted'
  | 'persistent'
  | 'retrying'
  | 'first_failure'
  | 'recovered'
  | 'lost'
  | 'card_expiring'
  | 'healthy';
/** What people see (semantics D5). */
export type DunningStatus = 'none' | 'pre_dunning' | 'active' | 'held' | 'exhausted' | 'recovered' | 'lost';

/** An open episode with its worst open invoice. */
export interface OpenEpisode {
  readonly episode: Episode;
  readonly stage: 'exhausted' | 'persistent' | 'retrying' | 'first_failure';
  readonly invoice: InvoiceLedger;
  /** Executed attempts on that invoice within the episode. */
  readonly attemptNumber: number;
  readonly lastAttempt: Attempt | null;
  readonly retry: RetryOutlook;
  /** Why nobody is to hear of it now; null: nothing is in the way (semantics D6). */
  readonly suppressionReason: SuppressionReason | null;
}

/** What is still owed on the failed invoices of an open episode, in minor units of its worst invoice's currency. */
export const owedMinor = ({ episode }: OpenEpisode): number =>
  episode.invoices.reduce((sum, invoice) => sum + invoice.owedMinor, 0);

export interface Standing {
  readonly stage: Stage;
  readonly status: DunningStatus;
  readonly inDunning: boolean;
  /** No message may go out, although there is a reason for one (semantics D6). */
  readonly suppressed: boolean;
  /** Null unless suppressed. */
  readonly suppressionReason: SuppressionReason | null;
  /** Only while the stage is `card_expiring`: the end of the card's last month (semantics D4). */
  readonly cardExpiresAt: Instant | null;
  /** Only while the stage is `card_expiring`: the subscription that the card is to pay. */
  readonly cardSubscription: string | null;
  /** The open episode that scalar traits speak of; null when none is open (semantics C5). */
  readonly lead: OpenEpisode | null;
  /** The episode that gives the stage: the lead, or the one that ended last. */
  readonly episode: Episode | null;
  readonly changesAt: readonly Instant[];
}

const RECOVERED_MS = 7 * DAY_MS;
const SEVERITY = { exhausted: 3, persistent: 2, retrying: 1, first_failure: 0 } as const;

const stageOf = (attempts: number, exhausted: boolean): OpenEpisode['stage'] => {
  if (exhausted) return 'exhausted';
  if (attempts >= 3) return 'persistent';
  return attempts === 2 ? 'retrying' : 'first_failure';
};

/**
 * Executed attempts on an invoice within an episode, at least 1. What was tried in an earlier episode is not counted
 * again; a first attempt that was never seen is.
 */
const attemptNumberOf = (within: readonly Attempt[], all: readonly Attempt[], policy: Policy): number => {
  const first = within[0];
  if (first === undefined) return 1;
  if (all.find(({ executed, pending }) => executed && !pending)?.key !== first.key) return within.length;
  if (policy.chargeWebhooks === 'absent')
    return Math.max(within.length, ...within.map(({ invoice }) => invoice.attemptCount));
  return within.length + (within.some((attempt) => attempt.first) ? 0 : 1);
};

/** The stage of one open invoice of an open episode (semantics D, D1, D2). */
const assess = (episode: Episode, invoice: InvoiceLedger, ledger: Ledger, policy: Policy): OpenEpisode => {
  const attempts = episode.attempts.filter((attempt) => attempt.invoice.id === invoice.id);
  const lastAttempt = attempts[attempts.length - 1] ?? null;
  const pendingFrom = uncountedSince(ledger.attempts.get(invoice.id) ?? []);
  const subscription = ledger.subscriptions.get(episode.subscription);
  const outlook = retryOutlook(invoice, {
    now: ledger.now,
    pendingFrom,
    blocked: lastAttempt?.decline.blocksRetries ?? false,
    exhausted: wordStands(invoice, subscription, { since: episode.openedAt, pendingFrom }),
    noRetryAfterMs: policy.noRetryAfterMs,
  });
  const attemptNumber = attemptNumberOf(attempts, ledger.attempts.get(invoice.id) ?? [], policy);
  return {
    episode,
    stage: stageOf(attemptNumber, outlook.status === 'none'),
    invoice,
    attemptNumber,
    lastAttempt,
    retry: outlook,
    suppressionReason: ledger.suppressions.get(episode.subscription) ?? null,
  };
};

/** Of the invoices of one episode, the one that gives its stage. */
const worse = (a: OpenEpisode, b: OpenEpisode): number =>
  SEVERITY[b.stage] - SEVERITY[a.stage] || b.attemptNumber - a.attemptNumber;

const isSuppressed = ({ suppressionReason }: OpenEpisode): boolean => suppressionReason !== null;

/**
 * Of several episodes, the lead (semantics C5): not suppressed, highest stage; of equals the first of the ledger, whose
 * episodes come by first failure and id.
 */
const leads = (a: OpenEpisode, b: OpenEpisode): number =>
  Number(isSuppressed(a)) - Number(isSuppressed(b)) || SEVERITY[b.stage] - SEVERITY[a.stage];

const assessEpisode = (episode: Episode, ledger: Ledger, policy: Policy): OpenEpisode | null => {
  const owed = episode.invoices.filter((invoice) => invoice.open);
  return owed.map((invoice) => assess(episode, invoice, ledger, policy)).sort(worse)[0] ?? null;
};

const lastEnded = (episodes: readonly Episode[]): Episode | null =>
  episodes.reduce<Episode | null>(
    (last, episode) => (last === null || (episode.endedAt ?? 0) >= (last.endedAt ?? 0) ? episode : last),
    null,
  );

/** Ended lost, and since then neither a payment nor a subscription that runs. */
const stillLost = (episode: Episode, ledger: Ledger): boolean => {
  const endedAt = episode.endedAt ?? ledger.now;
  const paid = [...ledger.invoices.values()].some(
    (invoice) => invoice.settled?.kind === 'paid' && invoice.settled.at > endedAt,
  );
  return !paid && ![...ledger.subscriptions.values()].some(isLive);
};

const NO_CARD = { cardExpiresAt: null, cardSubscription: null } as const;
const OUT_OF_DUNNING = {
  ...NO_CARD,
  lead: null,
  inDunning: false,
  suppressed: false,
  suppressionReason: null,
} as const;

/** Before any dunning: a card that will be charged is about to expire, or nothing is wrong (semantics D4). */
const standBefore = (ledger: Ledger): Standing => {
  const { card, changesAt } = findExpiringCard(ledger);
  const calm = { ...OUT_OF_DUNNING, episode: null, changesAt };
  if (card === null) return { ...calm, stage: 'healthy', status: 'none' };
  const suppressionReason = ledger.suppressions.get(card.subscription) ?? null;
  return {
    ...calm,
    stage: 'card_expiring',
    status: suppressionReason === null ? 'pre_dunning' : 'held',
    suppressed: suppressionReason !== null,
    suppressionReason,
    cardExpiresAt: card.expiresAt,
    cardSubscription: card.subscription,
  };
};

/** An ended episode, of which people may still be told: thanked, or won back. */
const standEnded = (ledger: Ledger, stage: 'recovered' | 'lost', episode: Episode): Standing => {
  const reason = ledger.suppressions.get(episode.subscription) ?? null;
  const suppressionReason = reason !== null && isAccountWide(reason) ? reason : null;
  const suppressed = suppressionReason !== null;
  return { ...OUT_OF_DUNNING, stage, status: stage, episode, suppressed, suppressionReason, changesAt: [] };
};

const standAside = (ledger: Ledger): Standing => {
  const recovered = lastEnded(ledger.episodes.filter((episode) => episode.outcome === 'recovered'));
  const until = recovered?.endedAt ? plus(recovered.endedAt, RECOVERED_MS) : null;
  if (recovered !== null && until !== null && ledger.now < until) {
    return { ...standEnded(ledger, 'recovered', recovered), changesAt: [until] };
  }
  const lost = lastEnded(ledger.episodes.filter((episode) => episode.outcome === 'lost'));
  return lost !== null && stillLost(lost, ledger) ? standEnded(ledger, 'lost', lost) : standBefore(ledger);
};

const statusOf = (lead: OpenEpisode): DunningStatus => {
  if (isSuppressed(lead)) return 'held';
  return lead.stage === 'exhausted' ? 'exhausted' : 'active';
};

/** Where the customer stands at the ledger's instant. */
export const findStanding = (ledger: Ledger, policy: Policy): Standing => {
  const open = ledger.episodes
    .filter((episode) => episode.outcome === 'open')
    .map((episode) => assessEpisode(episode, ledger, policy))
    .filter((found) => found !== null)
    .sort(leads);
  const lead = open[0];
  if (lead === undefined) return standAside(ledger);
  return {
    stage: lead.stage,
    status: statusOf(lead),
    inDunning: !isSuppressed(lead),
    suppressed: isSuppressed(lead),
    suppressionReason: lead.suppressionReason,
    ...NO_CARD,
    lead,
    episode: lead.episode,
    changesAt: open.map((each) => each.retry.changesAt).filter((at) => at !== null),
  };
};
