import type { Instant } from '../domain/instant.ts';
import type { Attempt } from './attempt.ts';
import type { ChurnType } from './churn.ts';
import type { Draft, EpisodeOutcome, Subject } from './episode-draft.ts';
import { episodeId, exhaustionsOf, walkHistory } from './episode-walk.ts';
import type { Exhaustion } from './exhaustion.ts';
import type { InvoiceLedger, Transition } from './invoice.ts';
import { writeOffAt } from './write-off.ts';

/** One dunning episode: from the first failed charge of a subscription's balance to its end. */
export interface Episode {
  readonly id: string;
  readonly subscription: string;
  readonly openingInvoice: string;
  /** The episode whose recovery was taken back; null for a first opening. */
  readonly reopenedFrom: string | null;
  readonly reversalId: string | null;
  readonly openedAt: Instant;
  /** Receipt of what opened it. */
  readonly openedReceivedAt: Instant;
  /** The same, but of history when it was read: before that nobody could know of the episode. */
  readonly openedHeardAt: Instant;
  /** Failed invoices, in the order in which they joined. */
  readonly invoices: readonly InvoiceLedger[];
  /** Executed, settled attempts in fold order. */
  readonly attempts: readonly Attempt[];
  readonly outcome: EpisodeOutcome;
  readonly endedAt: Instant | null;
  /** What settled its invoices within the episode, by invoice id; a later reversal does not take it away. */
  readonly settled: ReadonlyMap<string, Transition>;
  /** Recovered after it had ended otherwise. */
  readonly late: boolean;
  /** The first time it was out of retries; null if never, or not yet to be concluded. */
  readonly exhaustion: Exhaustion | null;
  /** The opening invoice is the first after a trial. */
  readonly afterTrial: boolean;
}

export interface SubjectLedger {
  readonly episodes: readonly Episode[];
  /** Why the subscription ended; null while it has not. */
  readonly churn: ChurnType | null;
  /** Instants after `now` at which this could change by time alone. */
  readonly changesAt: readonly Instant[];
}

const toEpisode = (draft: Draft, subject: Subject): Episode => ({
  id: episodeId(subject, draft),
  subscription: subject.subscriptionId,
  openingInvoice: draft.openingInvoice.id,
  reopenedFrom: draft.reopenedFrom,
  reversalId: draft.reversalId,
  openedAt: draft.openedAt,
  openedReceivedAt: draft.openedReceivedAt,
  openedHeardAt: draft.openedHeardAt,
  invoices: draft.invoices,
  attempts: draft.attempts,
  outcome: draft.outcome,
  endedAt: draft.endedAt,
  settled: draft.settled,
  late: draft.late,
  exhaustion: exhaustionsOf(subject, draft).find((found) => found.concludedFrom <= subject.now) ?? null,
  afterTrial:
    draft.openingInvoice.latest.periodStart !== null &&
    draft.openingInvoice.latest.periodStart === (subject.subscription?.latest?.trialEndsAt ?? null),
});

/** Cuts one subscription's history into dunning episodes (semantics C). */
export const foldEpisodes = (subject: Subject): SubjectLedger => {
  const walk = walkHistory(subject);
  const waiting = walk.drafts.flatMap((draft) => exhaustionsOf(subject, draft).map((found) => found.concludedFrom));
  const changesAt = [...waiting, writeOffAt(walk)].filter((at): at is Instant => at !== null && at > subject.now);
  return { episodes: walk.drafts.map((draft) => toEpisode(draft, subject)), churn: walk.churn, changesAt };
};
