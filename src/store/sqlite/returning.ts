import type { DatabaseSync } from 'node:sqlite';
import type { Instant } from '../../domain/instant.ts';
import type { AccountCommit } from '../../pipeline/ports.ts';
import { makePersons } from './erase-person.ts';
import { makeRemoval } from './erase-removal.ts';
import { overwriting } from './overwriting.ts';
import { makeTombstones } from './tombstones.ts';

/** People who come back under the id of somebody who was erased. For use inside a write transaction. */
export interface Returning {
  /** Erases the profile that a decision is about when its accounts name an erased user; answers whether it was so. */
  readonly erase: (profileId: number, userId: string | null, named: readonly AccountCommit[], now: Instant) => boolean;
}

export const makeReturning = (db: DatabaseSync): Returning => {
  const tombstones = makeTombstones(db);
  const persons = makePersons(db);
  const { remove } = makeRemoval(db);
  const isErased = ({ customer: { mode }, aliases }: AccountCommit): boolean =>
    aliases.some((alias) => alias.startsWith('user:') && tombstones.has({ kind: 'user', mode, id: alias.slice(5) }));
  return {
    erase: (profileId, userId, named, now) => {
      // Whoever has an id of their own stays, whatever they are called next.
      if (userId !== null || !named.some(isErased)) return false;
      overwriting(db, () => remove(persons.of([profileId]), now, []));
      return true;
    },
  };
};
