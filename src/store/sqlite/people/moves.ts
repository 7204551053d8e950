import type { DatabaseSync } from 'node:sqlite';
import type { Instant } from '../../../domain/instant.ts';
import { prepare } from '../statement.ts';

/** Moves accounts between profiles. For use inside a write transaction. */
export interface Moves {
  /** Holds the profiles, in order of id; what is being decided of them from what they were is dropped. */
  readonly hold: (profileIds: readonly number[]) => void;
  /** All accounts of one, and what they are known by but for the user, to another. */
  readonly all: (from: number, to: number) => void;
  readonly one: (customerId: number, to: number) => void;
  /** Due at `now`, or when its parking ends. */
  readonly wake: (profileId: number, now: Instant) => void;
  /** Due as well, and decided before whoever is woken at `now`: whom the accounts left is cleared first. */
  readonly wakeFirst: (profileId: number, now: Instant) => void;
}

// The version is raised so that a decision under way, which read other accounts, is made again.
const HOLD = 'UPDATE profiles SET version = version + 1 WHERE id = ?';
const MOVE_ALL = 'UPDATE customers SET profile_id = ?2 WHERE profile_id = ?1';
const MOVE_ONE = 'UPDATE customers SET profile_id = ?2 WHERE id = ?1';
const MOVE_EMAILS = `UPDATE profile_aliases SET profile_id = ?2 WHERE profile_id = ?1 AND substr(alias, 1, 5) <> 'user:'`;
const NO_CONTACT_OF_ITS_OWN = `DELETE FROM account_contacts WHERE profile_id = ?1
  AND customer_id IN (SELECT id FROM customers WHERE profile_id = ?1)`;
const WAKE = `UPDATE profiles SET wakes = wakes + 1, due_at = max(?1, coalesce(parked_until, 0)) WHERE id = ?2`;

export const makeMoves = (db: DatabaseSync): Moves => {
  const hold = prepare(db, HOLD);
  const moveAll = prepare(db, MOVE_ALL);
  const moveOne = prepare(db, MOVE_ONE);
  const moveEmails = prepare(db, MOVE_EMAILS);
  const noContactOfItsOwn = prepare(db, NO_CONTACT_OF_ITS_OWN);
  const wake = prepare(db, WAKE);
  return {
    hold: (profileIds) => {
      for (const id of [...new Set(profileIds)].sort((a, b) => a - b)) hold.run(id);
    },
    all: (from, to) => {
      moveAll.run(from, to);
      moveEmails.run(from, to);
      noContactOfItsOwn.run(to);
    },
    one: (customerId, to) => {
      moveOne.run(customerId, to);
      noContactOfItsOwn.run(to);
    },
    wake: (profileId, now) => {
      wake.run(now, profileId);
    },
    wakeFirst: (profileId, now) => {
      wake.run(now - 1, profileId);
    },
  };
};
