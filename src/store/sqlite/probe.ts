import type { DatabaseSync } from 'node:sqlite';
import { prepare } from './statement.ts';

/** More pages than the commit of one webhook writes, whose body is small but whose keys lie in a dozen places. */
const FILLER_BYTES = 262_144;

/**
 * Writes more than a webhook needs and gives it back. For use inside a write transaction, which must commit:
 * SQLite touches the disk only then, so that a write rolled back would succeed on a full one.
 */
export const makeProbe = (db: DatabaseSync): (() => void) => {
  const insert = prepare(db, 'INSERT INTO probes (filler) VALUES (zeroblob(?))');
  const remove = prepare(db, 'DELETE FROM probes WHERE id <= ?');
  return () => {
    // Space is taken before the old is freed, so that a file that cannot grow is noticed.
    const id = insert.insert(FILLER_BYTES);
    remove.run(id);
  };
};
