import type { DatabaseSync } from 'node:sqlite';
import { prepare } from './statement.ts';

/** The id with which the store was made; the migrations see to it that there is one. */
export const readStoreId = (db: DatabaseSync): string =>
  prepare<{ value: string }>(db, `SELECT value FROM meta WHERE name = 'store_id'`).get()?.value ?? '';
