import type { DeliveryKeys, Fact } from '../domain/fact.ts';
import type { CustomerKey, Mode } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import type { BrakeState } from './brakes/brake-ports.ts';
import type { Commitments, CommittedEvent } from './commitments.ts';

/** What comes in: deliveries, and a due profile with all that a decision needs. */

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
  /** The person; null while nobody is named. */
  readonly userId: string | null;
  /** By which the person was told, or would have been, before anybody was named; null before the first commit. */
  readonly anonymousId: string | null;
  /** Own ones first, then by age. None: all were linked to somebody else. */
  readonly accounts: readonly ClaimedAccount[];
  readonly commitments: Commitments;
  /** When and by which ruleset the last commit was decided; null before the first. */
  readonly decided: { readonly at: Instant; readonly ruleset: string } | null;
  /** Consecutive failed decisions, for the backoff. */
  readonly failures: number;
  readonly brake: BrakeState;
  /** When a store that had observed began to enforce; null where it never observed, or still does. */
  readonly enforcedSince: Instant | null;
  /** Since when it is due: the boundary that woke it, or the receipt of a delivery. */
  readonly dueAt: Instant;
}

export interface DeliveryReading {
  readonly seq: number;
  readonly end: Exclude<DeliveryEnd, 'unread'>;
  /** Fact kinds, the reason it is ignored, or the error. */
  readonly detail: string;
}
