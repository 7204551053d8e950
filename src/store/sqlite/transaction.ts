import type { DatabaseSync } from 'node:sqlite';
import { prepare } from './statement.ts';

export interface Transactions {
  /** Runs `body` with the write lock held from the start; commits durably, or rolls everything back and throws. */
  readonly write: <T>(body: () => T) => T;
  /** Runs `body` over one snapshot of the store. */
  readonly read: <T>(body: () => T) => T;
  /** Inside of `write`: runs `body`, and undoes all that it wrote unless its result is to be kept. */
  readonly attempt: <T>(body: () => T, isKept: (result: T) => boolean) => T;
}

/**
 * Transactions of one connection. `body` is synchronous: an await between BEGIN and COMMIT would let other work of
 * this process slip into the transaction.
 */
export const makeTransactions = (db: DatabaseSync): Transactions => {
  const begin = prepare(db, 'BEGIN');
  const beginImmediate = prepare(db, 'BEGIN IMMEDIATE');
  const commit = prepare(db, 'COMMIT');
  const run = <T>(start: () => number, body: () => T): T => {
    start();
    try {
      const result = body();
      commit.run();
      return result;
    } catch (error) {
      // A full disk may have ended the transaction already; a second ROLLBACK would hide the cause.
      if (db.isTransaction) db.exec('ROLLBACK');
      throw error;
    }
  };
  const savepoint = prepare(db, 'SAVEPOINT attempt');
  const undo = prepare(db, 'ROLLBACK TO attempt');
  const release = prepare(db, 'RELEASE attempt');
  return {
    attempt: (body, isKept) => {
      savepoint.run();
      const result = body();
      if (!isKept(result)) undo.run();
      release.run();
      return result;
    },
    write: (body) => run(beginImmediate.run, body),
    read: (body) => run(begin.run, body),
  };
};
