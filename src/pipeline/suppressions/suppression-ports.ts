import type { Instant } from '../../domain/instant.ts';
import type { UserTraits } from '../../generated/tracking-plan.ts';
import type { ToolChannel } from '../tools/tool-ports.ts';

/** What the ledger of suppressions needs of the store: from what happened to what each tool was seen to hold. */

/**
 * Why somebody was to hear no more: how the episode ended, what suppresses it (semantics D6), or
 * `superseded` (another episode took its place), `linked_elsewhere` (the tool knew them by another user id),
 * `card_no_longer_expiring`.
 */
export type SuppressionEnd =
  | 'recovered'
  | 'forgiven'
  | 'canceled'
  | 'lost'
  | 'written_off'
  | NonNullable<UserTraits['suppression_reason']>
  | 'superseded'
  | 'linked_elsewhere'
  | 'card_no_longer_expiring';

/** How a suppression is followed: each in seconds since the webhook came. */
type SuppressionLayer = 'decided' | 'state' | 'exit' | 'acknowledged' | 'verified';

/** The name under which the ledger keeps Segment beside the tools. */
type LedgerTool = string;

/** Names a row of a tool; `userId` null for Segment, which has none. */
export interface SuppressedRow {
  readonly tool: LedgerTool;
  readonly channel: ToolChannel;
  readonly userId: string | null;
}

/** One tool that was meant to hold dunning and now is not. */
export interface NewSuppression extends SuppressedRow {
  /** Null where no episode was open. */
  readonly episodeId: string | null;
  readonly reason: SuppressionEnd;
  /** By the clock of whoever reports it. */
  readonly occurredAt: Instant;
  /** Of the delivery that brought it; the boundary where time alone did. */
  readonly receivedAt: Instant;
}

/** What one decision means for the ledger. */
export interface CommitSuppressions {
  readonly begun: readonly NewSuppression[];
  /** Rows that hold dunning again: what is open of the same episode, or has nothing left to end, is overtaken. */
  readonly resumed: readonly (SuppressedRow & { readonly episodeId: string | null })[];
  /** Calls to Segment that end something, by message id; `about`: `state`, or the key of the audience that is left. */
  readonly calls: readonly { readonly messageId: string; readonly about: string }[];
}

/** One line of the ledger. */
export interface Suppression extends NewSuppression {
  readonly seq: number;
  readonly decidedAt: Instant;
  readonly stateAt: Instant | null;
  readonly exitAt: Instant | null;
  readonly acknowledgedAt: Instant | null;
  readonly verifiedAt: Instant | null;
  readonly overtakenAt: Instant | null;
  /** Nothing of the dunning had left for the tool: there was nothing to end, and no time to measure. */
  readonly neverReached: boolean;
}

/** A tool that takes no calls, as the relay last saw it. */
export interface ToolPause {
  readonly tool: LedgerTool;
  readonly channel: ToolChannel;
  readonly until: Instant;
  /** It refuses the relay: a person is needed. */
  readonly stopped: boolean;
  readonly reason: string;
}

/** A suppression that a tool has not acknowledged: until it does the person may be written to. */
export interface OpenLeak extends Suppression {
  /** How the row stands; null for Segment. */
  readonly status: 'settled' | 'waiting' | 'dead' | null;
  /** Retries in a row, and the word of the newest answer. */
  readonly failures: number;
  readonly lastResult: string | null;
  readonly lastDetail: string | null;
  /** The dead letter that holds it back. */
  readonly deadLetter: number | null;
}

/** How many suppressions took so long, of those above the next smaller bound; `leMs` null: longer than all bounds. */
export interface LayerTally {
  readonly tool: LedgerTool;
  readonly channel: ToolChannel;
  readonly layer: SuppressionLayer;
  readonly leMs: number | null;
  readonly n: number;
  readonly sumMs: number;
}

export interface LeakCount {
  readonly tool: LedgerTool;
  readonly channel: ToolChannel;
  readonly open: number;
  /** Receipt of the oldest. */
  readonly oldestAt: Instant;
}

export interface SuppressionCounts {
  readonly tallies: readonly LayerTally[];
  readonly leaks: readonly LeakCount[];
  readonly pauses: readonly ToolPause[];
}

/** Where a wait is measured: receipt to decision, decision to Segment's word, decision to a tool's word. */
export type LatencyStep = 'decide' | 'segment' | 'tool';

/** One measured wait. */
export interface LatencySample {
  readonly seq: number;
  /** `provider`, `segment` or the tool's name. */
  readonly name: string;
  readonly channel: ToolChannel;
  readonly ms: number;
}

/** A page of a list in order of `seq`. */
export interface Page {
  readonly since: Instant;
  /** Rows after this one; 0: from the first. */
  readonly after: number;
  readonly limit: number;
}

export interface SuppressionStore {
  /** Decided since then, in order of commit. */
  readonly suppressions: (page: Page) => Promise<readonly Suppression[]>;
  /** Oldest first. */
  readonly openLeaks: (limit: number) => Promise<readonly OpenLeak[]>;
  readonly suppressionCounts: () => Promise<SuppressionCounts>;
  /** What ended since then and was measured. */
  readonly latencies: (step: LatencyStep, page: Page) => Promise<readonly LatencySample[]>;
  /** Null: it takes calls again. */
  readonly saveToolPause: (
    tool: string,
    channel: ToolChannel,
    pause: Pick<ToolPause, 'until' | 'stopped' | 'reason'> | null,
  ) => Promise<void>;
}
