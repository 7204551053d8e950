import type { DatabaseSync } from 'node:sqlite';
import type { Mode } from '../../../domain/ids.ts';
import { prepare } from '../statement.ts';

const USER = 'user:';

export const isUserAlias = (alias: string): boolean => alias.startsWith(USER);

/** The alias by which a user is known. */
export const userAlias = (userId: string): string => `${USER}${userId}`;

/** The user id among the aliases of one profile; null where none is a user's. */
export const userIdOf = (aliases: readonly string[]): string | null =>
  aliases.find(isUserAlias)?.slice(USER.length) ?? null;

/** By what people are known, each in one mode. For use inside a write transaction. */
export interface Aliases {
  /** Id of the profile that is known by it. */
  readonly holder: (mode: Mode, alias: string) => number | undefined;
  /** Of one profile. */
  readonly of: (profileId: number) => readonly string[];
  /** Nobody else may hold it. */
  readonly take: (mode: Mode, alias: string, profileId: number) => void;
  readonly release: (mode: Mode, alias: string) => void;
  /** The profile that is known as the user, made where there is none. */
  readonly findOrMakeUser: (mode: Mode, userId: string) => number;
}

const HOLDER = 'SELECT profile_id AS profileId FROM profile_aliases WHERE alias = ? AND mode = ?';
const OF = 'SELECT alias FROM profile_aliases WHERE profile_id = ? ORDER BY alias';
const TAKE = 'INSERT INTO profile_aliases (alias, mode, profile_id) VALUES (?, ?, ?)';
const RELEASE = 'DELETE FROM profile_aliases WHERE alias = ? AND mode = ?';

export const makeAliases = (db: DatabaseSync): Aliases => {
  const findHolder = prepare<{ profileId: number }>(db, HOLDER);
  const of = prepare<{ alias: string }>(db, OF);
  const insert = prepare(db, TAKE);
  const remove = prepare(db, RELEASE);
  const newProfile = prepare(db, 'INSERT INTO profiles (mode) VALUES (?)');
  const holder = (mode: Mode, alias: string): number | undefined => findHolder.get(alias, mode)?.profileId;
  return {
    holder,
    of: (profileId) => of.all(profileId).map(({ alias }) => alias),
    take: (mode, alias, profileId) => {
      insert.run(alias, mode, profileId);
    },
    release: (mode, alias) => {
      remove.run(alias, mode);
    },
    findOrMakeUser: (mode, userId) => {
      const alias = userAlias(userId);
      const known = holder(mode, alias);
      if (known !== undefined) return known;
      const profileId = newProfile.insert(mode);
      insert.run(alias, mode, profileId);
      return profileId;
    },
  };
};
