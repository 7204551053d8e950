import type { Instant } from '../../domain/instant.ts';

/** What a switch to enforce would send, and what happened while Recoup observed: read from what recorders took. */

/** One row that a tool's recorder holds and the live tool does not hold like that. */
export interface PendingRow {
  readonly tool: string;
  readonly userId: string;
  /** In dunning (or pre-dunning) now: they would be entered; else what the tool holds is put right. */
  readonly enters: boolean;
  /** Names of the attributes that would be sent. */
  readonly attributes: readonly string[];
  /** Where the person stands, in one word; null for what has no status (a task). */
  readonly status: string | null;
  readonly stage: string | null;
}

/** One event that a flow would have heard while Recoup observed. It is final, and never sent. */
export interface ObservedEdge {
  readonly tool: string;
  readonly userId: string;
  readonly role: 'entry' | 'exit';
  readonly name: string;
  readonly episodeId: string;
  readonly at: Instant;
}

/** How an episode of which a recorder was told stands now. */
export interface ObservedEpisode {
  readonly id: string;
  readonly userId: string | null;
  readonly outcome: string;
  readonly openedAt: Instant;
  readonly endedAt: Instant | null;
}

/** Who is in an audience by the recorder, and not by Segment. */
interface PendingAudience {
  readonly audience: string;
  readonly entering: number;
  readonly leaving: number;
}

export interface Observed {
  /** Since when the store has observed; null: it never did. */
  readonly observedSince: Instant | null;
  readonly enforcedSince: Instant | null;
  /** How the newest start of a relay runs and since when; null: none has said it. */
  readonly mode: { readonly is: 'observe' | 'enforce'; readonly since: Instant } | null;
  /** Live people. */
  readonly known: number;
  /** Those that the brake counts as known: test mode with them. */
  readonly knownToBrake: number;
  /** Of the live people. */
  readonly inDunning: number;
  /** Calls to Segment that were recorded, by what they are. */
  readonly recorded: Readonly<Record<string, number>>;
  /** None while it enforces: no switch is ahead. */
  readonly audiences: readonly PendingAudience[];
  /** While it enforces only of tools that still record, as those without credentials. */
  readonly pending: readonly PendingRow[];
  readonly edges: readonly ObservedEdge[];
  readonly episodes: readonly ObservedEpisode[];
}

export interface ObservedStore {
  readonly observed: () => Promise<Observed>;
}
