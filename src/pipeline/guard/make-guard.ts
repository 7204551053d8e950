import { type Instant, toIso } from '../../domain/instant.ts';
import type { DunningStatus } from '../../ledger/standing.ts';
import type { Guard, GuardAnswer, GuardMessage, GuardQuestion, GuardReason } from './guard.ts';
import { inTime } from './in-time.ts';
import type { FindPresent, Present } from './present.ts';

/** Tools give a request two seconds in all. */
export const PATIENCE_MS = 1_500;

export interface GuardOptions {
  readonly findPresent: FindPresent;
  /** How long the store may take, in ms; `PATIENCE_MS` by default. */
  readonly patienceMs?: number;
  /** Told why the store did not answer, each time. */
  readonly onFault?: (error: unknown) => void;
}

const PASSING: Readonly<Record<GuardMessage, readonly DunningStatus[]>> = {
  dunning: ['active', 'exhausted'],
  pre_dunning: ['pre_dunning'],
  recovery: ['recovered'],
};

/** The episode that the status is about: the lead, or of people who recovered the one that ended last. */
const episodeOf = ({ traits, episodes }: Present): string | null => {
  if (traits.dunning_status !== 'recovered') return traits.dunning_episode_id;
  const recovered = episodes.filter(({ outcome }) => outcome === 'recovered');
  const endedAt = (at: string | null): number => (at === null ? 0 : Date.parse(at));
  return (
    recovered.toSorted((a, b) => endedAt(a.ended_at) - endedAt(b.ended_at)).at(-1)?.id ?? traits.dunning_episode_id
  );
};

const reasonFor = ({ message, episode }: GuardQuestion, present: Present): GuardReason | null => {
  const { dunning_status, suppression_reason } = present.traits;
  if (dunning_status === 'none') return 'healthy';
  if (suppression_reason !== null) return suppression_reason;
  if (!PASSING[message].includes(dunning_status)) return 'other_state';
  return episode === null || episode === episodeOf(present) ? null : 'other_episode';
};

/** Of somebody of whom nothing is known, or may be known now. */
export const closedAnswer = (reason: GuardReason, now: Instant): GuardAnswer => ({
  suppress: true,
  reason,
  dunning_status: null,
  dunning_episode_id: null,
  next_retry_date: null,
  as_of: toIso(now),
});

/** What is to be answered of a person, or of nobody (null), at `now` (semantics G8). Pure. */
const answerFor = (question: GuardQuestion, present: Present | null, now: Instant): GuardAnswer => {
  if (present === null) return closedAnswer('unknown_person', now);
  const reason = reasonFor(question, present);
  const { dunning_status, next_retry_date } = present.traits;
  return {
    suppress: reason !== null,
    reason,
    dunning_status,
    dunning_episode_id: episodeOf(present),
    next_retry_date,
    as_of: toIso(now),
  };
};

/** The guard: whatever happens, a message passes only where the store has said that it may. */
export const makeGuard = ({ findPresent, patienceMs = PATIENCE_MS, onFault }: GuardOptions): Guard => ({
  ask: async (question, now) => {
    try {
      return answerFor(question, await inTime(findPresent(question.userId, now), patienceMs), now);
    } catch (error) {
      onFault?.(error);
      return closedAnswer('store_unavailable', now);
    }
  },
});
