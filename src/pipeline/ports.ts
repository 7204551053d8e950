import type { DeliveryKeys, Fact } from '../domain/fact.ts';
import type { CustomerKey, Mode } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import type { ApiStore } from './api/api-ports.ts';
import type { Channel, Commitments, CommittedEvent, TraitValues } from './commitments.ts';
import type { PrivacyStore } from './privacy-ports.ts';
import type { SurveyStore } from './survey-ports.ts';
import type { ToolChange, ToolState, ToolStore } from './tools/tool-ports.ts';

export type { Channel, Commitments, CommittedEvent, Told, TraitValue, TraitValues } from './commitments.ts';

/** What the pipeline needs from the world. Adapters live in `store/` and `segment/`; `main.ts` joins them. */

export interface Clock {
  readonly now: () => Instant;
}

/** The three ends of a delivery (semantics A4); `unread` until the loop has read it. */
export type DeliveryEnd = 'unread' | 'understood' | 'ignored' | 'dead_letter';

/**
 * How a delivery came, and what may be said of it. `webhook`: sent to us, or found missing by the reconciler: news.
 * `lookup`: fetched to complete what came: news. `backfill`: history; gives state, and by `emit` what is said (E6):
 * `none` nothing, `open` what belongs to episodes still open, `all` everything.
 */
export type DeliverySource = 'webhook' | 'lookup' | 'backfill' | 'backfill_open' | 'backfill_all';

export interface NewDelivery {
  readonly keys: DeliveryKeys;
  readonly source: DeliverySource;
  readonly rawBody: string;
  readonly receivedAt: Instant;
  readonly end: 'unread' | 'ignored' | 'dead_letter';
  /** The reason it is ignored, or the error; null when unread. */
  readonly detail: string | null;
  /**
   * It says what happened and nothing of it: JSON of what is to be fetched. It is unread and names no customer until the
   * look-up of kind `event` under its event id has ended.
   */
  readonly lookUp?: string;
}

/** `duplicate`: the same (provider, merchant, mode, event id) is already stored; nothing was written. */
export type Acceptance =
  | 'stored'
  | 'duplicate'
  /** It is about an erased person: nothing was written and nothing will be. */
  | 'erased';

export interface Delivery {
  readonly seq: number;
  readonly provider: string;
  readonly eventId: string;
  readonly eventType: string;
  readonly rawBody: string;
  readonly receivedAt: Instant;
  readonly source: DeliverySource;
}

/** A billing customer of a profile, with what is known of it. */
export interface ClaimedAccount {
  readonly customer: CustomerKey;
  /** `owner`: its deliveries are read and its events said by this profile. `contact`: the person is told about it. */
  readonly role: 'owner' | 'contact';
  /** Unread, in order of arrival; none of a contact's. */
  readonly deliveries: readonly Delivery[];
  /** Already read, in any order. */
  readonly facts: readonly Fact[];
  /** What was said of it, by whatever profile; none of a contact's. */
  readonly events: readonly CommittedEvent[];
}

/** A due profile with all that a decision needs. */
export interface Claim {
  /** The store's own id, so that what a new store says is never taken for what an old one said. */
  readonly storeId: string;
  readonly profileId: number;
  /** Number of the last commit; 0 before the first. */
  readonly version: number;
  readonly mode: Mode;
  /** The person; null while nobody is named: then it has one account. */
  readonly userId: string | null;
  /** Own ones first, then by age. None: all were linked to somebody else. */
  readonly accounts: readonly ClaimedAccount[];
  readonly commitments: Commitments;
  /** When and by which ruleset the last commit was decided; null before the first. */
  readonly decided: { readonly at: Instant; readonly ruleset: string } | null;
  /** Consecutive failed decisions, for the backoff. */
  readonly failures: number;
  /** Since when it is due: the boundary that woke it, or the receipt of a delivery. */
  readonly dueAt: Instant;
}

export interface DeliveryReading {
  readonly seq: number;
  readonly end: Exclude<DeliveryEnd, 'unread'>;
  /** Fact kinds, the reason it is ignored, or the error. */
  readonly detail: string;
}

