import type { Attributes } from '../destination-kit/record.ts';
import type { CustomerKey } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';

/** What has already been said of a profile, and to whom. */

/** A message id once said is never said again; `refuted` when a later fact took the conclusion back. */
export interface CommittedEvent {
  readonly messageId: string;
  readonly event: string;
  readonly refuted: boolean;
  /** Its call broke the plan and was replayed: due again. */
  readonly unsaid: boolean;
}

export type TraitValue = string | number | boolean | null;
export type TraitValues = Readonly<Record<string, TraitValue>>;

/** Where a profile's calls go: `recorder` is final and never sent later (semantics G9). */
export type Channel = 'segment' | 'recorder';

/** The state that the last identify and group said; null when never said. */
export interface Told {
  readonly traits: TraitValues | null;
  /** By account id, with its merchant before it where it has one. */
  readonly accounts: Readonly<Record<string, TraitValues>>;
  /** The user id that the last identify carried; null while anonymous. */
  readonly userId: string | null;
  /** Keys of the audiences that were entered and not exited, in order of key. */
  readonly audiences: readonly string[];
  /** Keys of audiences to be told of anew, whatever was told: a call about them was refused and is asked for again. */
  readonly untold: readonly string[];
}

/** What one tool was last meant to hold, and what it was meant to hear. */
export interface ToolTold {
  readonly userId: string;
  readonly desired: Attributes;
  /** The episode whose flow runs: entered and not exited; null when none. */
  readonly running: string | null;
  /** `episode:stage` of every stage announced, so that resuming announces none again (semantics D6). */
  readonly announced: readonly string[];
  /** The account that it is about, and goes with to another profile; absent where it is about the person. */
  readonly account?: CustomerKey;
}

/** What was told under an anonymous id before the account was joined to a person whose profile existed already. */
export interface Absorbed {
  readonly anonymousId: string;
  readonly audiences: readonly string[];
  /** Who was told by that id, and is to hear whose it is. */
  readonly channel: Channel;
}

/** What has already been said of a profile; what was said of events, its accounts know. */
export interface Commitments extends Told {
  /** Not yet told to be the person: an identify names both ids, one for each (semantics F2). */
  readonly absorbed: readonly Absorbed[];
  /** Ids of episodes that a call has named. */
  readonly episodes: readonly string[];
  readonly channel: Channel | null;
  /** When the person entered messaging within the last 24 h, oldest first (semantics G10); absent: never. */
  readonly entries?: readonly Instant[];
  /** Episodes of which Segment was told, in an earlier call, that the person is in dunning (semantics G10); absent: none. */
  readonly dunned?: readonly string[];
  /** What Segment was last told, kept while a recorder takes the calls; null when it knows nothing, or hears everything. */
  readonly segment: Told | null;
  /** By `tool` for the live tool and `tool/recorder` for its recorder; of accounts and episodes with `#` and their id. */
  readonly tools: Readonly<Record<string, ToolTold>>;
}
