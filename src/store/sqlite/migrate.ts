import { readdirSync, readFileSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { RecoupError } from '../../domain/errors.ts';
import { prepare } from './statement.ts';
import { makeTransactions } from './transaction.ts';

const FOLDER = new URL('./migrations/', import.meta.url);
/** Marks a database file as Recoup's ("Rcup"), so that another program's file is never written to. */
const APPLICATION_ID = 0x52637570;

interface Migration {
  readonly version: number;
  readonly name: string;
  readonly sql: string;
}

/** Read once: a release does not change while it runs. */
const MIGRATIONS: readonly Migration[] = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.sql'))
  .sort()
  .map((name) => ({ version: Number.parseInt(name, 10), name, sql: readFileSync(new URL(name, FOLDER), 'utf8') }));

const pragma = (db: DatabaseSync, name: string): number =>
  Number(prepare<Record<string, number>>(db, `PRAGMA ${name}`).get()?.[name] ?? 0);

const isEmpty = (db: DatabaseSync): boolean =>
  prepare<{ n: number }>(db, 'SELECT count(*) AS n FROM sqlite_schema').get()?.n === 0;

const appliedVersion = (db: DatabaseSync): number =>
  prepare<{ version: number | null }>(db, 'SELECT max(version) AS version FROM schema_migrations').get()?.version ?? 0;

const prepareFirst = (db: DatabaseSync): void => {
  db.exec(`PRAGMA application_id = ${APPLICATION_ID}`);
  db.exec(`CREATE TABLE schema_migrations (
  version    INTEGER PRIMARY KEY,
  name       TEXT NOT NULL,
  applied_at INTEGER NOT NULL
) STRICT`);
};

const applyMissing = (db: DatabaseSync, now: number): void => {
  if (isEmpty(db)) prepareFirst(db);
  const applied = appliedVersion(db);
  const remember = prepare(db, 'INSERT INTO schema_migrations (version, name, applied_at) VALUES (?, ?, ?)');
  for (const { version, name, sql } of MIGRATIONS) {
    if (version <= applied) continue;
    db.exec(sql);
    remember.run(version, name, now);
  }
};

/**
 * Reads only.
 * @param path names the store in errors.
 * @throws RecoupError `store_foreign` for a database that another program made; what SQLite throws for no database.
 */
export const refuseForeign = (db: DatabaseSync, path: string): void => {
  if (!isEmpty(db) && pragma(db, 'application_id') !== APPLICATION_ID) throw new RecoupError('store_foreign', { path });
};

/**
 * Brings the schema up to date in one transaction; a failing migration leaves the store as it was.
 * @param path names the store in errors.
 * @throws RecoupError `store_too_new` for a store of a later release.
 */
export const migrate = (db: DatabaseSync, path: string, now: number): void => {
  const latest = MIGRATIONS.at(-1)?.version ?? 0;
  const applied = isEmpty(db) ? 0 : appliedVersion(db);
  if (applied > latest) throw new RecoupError('store_too_new', { path, applied, latest });
  // Only a reader when there is nothing to do: a command beside a busy relay must not wait for the write lock.
  if (applied < latest) makeTransactions(db).write(() => applyMissing(db, now));
};
