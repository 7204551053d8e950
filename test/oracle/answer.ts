import { isDue, isExecuted, noticesOf, settledFacts } from './attempts.ts';
import { cancelIsRequested, isLive } from './cancel.ts';
import { cardEnd, isExpiring } from './cards.ts';
import type { Episode } from './episodes.ts';
import { episodesOf, openInvoices } from './episodes.ts';
import type { Case, Fact, Policy } from './facts.ts';
import { DAY, isInvoiceFact } from './facts.ts';
import { invoiceLevel, LEVEL } from './invoices.ts';
import { planOf } from './plans.ts';
import { isExhaustedBySilence } from './silence.ts';
import { standingWord } from './stopped.ts';
import { visibleFacts } from './visible.ts';

const DUNNING = ['exhausted', 'persistent', 'retrying', 'first_failure'] as const;
type DunningStage = (typeof DUNNING)[number];
type Stage = DunningStage | 'recovered' | 'lost' | 'card_expiring' | 'healthy';

/** How a customer stands at one instant. */
export interface Answer {
  readonly stage: Stage;
  readonly inDunning: boolean;
  /** Is an episode open, suppressed or not. */
  readonly leads: boolean;
  readonly suppressed: boolean;
  /** Of the lead's subscription; null where no episode is open: no audience asks, and no rule says whose it is then. */
  readonly planId: string | null;
  readonly highValue: boolean;
  /** Only where the stage is `card_expiring`. */
  readonly cardExpiresAt: number | null;
  /** Keys of the audiences, sorted. */
  readonly audiences: readonly string[];
}

/** C5's last resort: the published ids of two episodes, since the semantics do not say how they sort. */
export type EpisodeIdOf = (episode: Pick<Episode, 'subscription' | 'openingInvoice' | 'reversal'>) => string;

const subscriptionsIn = (facts: readonly Fact[]): readonly string[] => {
  const ids = facts.flatMap((fact) => {
    if (isInvoiceFact(fact)) return fact.invoice.subscription === null ? [] : [fact.invoice.subscription];
    return fact.kind === 'subscription_observed' || fact.kind === 'subscription_ended' ? [fact.subscription.id] : [];
  });
  return [...new Set(ids)];
};

/**
 * B3, decision 0004: what counts on an invoice in the episode, and the first attempt where it was never seen; where the
 * policy says so the provider's count stands. What was tried before the episode began is not counted again.
 */
const attemptsOn = (c: Case, episode: Episode, invoice: string): number => {
  const own = episode.attempts.filter((attempt) => attempt.invoice.id === invoice);
  const first = noticesOf(c.facts, invoice).find((notice) => isExecuted(c, notice) && isDue(c, notice));
  if (own.length === 0) return 1;
  if (own[0]?.key !== first?.key) return own.length;
  const counts = own.map(({ count }) => count);
  if (c.policy.chargeWebhooks === 'absent') return Math.max(own.length, ...counts);
  return own.length + (counts.some((count) => count <= 1) ? 0 : 1);
};

/** D, D2: on the worst open invoice. */
const stageOf = (c: Case, episode: Episode): DunningStage => {
  const open = openInvoices(c, c.facts.length, episode);
  const settled: Case = { ...c, facts: settledFacts(c) };
  const exhausted = (invoice: string): boolean =>
    isExhaustedBySilence(settled, invoice) || standingWord(settled.facts, episode, invoice) !== null;
  if (open.some(exhausted)) return 'exhausted';
  const most = Math.max(...open.map((invoice) => attemptsOn(c, episode, invoice)));
  return most >= 3 ? 'persistent' : most === 2 ? 'retrying' : 'first_failure';
};

/** C5, decision 0004: not suppressed before suppressed, highest stage, earliest first failure, id. */
const leadOf = (c: Case, episodes: readonly Episode[], idOf: EpisodeIdOf): Episode | null => {
  const open = episodes.filter(({ outcome }) => outcome === 'open');
  const held = (episode: Episode): number => (cancelIsRequested(c.facts, episode.subscription) ? 1 : 0);
  const rank = (episode: Episode): number => DUNNING.indexOf(stageOf(c, episode));
  const sorted = open.toSorted(
    (a, b) => held(a) - held(b) || rank(a) - rank(b) || a.openedAt - b.openedAt || (idOf(a) < idOf(b) ? -1 : 1),
  );
  return sorted[0] ?? null;
};

