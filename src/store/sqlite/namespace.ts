import type { DatabaseSync } from 'node:sqlite';
import { RecoupError } from '../../domain/errors.ts';
import { prepare } from './statement.ts';

/**
 * Binds the store to a namespace, once. Ids that leave begin with it, so another one would say everything again.
 * For use inside a write transaction.
 * @throws RecoupError `namespace_mismatch` when the store was made with another.
 */
export const makeClaimNamespace = (db: DatabaseSync): ((namespace: string) => void) => {
  const find = prepare<{ value: string }>(db, `SELECT value FROM meta WHERE name = 'namespace'`);
  const save = prepare(db, `INSERT INTO meta (name, value) VALUES ('namespace', ?)`);
  return (namespace) => {
    const stored = find.get()?.value;
    if (stored === undefined) save.run(namespace);
    else if (stored !== namespace) throw new RecoupError('namespace_mismatch', { stored, given: namespace });
  };
};
