import type { Attributes, Subject, ToolEvent } from '../../destination-kit/record.ts';
import type { RecordOutcome } from '../../destination-kit/sink.ts';
import type { CustomerKey } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';

export type { Attributes, ToolEvent } from '../../destination-kit/record.ts';

/** What the delivery to tools needs of the store. */

/** Where a tool's state goes. What a recorder took is final and never sent (semantics G9), so each has rows of its own. */
export type ToolChannel = 'live' | 'recorder';

/** A tool that is written directly, what it holds, and where its state of a profile goes. */
export interface ActiveTool {
  readonly tool: string;
  readonly subject: Subject;
  readonly channel: ToolChannel;
}

/**
 * Names one row: what one person (account, episode) is to be in one tool. A customer linked to another user leaves a row
 * to be cleared.
 */
export interface ToolRowKey {
  readonly tool: string;
  readonly channel: ToolChannel;
  readonly profileId: number;
  /** The tool's external id for the subject: a user id, an account id, or the id of an episode. */
  readonly userId: string;
}

/** An event for a tool's flows, as decided. */
export interface NewToolEdge {
  readonly event: ToolEvent;
  /** An exit ends what entries of its episode began; news is told as it is, each once, in order. */
  readonly role: 'entry' | 'exit' | 'news';
  /** Empty where news belongs to no episode. */
  readonly episodeId: string;
}

/** What one decision wants of one tool. */
export interface ToolChange {
  readonly tool: string;
  readonly channel: ToolChannel;
  readonly userId: string;
  /**
   * The account of the profile's own that the row belongs to and moves with; null where it is a person's. Only people are
   * deleted in tools when they are erased.
   */
  readonly account: CustomerKey | null;
  /** The whole state that the tool should hold. */
  readonly desired: Attributes;
  readonly edges: readonly NewToolEdge[];
  /** It ends or holds dunning: goes before anything else. */
  readonly urgent: boolean;
  /** Owed on the lead episode, to order dead letters; null when nothing is. */
  readonly amountMinor: number | null;
  readonly currency: string | null;
}

export interface QueuedEdge extends NewToolEdge {
  readonly seq: number;
  /** `unknown`: sent once, nobody knows whether it arrived. */
  readonly status: 'queued' | 'unknown';
  readonly committedAt: Instant;
}

/** A person who differs from what the tool holds, or of whom the tool has events to hear. */
export interface ToolRow extends ToolRowKey {
  /** Number of the commit that wants `desired`. */
  readonly version: number;
  readonly decidedAt: Instant;
  readonly desired: Attributes;
  /** What the tool has acknowledged; null: nothing yet. */
  readonly delivered: Attributes | null;
  /** Attributes of a call with an unknown outcome: what the tool holds of them is not known. */
  readonly uncertain: readonly string[];
  /** In order of commit. */
  readonly edges: readonly QueuedEdge[];
  /** Episodes of which the tool heard something, or may have. */
  readonly reached: readonly string[];
  /** Since when it waits. */
  readonly waitingSince: Instant;
  /** Consecutive retries. */
  readonly failures: number;
  /** All but its exits may be out of date, and waits for a decision. */
  readonly onlyExits?: true;
}

/** What became of a row that was sent, or that needed no call. */
export interface ToolSettlement {
  readonly row: ToolRow;
  /** Attributes sent; empty when none differed. */
  readonly sent: Attributes;
  /** Edges sent, by seq. */
  readonly edges: readonly number[];
  /** Edges that need not be sent any more, by seq. */
  readonly dropped: readonly number[];
  readonly outcome: RecordOutcome;
  /**
   * With `absent`: the tool is asked again then. With `delivered`: an earlier call of unknown outcome may still be applied
   * after this one, so `uncertain` stays as it is and the row, unless its version moved (then it is due at once), waits
   * until this instant to be asserted again.
   */
  readonly again?: Instant;
  /** The tool can be read back: a row that ends or holds dunning is looked at once it is settled. */
  readonly readsBack?: true;
}

/** A row as people look at it. */
export interface ToolState extends ToolRowKey {
  readonly desired: Attributes;
  readonly delivered: Attributes | null;
  /** `settled`: acknowledged. `waiting`: to be sent. `dead`: given up until it changes or is replayed. */
  readonly status: 'settled' | 'waiting' | 'dead';
  readonly waitingSince: Instant | null;
  /** The newest calls, oldest first. */
  readonly sends: readonly ToolSend[];
}

/** One record as it was sent, or would have been. */
export interface ToolSend {
  readonly at: Instant;
  readonly result: RecordOutcome['result'];
  readonly attributes: Attributes;
  readonly events: readonly ToolEvent[];
  /** The warning or the reason; null when there is none. */
  readonly detail: string | null;
}

export interface ToolCounts {
  readonly tool: string;
  readonly channel: ToolChannel;
  readonly settled: number;
  readonly waiting: number;
  readonly dead: number;
  /** Urgent ones among those waiting: open leaks. */
  readonly urgent: number;
  readonly oldestWaitingAt: Instant | null;
}

export interface ToolStore {
  /**
   * Rows to be sent now (`retryAt` reached), urgent first, then the longest waiting. What is not urgent waits while
   * something came in of which nobody has decided what it makes of it: about its profile, or about the owner of an account
   * that it is a contact of; of such a row only the exits go (`onlyExits`).
   */
  readonly nextToolRows: (options: {
    readonly tool: string;
    readonly channel: ToolChannel;
    readonly now: Instant;
    readonly limit: number;
  }) => Promise<readonly ToolRow[]>;
  /**
   * Writes outcomes in one transaction. `delivered` and `recorded`: `delivered` becomes itself overlaid with `sent`, `sent`'s
   * names leave `uncertain`; the row is settled if its version is still the settled one's, else it waits on. `unknown`: the
   * names join `uncertain`, its edges become `unknown`. `absent`: as `delivered`, but the edges that the row had are
   * dropped, `delivered` becomes null, so that the next change is sent whole, and what it held joins `uncertain`: found
   * again, it may still hold that. `retry`: waits until `at`. `rejected`: a dead letter with the money at stake; where it was
   * so in part, what was sent is in doubt; events that were not sent with it still go.
   * Each that was sent is kept as a `ToolSend`. Episodes of the edges and of `sent` count as reached once delivered,
   * recorded or unknown. A row whose account moved to another profile meanwhile is found there. Ends the call that
   * `saveToolCall` wrote down.
   */
  readonly settleTools: (settlements: readonly ToolSettlement[], retryAt: Instant, now: Instant) => Promise<void>;
  /**
   * Writes down what a call is about to carry, before it leaves, as settlements of unknown outcome of one tool and channel;
   * it takes the place of the last one. Empty: none is under way.
   */
  readonly saveToolCall: (tool: string, channel: ToolChannel, call: readonly ToolSettlement[]) => Promise<void>;
  /** The call that was under way when the process ended; empty if none was. */
  readonly loadToolCall: (tool: string, channel: ToolChannel) => Promise<readonly ToolSettlement[]>;
  /** When the next row of the tool is to be sent; null when none waits. */
  readonly nextToolRetryAt: (tool: string, channel: ToolChannel) => Promise<Instant | null>;
  /**
   * Makes profiles due whose state a recorder took after the live tool last heard of them, or that are in dunning and
   * the live tool never heard of: of a tool that is told of accounts, of one of theirs (semantics G9); and those of which
   * it was told what does not hold any more, as of whoever paid while it had no key. Answers how many.
   */
  readonly wakeForTool: (tool: string, now: Instant) => Promise<number>;
  readonly toolCounts: () => Promise<readonly ToolCounts[]>;
}
