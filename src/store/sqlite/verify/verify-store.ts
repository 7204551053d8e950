import type { DatabaseSync } from 'node:sqlite';
import type { VerifyStore } from '../../../pipeline/verify/verify-ports.ts';
import type { makeTransactions } from '../transaction.ts';
import { makeHeldRows } from './held-rows.ts';
import { makeLooks } from './looks.ts';
import { makeVerifyCounts } from './verify-counts.ts';

/** The part of the store that reading back needs. */
export const makeVerifyStore = (
  db: DatabaseSync,
  { read, write }: ReturnType<typeof makeTransactions>,
): VerifyStore => {
  const rows = makeHeldRows(db);
  const settle = makeLooks(db);
  const counts = makeVerifyCounts(db);
  return {
    nextToVerify: async (...asked) => read(() => rows.due(...asked)),
    nextToSample: async (...asked) => read(() => rows.sample(...asked)),
    nextVerifyAt: async (tool) => rows.nextAt(tool),
    settleLooks: async (looks, now) => write(() => looks.map((look) => settle(look, now))),
    verifyCounts: async () => read(counts),
  };
};
