import type { CustomerKey, Mode } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import type { ApiStore } from './api/api-ports.ts';
import type { BrakeStatus, BrakeStore } from './brakes/brake-ports.ts';
import type { ObservedStore } from './brakes/observed-ports.ts';
import type { Acceptance, Claim, ClaimedAccount, Delivery, DeliveryEnd, NewDelivery } from './claim.ts';
import type { Commit, NewDeadLetter, Park, Part, SegmentCall } from './commit.ts';
import type { Channel } from './commitments.ts';
import type { GuardStore } from './guard/guard-ports.ts';
import type { InterventionStore } from './interventions/intervention-ports.ts';
import type { PrivacyStore } from './privacy-ports.ts';
import type { SuppressionStore } from './suppressions/suppression-ports.ts';
import type { SurveyStore } from './survey-ports.ts';
import type { ToolState, ToolStore } from './tools/tool-ports.ts';
import type { VerifyStore } from './verify/verify-ports.ts';

export type * from './claim.ts';
export type * from './commit.ts';
export type { Channel, Commitments, CommittedEvent, Told, TraitValue, TraitValues } from './commitments.ts';

/** What the pipeline needs from the world. Adapters live in `store/` and `segment/`; `main.ts` joins them. */

export interface Clock {
  readonly now: () => Instant;
}

export interface OutboxRow {
  /** Global order of commits. */
  readonly seq: number;
  readonly profileId: number;
  readonly committedAt: Instant;
  /** As decided at the commit; a `recorder` call never reaches Segment. */
  readonly channel: Channel;
  readonly call: SegmentCall;
}

/** What became of one call. */
export type Outcome =
  | { readonly result: 'delivered' }
  | { readonly result: 'recorded' }
  /** Not taken now; the whole sink pauses until then. `reason` says why. */
  | { readonly result: 'retry'; readonly at: Instant; readonly reason: string }
  /** Refused for what it is: to the dead letters. */
  | { readonly result: 'rejected'; readonly reason: string }
  /** The sink refuses us (key, permission): nothing is consumed, people are told. */
  | { readonly result: 'stopped'; readonly reason: string }
  /** No answer: it may have arrived. Sent again with the same message id. */
  | { readonly result: 'unknown'; readonly reason: string };

/** Where Segment calls go. Answers one outcome per call, in order. */
export interface SegmentSink {
  readonly name: string;
  readonly send: (calls: readonly SegmentCall[]) => Promise<readonly Outcome[]>;
  readonly close: () => Promise<void>;
}

export interface DeadLetter extends NewDeadLetter {
  readonly seq: number;
  readonly createdAt: Instant;
  readonly replayedAt: Instant | null;
}

export interface ProfileRecord {
  readonly profileId: number;
  readonly mode: Mode;
  /** Own accounts first. */
  readonly accounts: readonly { readonly customer: CustomerKey; readonly role: ClaimedAccount['role'] }[];
  readonly userId: string | null;
  readonly version: number;
  readonly dueAt: Instant | null;
  readonly parkedUntil: Instant | null;
  readonly view: string | null;
  readonly calls: readonly {
    readonly call: SegmentCall;
    readonly status: OutboxStatus;
    readonly committedAt: Instant;
  }[];
  readonly deliveries: readonly {
    readonly eventId: string;
    readonly eventType: string;
    readonly receivedAt: Instant;
    readonly end: DeliveryEnd;
    readonly detail: string | null;
  }[];
  readonly log: readonly {
    readonly version: number;
    readonly at: Instant;
    readonly ruleset: string;
    readonly lines: readonly string[];
  }[];
  readonly tools: readonly ToolState[];
}

/** What is needed to decide anew how a profile stood at an instant (semantics G7). */
export interface ProfileHistory {
  readonly mode: Mode;
  readonly userId: string | null;
  readonly accounts: readonly Pick<ClaimedAccount, 'customer' | 'role' | 'facts'>[];
  /** Hash and text of the rules of the last decision up to the instant asked; null before the first. */
  readonly ruleset: { readonly hash: string; readonly json: string } | null;
  /** When a store that had observed began to enforce; null: not by the instant asked. */
  readonly enforcedSince: Instant | null;
}

