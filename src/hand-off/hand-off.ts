import type { FailureClass } from '../domain/decline.ts';
import type { Instant } from '../domain/instant.ts';
import type { EpisodeOutcome } from '../ledger/episode-draft.ts';
import type { RecoveredVia } from '../ledger/recovered-via.ts';
import type { RetryStatus } from '../ledger/retry.ts';
import type { SuppressionReason } from '../ledger/suppression.ts';

/** One attempt as whoever takes over should know it. */
export interface AttemptNote {
  readonly at: Instant;
  /** What the customer may be told: the failure class. The raw reason of an undisclosable decline is nowhere here. */
  readonly failureClass: FailureClass;
  /** The provider's code where it may be told, else null. */
  readonly code: string | null;
}

/** What a person needs to know to take over; null: not known, and said so. */
export interface HandOffContext {
  readonly subscriptionId: string;
  readonly planId: string | null;
  readonly isHighValue: boolean;
  /** Owed, in major units; of an ended episode what its newest attempts were about. */
  readonly amountDue: number | null;
  readonly currency: string | null;
  readonly arr: number | null;
  readonly arrCurrency: string | null;
  /** When the account's first known subscription began. */
  readonly customerSince: Instant | null;
  readonly firstFailedAt: Instant;
  /** It began because a payment that had come in was taken back. */
  readonly wasTakenBack: boolean;
  /** Executed and settled, oldest first. */
  readonly attempts: readonly AttemptNote[];
  /** The newest attempt's number on its invoice, as `payment_failed` tells it; null before the first. */
  readonly attemptNumber: number | null;
  readonly nextRetryAt: Instant | null;
  /** Null once the episode ended. */
  readonly nextRetryStatus: RetryStatus | null;
  /** In the 90 days up to the newest attempt, so that the passing of time alone does not change it. */
  readonly failedPayments90d: number;
  /** Why no message may go out now; null: nothing is in the way. */
  readonly suppressionReason: SuppressionReason | null;
  readonly recommendation: string;
  readonly paymentUrl: string | null;
  /** Come from product and support, which Recoup is not told of yet. */
  readonly health: string | null;
  readonly openTickets: number | null;
  readonly lastContactAt: Instant | null;
}

/** An episode that a person is to take over, or took over. */
export interface HandOff {
  readonly episodeId: string;
  /** `high_value` begins with dunning; `before_exhaustion` some days into it. */
  readonly reason: 'high_value' | 'before_exhaustion';
  /** By what happened, not by when it was decided; of a late episode not before it was heard of. */
  readonly since: Instant;
  readonly dueAt: Instant;
  readonly outcome: EpisodeOutcome;
  readonly endedAt: Instant | null;
  /** How the newest payment came; null unless recovered. */
  readonly recoveredVia: RecoveredVia | null;
  /** It ended, and how is told (a payment waits some seconds for that): the task closes now, with one comment. */
  readonly isClosed: boolean;
  readonly context: HandOffContext;
}

/** The hand-offs of one account at an instant. */
export interface HandOffs {
  /** In order of opening; those of ended episodes that have a task too, so that their tasks are closed. */
  readonly all: readonly HandOff[];
  /** Instants after now at which this changes by time alone, beside those of the ledger. */
  readonly changesAt: readonly Instant[];
}

/** Whom the task is about. */
export interface TaskOwner {
  readonly userId: string | null;
  readonly accountId: string;
  readonly email: string | null;
}

/** The attributes of a task as tools are to hold them. */
export type Task = {
  readonly task_state: 'open' | 'closed';
  readonly subject: string;
  /** Plain text of several lines. */
  readonly body: string;
  /** How it ended; null while it is open. */
  readonly comment: string | null;
  /** ISO 8601, UTC. */
  readonly due_at: string;
  readonly priority: 'high' | 'medium';
  readonly user_id: string | null;
  readonly account_id: string;
  readonly email: string | null;
  readonly dunning_episode_id: string;
};
