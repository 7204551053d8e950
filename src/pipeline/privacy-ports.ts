import type { CustomerKey } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import type { Policy } from '../domain/policy.ts';

/** Whom an erasure is about: everything by which the person is known here and in the tools. */
export interface Erased {
  readonly customers: readonly CustomerKey[];
  readonly userIds: readonly string[];
  readonly anonymousIds: readonly string[];
  readonly emails: readonly string[];
  /** Rows that were deleted, by table. */
  readonly rows: Readonly<Record<string, number>>;
}

/** What a sweep deleted, by table; `more` when the limit was reached. */
export interface Swept {
  readonly rows: Readonly<Record<string, number>>;
  readonly more: boolean;
}

/** The part of the store that forgets. */
export interface PrivacyStore {
  /**
   * Deletes every trace of the persons found under `id` (user id, customer id, anonymous id or email) and leaves a
   * tombstone: a keyed hash of each id, so that what comes later about them is dropped at the door. Null: nobody found.
   */
  readonly erase: (id: string, now: Instant) => Promise<Erased | null>;
  /** Deletes up to `limit` rows whose retention is over. */
  readonly sweep: (retention: Policy['retention'], now: Instant, limit: number) => Promise<Swept>;
}
