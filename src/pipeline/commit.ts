import type { Fact } from '../domain/fact.ts';
import type { CustomerKey } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import type { CommitBrake } from './brakes/brake-ports.ts';
import type { DeliveryReading } from './claim.ts';
import type { Channel, Commitments, TraitValues } from './commitments.ts';
import type { CommitSuppressions } from './suppressions/suppression-ports.ts';
import type { ToolChange } from './tools/tool-ports.ts';

/** What goes out of a decision, to be committed whole or not at all. */

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
  /** Who is to hear no more of dunning by this decision, for the ledger. */
  readonly suppressions: CommitSuppressions;
  readonly deadLetters: readonly NewDeadLetter[];
  /** Replaces the stored ones. */
  readonly commitments: Commitments;
  readonly brake: CommitBrake;
  /** In dunning now, held back or not: whom a switch to enforce must tell (semantics G9). */
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
