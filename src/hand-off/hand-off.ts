import type { Instant } from '../domain/instant.ts';
import type { EpisodeOutcome } from '../ledger/episode-draft.ts';

/** One attempt as whoever takes over should know it. */
export interface AttemptNote {
  readonly at: Instant;
  /** What the customer may be told: the failure class. The raw reason of an undisclosable decline is nowhere here. */
  readonly failureClass: string;
  /** The provider's code where it may be told, else null. */
  readonly code: string | null;
}

/** What a person needs to know to take over; null: not known, and said so. */
export interface HandOffContext {
  readonly planId: string | null;
  readonly isHighValue: boolean;
  /** Owed, in major units. */
  readonly amountDue: number | null;
  readonly currency: string | null;
  readonly arr: number | null;
  readonly arrCurrency: string | null;
  /** Since when the account pays for the subscription. */
  readonly customerSince: Instant | null;
  readonly firstFailedAt: Instant;
  /** Oldest first. */
  readonly attempts: readonly AttemptNote[];
  readonly nextRetryAt: Instant | null;
  readonly nextRetryStatus: string | null;
  readonly failedPayments90d: number;
  /** Why no message may go out now; null: nothing is in the way. */
  readonly suppressionReason: string | null;
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
  readonly since: Instant;
  readonly dueAt: Instant;
  readonly outcome: EpisodeOutcome;
  readonly endedAt: Instant | null;
  readonly context: HandOffContext;
}

/** The hand-offs of one account at an instant. */
export interface HandOffs {
  /** In order of opening; those of ended episodes too, so that their tasks are closed. */
  readonly all: readonly HandOff[];
  /** Instants after now at which this changes by time alone. */
  readonly changesAt: readonly Instant[];
}