/** One call to Segment, exactly as it leaves. */
export interface SegmentCall {
  readonly type: 'track' | 'identify' | 'group';
  readonly messageId: string;
  readonly userId?: string;
  readonly anonymousId?: string;
  /** ISO 8601 with milliseconds and `Z`. */
  readonly timestamp: string;
  readonly context: Readonly<Record<string, unknown>>;
  readonly integrations: Readonly<Record<string, boolean>>;
  /** track only */
  readonly event?: string;
  readonly properties?: Readonly<Record<string, unknown>>;
  /** identify and group */
  readonly traits?: TraitValues;
  /** group only */
  readonly groupId?: string;
}

export interface NewOutboxCall {
  readonly call: SegmentCall;
  readonly channel: Channel;
}

export interface NewDeadLetter {
  readonly kind: 'delivery' | 'decision' | 'call' | 'tool';
  /** What it is about: `stripe evt_…`, `profile 12`, a message id, `braze user_42`. */
  readonly subject: string;
  /** A code of the error registry. */
  readonly code: string;
  readonly message: string;
  /** What a person needs to judge and replay it, as JSON text without secrets. */
  readonly payload: string;
  /** Money at stake in minor units with its currency, to sort by; null when unknown. */
  readonly amountMinor: number | null;
  readonly currency: string | null;
}

/** What one decision changes of one account that the profile owns. */
export interface AccountCommit {
  readonly customer: CustomerKey;
  /** New facts only. */
  readonly facts: readonly Fact[];
  readonly references: readonly string[];
  /** Newly committed message ids; `silent` ones were never sent (semantics E5). */
  readonly events: readonly { readonly messageId: string; readonly event: string; readonly silent: boolean }[];
  /** Conclusions that no longer hold, and those that hold again. */
  readonly refuted: readonly string[];
  readonly restored: readonly string[];
  /** Whose the account is, strongest first: `user:<id>`, `email:<address>`; a profile holds each once per mode (F2). */
  readonly aliases: readonly string[];
  /** Users who are told about it besides its own. */
  readonly contactUserIds: readonly string[];
  /** What the facts miss and the provider's API may tell; asked for once each. */
  readonly wanted: readonly Wanted[];
}

/** A missing piece: an object of the provider that says what the webhooks did not. */
export interface Wanted {
  /** What it is asked for, and of what: at most one look-up of each per object. */
  readonly kind: 'customer' | 'decline' | 'price' | 'payment_method';
  /** The customer, the attempt's key (it begins with the invoice), the subscription with the price, the method. */
  readonly objectId: string;
}

/**
 * The accounts of a profile name several people: nothing is read or decided. The store moves those that name another
 * than the profile's to the profile of whom they name, and makes all of them due (semantics F2).
 */
export interface Part {
  readonly outcome: 'parted';
  readonly profileId: number;
  readonly version: number;
  readonly at: Instant;
  readonly accounts: readonly { readonly customer: CustomerKey; readonly userId: string | null }[];
}

/**
 * Everything that one decision changes; committed whole or not at all. Where an alias of it is another profile's, the
 * store joins the two instead, makes the result due and drops this decision (semantics F2).
 */
export interface Commit {
  readonly outcome: 'decided';
  readonly profileId: number;
  readonly version: number;
  readonly at: Instant;
  readonly ruleset: string;
  readonly readings: readonly DeliveryReading[];
  readonly accounts: readonly AccountCommit[];
  readonly outbox: readonly NewOutboxCall[];
  readonly tools: readonly ToolChange[];
  readonly deadLetters: readonly NewDeadLetter[];
  /** Replaces the stored ones. */
  readonly commitments: Commitments;
  /** In dunning now: whom a switch to enforce must tell (semantics G9). */
  readonly inDunning: boolean;
  /** The present state for `recoup profile`, as JSON text. */
  readonly view: string;
  /** First instant at which the view could change by time alone. */
  readonly dueAt: Instant | null;
  /** What was decided and why, one line each: the decision log. */
  readonly log: readonly string[];
}

/** The decision threw: nothing changes but the profile's backoff and a dead letter. */
export interface Park {
  readonly outcome: 'parked';
  readonly profileId: number;
  readonly at: Instant;
  readonly retryAt: Instant;
  readonly deadLetter: NewDeadLetter;
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
  /** Receipt of the oldest delivery that a known customer has unread; null when none. */
  readonly oldestUnreadAt: Instant | null;
  /** Commit of the oldest queued call; null when none. */
  readonly oldestQueuedAt: Instant | null;
}

export interface Store extends ToolStore, ApiStore, PrivacyStore, SurveyStore {
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
    readmit?: (delivery: Delivery) => Pick<NewDelivery, 'keys' | 'end' | 'detail'>,
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
