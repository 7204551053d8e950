import { DatabaseSync } from 'node:sqlite';
import type { GuardStore } from '../../../pipeline/guard/guard-ports.ts';
import { makeTransactions } from '../transaction.ts';
import { makeReadGuarded } from './guard-reads.ts';

/** A reader of its own beside the store's connection. */
export interface GuardReader extends GuardStore {
  readonly close: () => Promise<void>;
}

// Small, so that two connections do not hold the file's pages twice: a person is a few pages, and the system caches the file.
const PRAGMAS = `
PRAGMA query_only = ON;
PRAGMA trusted_schema = OFF;
PRAGMA temp_store = MEMORY;
PRAGMA cache_size = -8192;
`;

/**
 * Opens a second, read-only connection to a file that a store is open on. In WAL mode its reads wait for no writer and hold
 * none up, so that who reads on one thread is not kept by a transaction of another.
 * @param busyTimeoutMs how long a read waits where SQLite locks the whole file, which it does to recover it.
 * @throws what SQLite throws where the file cannot be read.
 */
export const openGuardReader = (path: string, busyTimeoutMs: number): GuardReader => {
  const db = new DatabaseSync(path, { readOnly: true, timeout: busyTimeoutMs });
  db.exec(PRAGMAS);
  const { read } = makeTransactions(db);
  const readGuarded = makeReadGuarded(db);
  return {
    readGuarded: async (question) => read(() => readGuarded(question)),
    close: async () => {
      if (db.isOpen) db.close();
    },
  };
};