/** D: ended recovered less than 7 days ago; B1: a payment by a clock that is ahead counts from its receipt. */
const isRecovered = (c: Case, episodes: readonly Episode[]): boolean =>
  episodes.some(({ outcome, endedAt }) => outcome === 'recovered' && endedAt !== null && c.t < endedAt + 7 * DAY);

/** D: ended lost; until a payment or a live subscription. */
const isLost = (c: Case, episodes: readonly Episode[]): boolean =>
  !subscriptionsIn(c.facts).some((id) => isLive(c.facts, id)) &&
  episodes.some(({ outcome, endedAt }) => outcome === 'lost' && endedAt !== null && !paidSince(c, endedAt));

const paidSince = (c: Case, since: number): boolean =>
  c.facts.some(
    (fact, index) =>
      isInvoiceFact(fact) &&
      fact.occurredAt > since &&
      invoiceLevel(c.facts, index + 1, fact.invoice.id) === LEVEL.paid &&
      invoiceLevel(c.facts, index, fact.invoice.id) !== LEVEL.paid &&
      invoiceLevel(c.facts, c.facts.length, fact.invoice.id) === LEVEL.paid, // not one that was taken back
  );

/** D4: no failed attempt that counts in 90 days. */
const failedLately = (c: Case, episodes: readonly Episode[]): boolean =>
  episodes.flatMap(({ attempts }) => attempts).some(({ at }) => c.t < at + 90 * DAY);

const expiring = (c: Case): readonly string[] =>
  subscriptionsIn(c.facts).filter((id) => isLive(c.facts, id) && isExpiring(c, id));

/** Decision 0007: of several, of those not suppressed the first to expire. */
const firstToExpire = (c: Case): number => {
  const all = expiring(c);
  const free = all.filter((id) => !cancelIsRequested(c.facts, id));
  return Math.min(...(free.length > 0 ? free : all).flatMap((id) => cardEnd(c.facts, id) ?? []));
};

const findStage = (c: Case, episodes: readonly Episode[], lead: Episode | null): Stage => {
  if (lead !== null) return stageOf(c, lead);
  if (isRecovered(c, episodes)) return 'recovered';
  if (isLost(c, episodes)) return 'lost';
  return expiring(c).length > 0 && !failedLately(c, episodes) ? 'card_expiring' : 'healthy';
};

/** D6: somebody who would be in dunning or pre-dunning wants to leave. */
const isSuppressed = (c: Case, stage: Stage, lead: Episode | null): boolean => {
  if (lead !== null) return cancelIsRequested(c.facts, lead.subscription);
  return stage === 'card_expiring' && expiring(c).every((id) => cancelIsRequested(c.facts, id));
};

/** The eight audiences, each from stage, suppression and plan (design section 5, G5). */
const audiencesOf = (stage: Stage, suppressed: boolean, highValue: boolean): readonly string[] => {
  const messaging: Readonly<Record<Stage, string | null>> = {
    exhausted: 'dunning_exhausted',
    persistent: 'dunning_persistent_failure',
    retrying: 'dunning_retrying',
    first_failure: highValue ? 'dunning_first_failure_high_value' : 'dunning_first_failure_standard',
    recovered: 'dunning_recovered',
    lost: null,
    card_expiring: 'pre_dunning',
    healthy: null,
  };
  if (suppressed) return ['suppressed'];
  const key = messaging[stage];
  return key === null ? [] : [key];
};

/** All that the semantics say of one customer's standing at `t`, by brute force. */
export const answer = (input: {
  readonly facts: readonly Fact[];
  readonly policy: Policy;
  readonly t: number;
  readonly idOf: EpisodeIdOf;
}): Answer => {
  const { policy, t } = input;
  const c: Case = { facts: visibleFacts(input.facts, t), policy, t };
  const episodes = subscriptionsIn(c.facts).flatMap((id) => episodesOf(c, id));
  const lead = leadOf(c, episodes, input.idOf);
  const stage = findStage(c, episodes, lead);
  const suppressed = isSuppressed(c, stage, lead);
  const planId = lead === null ? null : planOf(c.facts, policy, lead.subscription);
  const highValue = planId !== null && policy.plans.highValue.includes(planId);
  return {
    stage,
    inDunning: lead !== null && !suppressed,
    leads: lead !== null,
    suppressed,
    planId,
    highValue,
    cardExpiresAt: stage === 'card_expiring' ? firstToExpire(c) : null,
    audiences: audiencesOf(stage, suppressed, highValue),
  };
};
