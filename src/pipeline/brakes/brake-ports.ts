import type { Mode } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';

/** What the brakes need of the store (semantics G10). */

/** How the brakes stand to one profile as it is claimed. */
export type BrakeState =
  /** Entries go. */
  | 'off'
  /** Entries of everybody are held back until a person releases them. */
  | 'engaged'
  /** A person released this one, whatever happened since: it enters and is not counted again. */
  | 'released';

/** When the brake engages: the policy's words, as the commit that counts needs them. */
export interface BrakeLimit {
  /** Of the known people; above 0, up to 1. */
  readonly share: number;
  readonly withinMs: number;
  readonly fromPeople: number;
}

/** What a decision means for the brakes. */
export interface CommitBrake {
  /** Why entries into messaging are held back; null: they are not. */
  readonly held: 'share' | 'person' | null;
  /**
   * It enters somebody who is to be counted: where that makes too many, the brake engages, the decision is dropped and the
   * profile is decided again. Null: nobody enters, or nothing counts.
   */
  readonly counts: BrakeLimit | null;
}

/** The time for which entries were, or are, held back. */
export interface BrakeStop {
  readonly engagedAt: Instant;
  /** How many had entered within the time, with the one that was too many, of how many known. */
  readonly entered: number;
  readonly known: number;
  readonly releasedAt: Instant | null;
  /** Who released it and why; null while it holds. */
  readonly actor: string | null;
  readonly reason: string | null;
}

export interface BrakeStatus {
  /** The stop that holds now; null: none does. */
  readonly stop: BrakeStop | null;
  /** People whose entry waits for a release, and those who wait for room of their own. */
  readonly held: { readonly share: number; readonly person: number };
  /** Newest first, at most ten; without the one that holds. */
  readonly past: readonly BrakeStop[];
}

/** Somebody whose entry into messaging waits. */
export interface HeldPerson {
  readonly userId: string | null;
  readonly mode: Mode;
  /** A billing customer of theirs, by the provider's id: all there is to look for while no user id is known. */
  readonly customer: string | null;
  /** `share`: until a release; `person`: until there is room of their own. */
  readonly cause: 'share' | 'person';
  readonly since: Instant;
  /** Where the person stands by the last decision. */
  readonly stage: string | null;
}

export interface BrakeRelease {
  readonly actor: string;
  readonly reason: string;
}

export interface BrakeStore {
  readonly brakeStatus: () => Promise<BrakeStatus>;
  /** Who waits, for a release first, of these whoever waits longest; at most `limit`. */
  readonly heldPeople: (limit: number) => Promise<readonly HeldPerson[]>;
  /**
   * Lets entries go again and makes all who were held back due: they are decided again, and enter if it is still true.
   * Null: no brake was engaged, and nothing is written. Else how many are due.
   */
  readonly releaseBrake: (release: BrakeRelease, now: Instant) => Promise<number | null>;
  /**
   * Remembers that nothing leaves from here on (`observe`) or that something may. Answers since when a store that had
   * observed enforces: written once, and null for one that never observed, or never enforced.
   */
  readonly noteMode: (mode: 'observe' | 'enforce', now: Instant) => Promise<Instant | null>;
}
