import type { DatabaseSync } from 'node:sqlite';
import type { Instant } from '../../../domain/instant.ts';
import { prepare } from '../statement.ts';
import { makeToolMoves } from '../tools/tool-moves.ts';
import { makeHandOverTold } from './told-of-accounts.ts';

/** Moves accounts between profiles. For use inside a write transaction. */
export interface Moves {
  /** Holds the profiles; what is being decided of them from what they were is dropped. */
  readonly hold: (profileIds: readonly number[]) => void;
  /** All accounts of one, and what they are known by but for the user, to another. What tools are told of them goes along. */
  readonly all: (from: number, to: number, now: Instant) => void;
  readonly one: (customerId: number, to: number, now: Instant) => void;
  /** Due at `now`, or when its parking ends. */
  readonly wake: (profileId: number, now: Instant) => void;
  /** Due as well, and decided before whoever is woken at `now`: whom the accounts left is cleared first. */
  readonly wakeFirst: (profileId: number, now: Instant) => void;
}

// The version is raised so that a decision under way, which read other accounts, is made again; above that of all, since
// what tools are to be told of an account is numbered by the versions of whose it is, and must never go back.
const NEWEST = 'SELECT max(version) AS version FROM profiles WHERE id IN (SELECT value FROM json_each(?))';
const HOLD = 'UPDATE profiles SET version = ?2 WHERE id IN (SELECT value FROM json_each(?1))';
const OWNED = 'SELECT id FROM customers WHERE profile_id = ?';
const MOVE_ONE = 'UPDATE customers SET profile_id = ?2 WHERE id = ?1';
const MOVE_EMAILS = `UPDATE profile_aliases SET profile_id = ?2 WHERE profile_id = ?1 AND substr(alias, 1, 5) <> 'user:'`;
const NO_CONTACT_OF_ITS_OWN = `DELETE FROM account_contacts WHERE profile_id = ?1
  AND customer_id IN (SELECT id FROM customers WHERE profile_id = ?1)`;
const WAKE = `UPDATE profiles SET wakes = wakes + 1, due_at = max(?1, coalesce(parked_until, 0)) WHERE id = ?2`;

export const makeMoves = (db: DatabaseSync): Moves => {
  const newest = prepare<{ version: number | null }>(db, NEWEST);
  const hold = prepare(db, HOLD);
  const owned = prepare<{ id: number }>(db, OWNED);
  const moveOne = prepare(db, MOVE_ONE);
  const moveEmails = prepare(db, MOVE_EMAILS);
  const noContactOfItsOwn = prepare(db, NO_CONTACT_OF_ITS_OWN);
  const wake = prepare(db, WAKE);
  const handOverTold = makeHandOverTold(db);
  const moveTools = makeToolMoves(db).account;
  const move = (customerId: number, to: number, now: Instant): void => {
    handOverTold(customerId, to);
    moveTools(customerId, to, now);
    moveOne.run(customerId, to);
  };
  return {
    hold: (profileIds) => {
      const ids = JSON.stringify(profileIds);
      hold.run(ids, 1 + (newest.get(ids)?.version ?? 0));
    },
    all: (from, to, now) => {
      for (const { id } of owned.all(from)) move(id, to, now);
      moveEmails.run(from, to);
      noContactOfItsOwn.run(to);
    },
    one: (customerId, to, now) => {
      move(customerId, to, now);
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