export type OutboxStatus = 'queued' | 'delivered' | 'recorded' | 'dead';

/** Counts for `/metrics`, the demo's last page and the check that nothing is lost: every delivery has one end, every call one status. */
export interface StoreCounts {
  readonly deliveries: Readonly<Record<DeliveryEnd | 'unresolved', number>>;
  readonly outbox: Readonly<Record<OutboxStatus, number>>;
  readonly deadLetters: number;
  readonly profiles: number;
  readonly inDunning: number;
  readonly parked: number;
  readonly brake: Pick<BrakeStatus, 'stop' | 'held'>;
  /** Receipt of the oldest delivery that a known customer has unread; null when none. */
  readonly oldestUnreadAt: Instant | null;
  /** Commit of the oldest queued call; null when none. */
  readonly oldestQueuedAt: Instant | null;
}

export interface Store
  extends BrakeStore,
    ObservedStore,
    ToolStore,
    ApiStore,
    PrivacyStore,
    SurveyStore,
    GuardStore,
    InterventionStore,
    VerifyStore,
    SuppressionStore {
  /** Random, made with the store: 16 hex characters. */
  readonly storeId: () => Promise<string>;
  /** Binds the store to a namespace. Refuses (throws) when Segment or a tool was told something under another. */
  readonly claimNamespace: (namespace: string) => Promise<void>;
  /** Stores all of them durably in one transaction, wakes their profiles, answers in order. */
  readonly accept: (deliveries: readonly NewDelivery[]) => Promise<readonly Acceptance[]>;
  /** Claims up to `limit` due profiles, decides each, commits all decisions in one transaction. */
  readonly work: (now: Instant, limit: number, decide: (claim: Claim) => Commit | Part | Park) => Promise<number>;
  /** The earliest instant at which a profile is due; null when none will be by time alone. */
  readonly nextDueAt: () => Promise<Instant | null>;
  /** The oldest queued calls of one channel (a paused Segment holds up no recorder) in commit order, at least one if any. */
  readonly nextCalls: (limits: {
    readonly channel: Channel;
    readonly calls: number;
    readonly bytes: number;
  }) => Promise<readonly OutboxRow[]>;
  /** Writes outcomes; `rejected` makes a dead letter. Others than delivered, recorded and rejected stay queued. */
  readonly settle: (
    outcomes: readonly { readonly seq: number; readonly outcome: Outcome }[],
    now: Instant,
  ) => Promise<void>;
  /** Makes every profile due that is in dunning and was last told to the recorder (semantics G9). Answers how many. */
  readonly wakeForEnforce: (now: Instant) => Promise<number>;
  /** Makes up to `limit` more profiles due that were decided under another ruleset (E5); 0: all were. */
  readonly wakeForRuleset: (hash: string, now: Instant, limit: number) => Promise<number>;
  /** Remembers a ruleset by its hash, so that an old decision can be read with the rules of then. */
  readonly saveRuleset: (hash: string, json: string, now: Instant) => Promise<void>;
  readonly deadLetters: (options: {
    readonly replayed: boolean;
    readonly limit: number;
  }) => Promise<readonly DeadLetter[]>;
  /**
   * Puts what the dead letters hold back in line, state as it is by then; answers how many. `null`: all that are open.
   * `readmit` reads again what the door could not assign to a customer; not understood, or without it, it stays open.
   */
  readonly replayDeadLetters: (
    seqs: readonly number[] | null,
    now: Instant,
    readmit?: (delivery: Delivery) => Pick<NewDelivery, 'keys' | 'end' | 'detail' | 'lookUp'>,
  ) => Promise<number>;
  /** By user id, provider customer id or anonymous id. */
  readonly findProfiles: (id: string) => Promise<readonly ProfileRecord[]>;
  /** All that was ever learned of a profile, and the rules of `at`; undefined if there is no such profile. */
  readonly profileHistory: (profileId: number, at: Instant) => Promise<ProfileHistory | undefined>;
  readonly counts: () => Promise<StoreCounts>;
  /** Throws when a webhook could not be stored now: `/readyz`. */
  readonly probe: () => Promise<void>;
  readonly close: () => Promise<void>;
}
