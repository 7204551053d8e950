import type { DatabaseSync } from 'node:sqlite';
import type { Instant } from '../../../domain/instant.ts';
import type { Absorbed, Commitments } from '../../../pipeline/commitments.ts';
import type { DeadLetterWriter } from '../dead-letter-rows.ts';
import { prepare } from '../statement.ts';
import { makeToolMoves } from '../tools/tool-moves.ts';
import { parseCommitments } from './stored-commitments.ts';

/** Ends a profile without accounts whose person is another one. For use inside a write transaction. */
export interface Absorption {
  /** What was told of it is the holder's to take back or to link; its calls leave in their order. */
  readonly absorb: (giver: number, holder: number, now: Instant) => void;
}

interface ToldRow {
  readonly commitments: string | null;
  readonly anonymousId: string | null;
}

const TOLD = 'SELECT commitments, anonymous_id AS anonymousId FROM profiles WHERE id = ?';
const TELL = 'UPDATE profiles SET commitments = ? WHERE id = ?';
const MOVE_CALLS = 'UPDATE outbox SET profile_id = ?2 WHERE profile_id = ?1';
const MOVE_SUPPRESSIONS = 'UPDATE suppressions SET profile_id = ?2 WHERE profile_id = ?1';
const MOVE_LETTERS = `UPDATE dead_letters SET profile_id = ?2 WHERE profile_id = ?1 AND kind <> 'decision'`;
const MOVE_ABSORBED = 'UPDATE profiles SET merged_into = ?2 WHERE merged_into = ?1';
const RETIRE = `UPDATE profiles SET merged_into = ?2, due_at = NULL, parked_until = NULL, failures = 0, in_dunning = 0,
  ruleset = NULL, commitments = NULL, view = NULL WHERE id = ?1`;

const union = (some: readonly string[], more: readonly string[]): readonly string[] => [...new Set([...some, ...more])];

/** What was told of somebody of whom nobody knew who it is. */
const absorbedBy = (told: Commitments, anonymousId: string | null): readonly Absorbed[] => {
  const { traits, audiences } = told.segment ?? told;
  if (anonymousId === null || told.userId !== null || traits === null) return [];
  return [{ anonymousId, audiences, channel: told.segment === null ? (told.channel ?? 'recorder') : 'segment' }];
};

/** Both told one user, as two profiles of an older release could: nothing of what was told last is certain. */
const sayAgain = (giver: Commitments, holder: Commitments): Pick<Commitments, 'traits' | 'untold' | 'userId'> => ({
  userId: holder.userId ?? giver.userId,
  traits: {},
  untold: union(holder.untold, [...giver.audiences, ...giver.untold]),
});

const merge = (giver: Commitments, holder: Commitments, anonymousId: string | null): Commitments => ({
  ...holder,
  episodes: union(holder.episodes, giver.episodes),
  dunned: union(holder.dunned ?? [], giver.dunned ?? []),
  absorbed: [...holder.absorbed, ...giver.absorbed, ...absorbedBy(giver, anonymousId)],
  ...(giver.userId === null ? {} : sayAgain(giver, holder)),
});

export const makeAbsorption = (db: DatabaseSync, deadLetters: DeadLetterWriter): Absorption => {
  const told = prepare<ToldRow>(db, TOLD);
  const tell = prepare(db, TELL);
  const moves = [MOVE_CALLS, MOVE_LETTERS, MOVE_SUPPRESSIONS, MOVE_ABSORBED].map((sql) => prepare(db, sql));
  const retire = prepare(db, RETIRE);
  const moveTools = makeToolMoves(db).person;
  return {
    absorb: (giver, holder, now) => {
      const from = told.get(giver);
      if (from?.commitments != null) {
        const before = parseCommitments(told.get(holder)?.commitments ?? null);
        tell.run(JSON.stringify(merge(parseCommitments(from.commitments), before, from.anonymousId)), holder);
      }
      deadLetters.closeDecision(giver, now);
      for (const move of moves) move.run(giver, holder);
      moveTools(giver, holder, now);
      retire.run(giver, holder);
    },
  };
};
