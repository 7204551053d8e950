import type { DatabaseSync } from 'node:sqlite';
import type { Instant } from '../../../domain/instant.ts';
import { prepare } from '../statement.ts';

/** What a store remembers of having observed. For use inside a transaction. */
export interface Modes {
  readonly note: (mode: 'observe' | 'enforce', now: Instant) => Instant | null;
  /** Since when a store that had observed enforces; null: it never observed, or never enforced. */
  readonly enforcedSince: () => Instant | null;
}

/** How the newest start of a relay runs, and since when all have run so; null: none has said it. */
export type ReadMode = () => { readonly is: 'observe' | 'enforce'; readonly since: Instant } | null;

const READ = 'SELECT CAST(value AS INTEGER) AS at FROM meta WHERE name = ?';
const WRITE = 'INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT DO NOTHING';
// A release before this one observed without noting it.
const HAS_RECORDED = `SELECT 1 AS yes FROM profiles WHERE channel = 'recorder' AND mode = 'live' LIMIT 1`;

const READ_MODE = `SELECT m.value AS "is", CAST(s.value AS INTEGER) AS since
  FROM meta m JOIN meta s ON s.name = 'mode_since' WHERE m.name = 'mode'`;
const KEEP = 'INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value';

/** Reads how the newest start runs. For use inside a transaction. */
export const makeReadMode = (db: DatabaseSync): ReadMode => {
  const read = prepare<{ is: 'observe' | 'enforce'; since: Instant }>(db, READ_MODE);
  return () => read.get() ?? null;
};

/** Reads since when a store that had observed enforces. For use inside a transaction. */
export const makeEnforcedSince = (db: DatabaseSync): Modes['enforcedSince'] => {
  const read = prepare<{ at: Instant }>(db, READ);
  return () => read.get('enforced_since')?.at ?? null;
};

export const makeModes = (db: DatabaseSync): Modes => {
  const read = prepare<{ at: Instant }>(db, READ);
  const write = prepare(db, WRITE);
  const hasRecorded = prepare<{ yes: number }>(db, HAS_RECORDED);
  const enforcedSince = makeEnforcedSince(db);
  const readMode = makeReadMode(db);
  const keep = prepare(db, KEEP);
  const noteChange = (mode: 'observe' | 'enforce', now: Instant): void => {
    if (readMode()?.is === mode) return;
    keep.run('mode', mode);
    keep.run('mode_since', String(now));
  };
  return {
    enforcedSince,
    note: (mode, now) => {
      noteChange(mode, now);
      if (mode === 'observe') write.run('observed_since', String(now));
      else if (read.get('observed_since') !== undefined || hasRecorded.get() !== undefined)
        write.run('enforced_since', String(now));
      return enforcedSince();
    },
  };
};
