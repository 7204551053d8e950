import type { Instant } from '../../domain/instant.ts';
import type { DunningStatus } from '../../ledger/standing.ts';
import type { SuppressionReason } from '../../ledger/suppression.ts';

/** What kind of message asks: which states may pass (semantics G8). */
export type GuardMessage = 'dunning' | 'pre_dunning' | 'recovery';

/** Asked by a template as it is about to be sent. */
export interface GuardQuestion {
  readonly userId: string;
  /** Only this episode may pass; null: whichever leads. */
  readonly episode: string | null;
  readonly message: GuardMessage;
}

/** Why a message is not to be sent. */
export type GuardReason =
  /** Nobody of this id, or of whom nothing is known. */
  | 'unknown_person'
  /** Nothing is wrong: no dunning, and no card that expires. */
  | 'healthy'
  /** In another state than this kind of message is for, which `dunning_status` names. */
  | 'other_state'
  /** Another episode leads, or the one asked for has ended. */
  | 'other_episode'
  /** A reason of semantics D6. */
  | SuppressionReason
  /** The brakes hold entries into messaging back (semantics G10). */
  | 'brake'
  /** The store did not answer in time, or failed. */
  | 'store_unavailable';

/** The answer as it leaves, JSON. */
export interface GuardAnswer {
  readonly suppress: boolean;
  /** Null only where `suppress` is false. */
  readonly reason: GuardReason | null;
  /** Null where it is not known. */
  readonly dunning_status: DunningStatus | null;
  readonly dunning_episode_id: string | null;
  /** ISO 8601 UTC; null where none is scheduled. */
  readonly next_retry_date: string | null;
  /** The instant for which this holds, ISO 8601 UTC. */
  readonly as_of: string;
}

/** Answers at the present instant from all that was received, decided or not: never stale. Never rejects. */
export interface Guard {
  readonly ask: (question: GuardQuestion, now: Instant) => Promise<GuardAnswer>;
}
