import type { CustomerKey } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import type { Policy } from '../domain/policy.ts';

/** Whom an erasure is about: everything by which the person is known here and in the tools. */
export interface Erased {
  readonly customers: readonly CustomerKey[];
  readonly userIds: readonly string[];
  /** Users whom they were linked to before and who are nobody else's here: forgotten here, and elsewhere only if asked. */
  readonly formerUserIds: readonly string[];
  readonly anonymousIds: readonly string[];
  readonly emails: readonly string[];
  /** Rows that were deleted, by table; before the deletion: that would be. */
  readonly rows: Readonly<Record<string, number>>;
}

/** How far an erasure goes beyond the store. */
export interface EraseScope {
  /** Tools in which the person is to be deleted, beside those that were told of them. */
  readonly tools?: readonly string[];
  /** The former users are the same person: they are deleted in the tools and kept out as well. */
  readonly former?: boolean;
}

/** One id that is still to be deleted outside of the store. */
export interface ToolDeletion {
  /** `segment`, or the key of a tool. */
  readonly tool: string;
  /** `user`: the tool's external id: of a user, or where it is told of accounts or episodes, of one of these. */
  readonly kind: 'user' | 'anonymous';
  readonly id: string;
  /** Not before: a call that was under way when the person was erased would bring the person back. */
  readonly notBefore: Instant;
}

/** What a sweep deleted, by table; `more` when the limit was reached. */
export interface Swept {
  readonly rows: Readonly<Record<string, number>>;
  readonly more: boolean;
}

/** The part of the store that forgets. */
export interface PrivacyStore {
  /** What `erase` would find; nothing is changed. Null: nobody found. */
  readonly findErasable: (id: string) => Promise<Erased | null>;
  /**
   * Deletes every trace of the persons found under `id` (user id, customer id, anonymous id or email) and leaves a
   * tombstone: a keyed hash of each id, so that what comes later about them is dropped at the door. Null: nobody found.
   * What is to be deleted in tools is kept until it is settled.
   */
  readonly erase: (id: string, now: Instant, scope?: EraseScope) => Promise<Erased | null>;
  /** Ends what a process that died while it erased has left. Answers how many erasures it was. */
  readonly finishErasures: (now: Instant) => Promise<number>;
  /**
   * Writes the files anew without what was deleted, and empties the log of writes. Answers false when another process
   * reads an older state of the store for longer than it waits: then bytes of what was deleted may still be in the log.
   */
  readonly compact: () => Promise<boolean>;
  /** What is still to be deleted outside of the store, in order of tool. */
  readonly toolDeletions: () => Promise<readonly ToolDeletion[]>;
  /** These are deleted: their ids are forgotten. */
  readonly settleToolDeletions: (done: readonly Pick<ToolDeletion, 'tool' | 'kind' | 'id'>[]) => Promise<void>;
  /** Deletes up to `limit` rows whose retention is over. */
  readonly sweep: (retention: Policy['retention'], now: Instant, limit: number) => Promise<Swept>;
}
