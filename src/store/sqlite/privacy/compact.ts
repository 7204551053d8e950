import type { DatabaseSync } from 'node:sqlite';
import { prepare } from '../statement.ts';

/** Above this size the copy that is written anew goes through a file of SQLite's own, which nobody else can open, in bytes. */
const MOST_IN_MEMORY = 256 * 1024 * 1024;
const TRIES = 40;
const BETWEEN_TRIES_MS = 50;

const SIZE = 'SELECT page_count * page_size AS bytes FROM pragma_page_count, pragma_page_size';

/** Without a timer: whoever compacts has nothing else to do. */
const pause = (ms: number): void => {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
};

/**
 * Writes the whole database anew and empties the write-ahead log. Deleting with zeros is not enough: what an older release
 * freed was not overwritten, and a page that is divided or joined may keep a copy of a row that moved.
 * @returns makes false when somebody reads an older state for longer than it tries: the log still holds it.
 */
export const makeCompact = (db: DatabaseSync): (() => boolean) => {
  const size = prepare<{ bytes: number }>(db, SIZE);
  const emptyLog = prepare<{ busy: number }>(db, 'PRAGMA wal_checkpoint(TRUNCATE)');
  return () => {
    if ((size.get()?.bytes ?? 0) > MOST_IN_MEMORY) db.exec('PRAGMA temp_store = FILE');
    db.exec('VACUUM');
    db.exec('PRAGMA temp_store = MEMORY');
    for (let left = TRIES; left > 0; left -= 1) {
      if (emptyLog.get()?.busy === 0) return true;
      pause(BETWEEN_TRIES_MS);
    }
    return false;
  };
};
