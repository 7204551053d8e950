import type { DatabaseSync } from 'node:sqlite';
import type { Instant } from '../../../domain/instant.ts';
import type { Commit, Part } from '../../../pipeline/ports.ts';
import type { ReadClaim } from '../claims.ts';
import type { DeadLetterWriter } from '../dead-letter-rows.ts';
import { prepare } from '../statement.ts';
import { makeAbsorption } from './absorption.ts';
import { type Aliases, isUserAlias, userIdOf } from './aliases.ts';
import { findAccount } from './find-account.ts';
import { makeMoves } from './moves.ts';
import { parseCommitments } from './stored-commitments.ts';

/** Which accounts are one person's (semantics F2). For use inside a write transaction. */
export interface Joins {
  /** Joins the profile to another that is known by the same alias. False: there is none, and what the commit names is its own. */
  readonly settle: (read: ReadClaim, commit: Commit) => boolean;
  readonly part: (read: ReadClaim, part: Part) => void;
}

const COMMITMENTS = 'SELECT commitments FROM profiles WHERE id = ?';

/** What the accounts of the commit are known by, users first. */
const namedBy = ({ accounts }: Commit): readonly string[] => {
  const named = new Set(accounts.flatMap(({ aliases }) => aliases));
  return [...[...named].filter(isUserAlias), ...[...named].filter((alias) => !isUserAlias(alias))];
};

export const makeJoins = (db: DatabaseSync, aliases: Aliases, deadLetters: DeadLetterWriter): Joins => {
  const commitments = prepare<{ commitments: string | null }>(db, COMMITMENTS);
  const moves = makeMoves(db);
  const { absorb } = makeAbsorption(db, deadLetters);

  const toldUser = (profileId: number): string | null =>
    parseCommitments(commitments.get(profileId)?.commitments ?? null).userId;
  /** The user that it is known as, or was told to be. */
  const userOf = (profileId: number): string | null => userIdOf(aliases.of(profileId)) ?? toldUser(profileId);

  /** Somebody of whom nobody knew who it is, or the same person: nothing is left of it. Else it is to be cleared. */
  const leave = (giver: number, holder: number, now: Instant): void => {
    const user = userOf(giver);
    if (user === null || (user === userOf(holder) && userIdOf(aliases.of(giver)) === null)) absorb(giver, holder, now);
    else moves.wakeFirst(giver, now);
  };

  const join = (giver: number, holder: number, now: Instant): void => {
    moves.hold([giver, holder]);
    moves.all(giver, holder, now);
    leave(giver, holder, now);
    moves.wake(holder, now);
  };

  /** An email says less than a user id: of two who have one, each stays who it is. */
  const joinByEmail = (profileId: number, hasUser: boolean, holder: number, now: Instant): boolean => {
    if (!hasUser) join(profileId, holder, now);
    else if (userOf(holder) === null) join(holder, profileId, now);
    else return false;
    return true;
  };

  /** Known by something new: the user takes the place of the former one, as long as that one has nothing else to hear. */
  const rename = (read: ReadClaim, user: string, now: Instant): boolean => {
    const { profileId, mode } = read.claim;
    const former = read.aliases.find(isUserAlias);
    const isContact = read.accounts.some(({ role }) => role === 'contact');
    if (former !== undefined && isContact) {
      join(profileId, aliases.findOrMakeUser(mode, user.slice(user.indexOf(':') + 1)), now);
      return true;
    }
    if (former !== undefined) aliases.release(mode, former);
    aliases.take(mode, user, profileId);
    return false;
  };

  /** True: the two were joined. */
  const claimAlias = (read: ReadClaim, alias: string, hasUser: boolean, now: Instant): boolean => {
    const { profileId, mode } = read.claim;
    const holder = aliases.holder(mode, alias);
    if (holder === profileId) return false;
    if (isUserAlias(alias)) {
      if (holder === undefined) return rename(read, alias, now);
      join(profileId, holder, now);
      return true;
    }
    if (holder !== undefined) return joinByEmail(profileId, hasUser, holder, now);
    aliases.take(mode, alias, profileId);
    return false;
  };

  const releaseStale = (read: ReadClaim, commit: Commit, named: readonly string[]): void => {
    const owned = read.accounts.filter(({ role }) => role === 'owner').length;
    if (commit.accounts.length < owned) return;
    for (const alias of read.aliases) {
      if (!isUserAlias(alias) && !named.includes(alias)) aliases.release(read.claim.mode, alias);
    }
  };

  return {
    settle: (read, commit) => {
      const named = namedBy(commit);
      const hasUser = read.claim.userId !== null || named.some(isUserAlias);
      for (const alias of named) {
        if (!read.aliases.includes(alias) && claimAlias(read, alias, hasUser, commit.at)) return true;
      }
      releaseStale(read, commit, named);
      return false;
    },
    part: (read, { profileId, at, accounts }) => {
      const { mode, userId: own } = read.claim;
      const moving = accounts.flatMap(({ customer, userId }) =>
        userId === null || userId === own ? [] : [{ customer, holder: aliases.findOrMakeUser(mode, userId) }],
      );
      const holders = [...new Set(moving.map(({ holder }) => holder))];
      moves.hold([profileId, ...holders]);
      for (const { customer, holder } of moving) moves.one(findAccount(read, customer).customerId, holder, at);
      const [heir] = holders;
      const isEmpty = moving.length >= read.accounts.filter(({ role }) => role === 'owner').length;
      if (isEmpty && heir !== undefined) leave(profileId, heir, at);
      else moves.wakeFirst(profileId, at);
      for (const holder of holders) moves.wake(holder, at);
    },
  };
};
