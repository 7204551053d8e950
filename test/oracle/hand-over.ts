import type { EpisodeIdOf } from './answer.ts';
import { leadOf, stageOf } from './answer.ts';
import type { Episode } from './episodes.ts';
import { episodesOf } from './episodes.ts';
import type { Case, Fact, Policy } from './facts.ts';
import { subscriptionsIn } from './facts.ts';
import { planOf } from './plans.ts';
import { reasonOf } from './suppression.ts';
import { visibleFacts } from './visible.ts';

/** When a person takes an episode over, and when a channel is told of it: decision 0013, docs/hand-off.md, the recipes. */
export interface HandOverPolicy extends Policy {
  readonly handOff: { readonly highValueAtEntry: boolean; readonly afterMs: number | null };
}

/** One episode of an account at one instant, as whoever might take it over has to see it. */
export interface EpisodeStanding {
  readonly episode: Episode;
  readonly isOpen: boolean;
  readonly isSuppressed: boolean;
  readonly isHighValue: boolean;
  /** Out of retries now; of an episode that is over, false. */
  readonly isExhausted: boolean;
  /** C5: of several open episodes of the account, the one that all scalars speak of. */
  readonly isLead: boolean;
  /** What opened it was heard of more than an hour late, or read from history (E6). */
  readonly isLate: boolean;
  /** All that opened it and failed since was read from history (E6). */
  readonly isHistory: boolean;
  /** Nothing of the account was received in the settle window: how it ended is known. */
  readonly isSettled: boolean;
}

/** What the rules say of something that is not there yet. */
export type Verdict = 'must' | 'may' | 'never';

const LATE_MS = 3_600_000;
const SETTLE_MS = 10_000;

const failuresOf = (raw: readonly Fact[], { attempts, reversal }: Episode): readonly Fact[] => {
  const ids = [reversal, ...attempts.map(({ fact }) => fact)].map((fact) => fact?.id);
  return raw.filter(({ id }) => ids.includes(id));
};

/** All episodes of one account, from its facts alone. */
export const episodesAt = (
  facts: readonly Fact[],
  policy: Policy,
  t: number,
  idOf: EpisodeIdOf,
): readonly EpisodeStanding[] => {
  const c: Case = { facts: visibleFacts(facts, t), policy, t };
  const isSettled = facts.every(({ receivedAt }) => receivedAt > t || receivedAt + SETTLE_MS <= t);
  const episodes = subscriptionsIn(c.facts).flatMap((subscription) => episodesOf(c, subscription));
  const lead = leadOf([{ c, episodes }], idOf)?.it;
  return episodes.map((episode): EpisodeStanding => {
    const { subscription } = episode;
    const plan = planOf(c.facts, policy, subscription);
    const failures = failuresOf(facts, episode);
    const openings = failures.filter(({ id }) => id === (episode.reversal ?? episode.attempts[0]?.fact)?.id);
    const isOpen = episode.outcome === 'open';
    return {
      episode,
      isOpen,
      isLead: episode === lead,
      isSuppressed: reasonOf(c, subscription, episode) !== null,
      isHighValue: plan !== null && policy.plans.highValue.includes(plan),
      isExhausted: isOpen && stageOf(c, episode) === 'exhausted',
      isLate: openings.every((fact) => fact.isHistory === true || fact.receivedAt - fact.occurredAt > LATE_MS),
      isHistory: failures.every(({ isHistory }) => isHistory === true),
      isSettled,
    };
  });
};

/**
 * Was it ever out of retries, had everything been heard of when it happened: decision 0013 goes by the first time, whatever is
 * set since.
 */
export const wasExhausted = (facts: readonly Fact[], policy: Policy, t: number, episode: Episode): boolean => {
  const heard = visibleFacts(facts, t).map((fact) => ({ ...fact, receivedAt: fact.occurredAt }));
  const instants = heard.flatMap(({ occurredAt: at }) => [at - 1, at, at + policy.noRetryAfterMs]);
  return instants.some((at) => {
    const c: Case = { facts: visibleFacts(heard, at), policy, t: at };
    return episodesOf(c, episode.subscription).some(
      (then) =>
        then.openingInvoice === episode.openingInvoice && then.outcome === 'open' && stageOf(c, then) === 'exhausted',
    );
  });
};

/**
 * Must a task be made now, if none is there: of high value at entry, all others by day N or out of retries. Not while
 * held back, and not for what is over. Out of retries counts by the first time, of which an instant does not tell: then it may.
 */
export const taskVerdict = (
  { episode, isOpen, isSuppressed, isHighValue, isExhausted }: EpisodeStanding,
  { handOff }: HandOverPolicy,
  t: number,
): Verdict => {
  if (!isOpen || isSuppressed) return 'never';
  if (isHighValue && handOff.highValueAtEntry) return 'must';
  if (handOff.afterMs === null) return 'never';
  return isExhausted || t >= episode.openedAt + handOff.afterMs ? 'must' : 'may';
};

/**
 * Must a channel be told now that a high-value account is in dunning, if it was not: by its lead episode, and not while held
 * back. What was heard of late, or is of history and came to lead since, may.
 */
export const alertVerdict = ({ isLead, isSuppressed, isHighValue, isLate }: EpisodeStanding): Verdict => {
  if (!isLead || isSuppressed || !isHighValue) return 'never';
  return isLate ? 'may' : 'must';
};

/** What was begun for an episode: may it still stand, must it have ended. */
export const isOver = ({ isOpen, isSettled }: EpisodeStanding): 'over' | 'open' | 'settling' =>
  isOpen ? 'open' : isSettled ? 'over' : 'settling';
