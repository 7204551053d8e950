import { stageOf } from './answer.ts';
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
  /** What opened it was heard of more than an hour late, or read from history (E6). */
  readonly isLate: boolean;
  /** Nothing of the account was received in the settle window: how it ended is known. */
  readonly isSettled: boolean;
}

/** What the rules say of something that is not there yet. */
export type Verdict = 'must' | 'may' | 'never';

const LATE_MS = 3_600_000;
const SETTLE_MS = 10_000;

/** Of its first attempts that were told, or of the reversal. */
const isHeardLate = (raw: readonly Fact[], { attempts, reversal }: Episode): boolean => {
  const opening = reversal ?? attempts[0]?.fact;
  const told = raw.filter(({ id }) => id === opening?.id);
  return told.every(({ occurredAt, receivedAt, isHistory }) => isHistory === true || receivedAt - occurredAt > LATE_MS);
};

/** All episodes of one account, from its facts alone. */
export const episodesAt = (facts: readonly Fact[], policy: Policy, t: number): readonly EpisodeStanding[] => {
  const c: Case = { facts: visibleFacts(facts, t), policy, t };
  const isSettled = facts.every(({ receivedAt }) => receivedAt > t || receivedAt + SETTLE_MS <= t);
  return subscriptionsIn(c.facts).flatMap((subscription) => {
    const plan = planOf(c.facts, policy, subscription);
    return episodesOf(c, subscription).map((episode): EpisodeStanding => {
      const isOpen = episode.outcome === 'open';
      return {
        episode,
        isOpen,
        isSuppressed: reasonOf(c, subscription, episode) !== null,
        isHighValue: plan !== null && policy.plans.highValue.includes(plan),
        isExhausted: isOpen && stageOf(c, episode) === 'exhausted',
        isLate: isHeardLate(facts, episode),
        isSettled,
      };
    });
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

/** Must a channel be told now that a high-value account is in dunning, if it was not: not of history, nor while held back. */
export const alertVerdict = ({ isOpen, isSuppressed, isHighValue, isLate }: EpisodeStanding): Verdict => {
  if (!isOpen || isSuppressed || !isHighValue) return 'never';
  return isLate ? 'may' : 'must';
};

/** What was begun for an episode: may it still stand, must it have ended. */
export const isOver = ({ isOpen, isSettled }: EpisodeStanding): 'over' | 'open' | 'settling' =>
  isOpen ? 'open' : isSettled ? 'over' : 'settling';
