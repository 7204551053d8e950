import type { DatabaseSync } from 'node:sqlite';
import type { CustomerKey } from '../../../domain/ids.ts';
import type { Instant } from '../../../domain/instant.ts';
import type { Commit, Part } from '../../../pipeline/ports.ts';
import type { ReadClaim } from '../claims.ts';
import { userIdOf } from '../people/aliases.ts';
import { findAccount } from '../people/find-account.ts';
import { makeMoves } from '../people/moves.ts';
import { prepare } from '../statement.ts';
import { makePersons } from './erase-person.ts';
import { makeRemoval } from './erase-removal.ts';
import { overwriting } from './overwriting.ts';
import { makeTombstones } from './tombstones.ts';

/** People who come back under the id of somebody who was erased. For use inside a write transaction. */
export interface Returning {
  /**
   * Erases the accounts of a decision that name an erased user: with their profile while it is nobody else's, else they
   * part from it first. Answers whether there are any: the decision is dropped, and whoever stays is due.
   */
  readonly erase: (read: ReadClaim, decision: Commit | Part) => boolean;
}

interface Named {
  readonly customer: CustomerKey;
  readonly userId: string | null;
}

const namedIn = (decision: Commit | Part): readonly Named[] =>
  decision.outcome === 'parted'
    ? decision.accounts
    : decision.accounts.map(({ customer, aliases }) => ({ customer, userId: userIdOf(aliases) }));

export const makeReturning = (db: DatabaseSync): Returning => {
  const tombstones = makeTombstones(db);
  const persons = makePersons(db);
  const moves = makeMoves(db);
  const { remove } = makeRemoval(db);
  const newProfile = prepare(db, 'INSERT INTO profiles (mode) VALUES (?)');

  /** The accounts as a profile by themselves: of whom they leave, nothing is erased. */
  const partFrom = (read: ReadClaim, leaving: readonly Named[], now: Instant): number => {
    const { profileId, mode } = read.claim;
    const parted = newProfile.insert(mode);
    moves.hold([profileId]);
    for (const { customer } of leaving) moves.one(findAccount(read, customer).customerId, parted, now);
    moves.wakeFirst(profileId, now);
    return parted;
  };

  return {
    erase: (read, decision) => {
      const { profileId, mode, userId: own } = read.claim;
      const isErased = (id: string | null): boolean => id !== null && tombstones.has({ kind: 'user', mode, id });
      const named = namedIn(decision);
      const gone = named.filter(({ userId }) => isErased(userId));
      if (gone.length === 0) return false;
      const isTheirs = own === null && named.every(({ userId }) => userId === null || isErased(userId));
      overwriting(db, () => {
        const erased = isTheirs ? profileId : partFrom(read, gone, decision.at);
        remove(persons.of([erased]), decision.at, []);
      });
      return true;
    },
  };
};
