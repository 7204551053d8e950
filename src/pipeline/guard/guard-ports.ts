import type { Mode } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import type { BrakeState } from '../brakes/brake-ports.ts';
import type { ClaimedAccount } from '../claim.ts';
import type { Commitments } from '../commitments.ts';

/** What the guard needs of the store. */

/** A billing customer of the person who is asked about. */
export interface GuardedAccount extends Pick<ClaimedAccount, 'customer' | 'role' | 'facts'> {
  /** All that is unread, a contact's too: whoever is only told about an account must not hear of what was paid. */
  readonly deliveries: ClaimedAccount['deliveries'];
}

export interface GuardRead {
  readonly userId: string;
  readonly now: Instant;
  /** Hash of the rules that hold now: what was decided under others is no answer. */
  readonly ruleset: string;
}

/** What is stored of a person: the committed view where it still holds, else all that it takes to decide. */
export type Guarded =
  /** Nothing is unread, and the view's `until` is not reached. `view`: JSON, as it was committed. */
  | { readonly holds: true; readonly view: string }
  | {
      readonly holds: false;
      readonly accounts: readonly GuardedAccount[];
      /** When a store that had observed began to enforce (semantics D3). */
      readonly enforcedSince: Instant | null;
      /** Of the person: what happens in test mode may go elsewhere. */
      readonly mode: Mode;
      /** As the loop would claim the person: what it would hold back, and what was said before (semantics G10). */
      readonly brake: BrakeState;
      readonly commitments: Commitments;
    };

/** Reads committed state only, all of it from one snapshot, and writes nothing. */
export interface GuardStore {
  /**
   * The live person of this user id, or the test-mode one where there is no live one; null: nobody.
   * Rejects when the store fails, or holds more unread of the person than one decision takes.
   */
  readonly readGuarded: (read: GuardRead) => Promise<Guarded | null>;
}
