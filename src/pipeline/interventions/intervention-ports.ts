import type { Mode } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import type { ClaimedAccount } from '../claim.ts';

/** What interventions need of the store. */

/** A profile with all that it takes to decide now, whether the loop has read it or not. */
export interface WholePerson {
  readonly mode: Mode;
  readonly userId: string | null;
  /** Own ones first. */
  readonly accounts: readonly Omit<ClaimedAccount, 'events'>[];
  /** When a store that had observed began to enforce (semantics D3). */
  readonly enforcedSince: Instant | null;
}

export interface InterventionStore {
  /** Everybody who is found under a user id, billing customer id or anonymous id, live and in test mode. */
  readonly findPeople: (id: string) => Promise<readonly WholePerson[]>;
}
