import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { RecoupError } from '../../domain/errors.ts';
import type { Store } from '../../pipeline/ports.ts';
import { lockForRelay } from './lock.ts';
import { openMemory } from './memory.ts';
import { migrate, refuseForeign } from './migrate.ts';
import { createPrivateFile, makePrivate } from './private-file.ts';
import { makeSqliteStore } from './store.ts';

export const MEMORY = ':memory:';

export interface SqliteOptions {
  /** A path, or `:memory:`. */
  readonly path: string;
  /** Refuse a second relay on the same file. Commands beside a running relay do not lock. */
  readonly lock: boolean;
  /** How long a write waits for another process's, in ms. SQLite's own default would be not at all. */
  readonly busyTimeoutMs: number;
}

// Pages large enough for a fact of up to 2 KB to lie within one (a clustered table's cell holds a quarter of a page),
// and a cache (64 MB) for all pages that one round of the loop writes, so that none is written twice.
const PRAGMAS = `
PRAGMA page_size = 8192;
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
PRAGMA trusted_schema = OFF;
PRAGMA journal_size_limit = 67108864;
PRAGMA temp_store = MEMORY;
PRAGMA cache_size = -65536;
PRAGMA wal_autocheckpoint = 4000;
PRAGMA secure_delete = FAST;
`;

const NOT_A_DATABASE = 26;

const using = <T>(db: DatabaseSync, body: (db: DatabaseSync) => T): T => {
  try {
    return body(db);
  } catch (error) {
    db.close();
    throw error;
  }
};

const makeReady = (db: DatabaseSync, path: string): DatabaseSync => {
  db.exec(PRAGMAS);
  migrate(db, path, Date.now());
  return db;
};

const connect = ({ path, busyTimeoutMs }: SqliteOptions): DatabaseSync =>
  using(new DatabaseSync(path, { timeout: busyTimeoutMs, enableForeignKeyConstraints: true }), (db) =>
    makeReady(db, path),
  );

/** Looks before anything of the file, its mode included, is changed. */
const lookAt = ({ path, busyTimeoutMs }: SqliteOptions): void =>
  using(new DatabaseSync(path, { timeout: busyTimeoutMs }), (db) => {
    refuseForeign(db, path);
    db.close();
  });

/** The same clear words whatever failed underneath. */
const toOpenError = (path: string, error: unknown): unknown => {
  if (error instanceof RecoupError) return error;
  if (error instanceof Error && 'errcode' in error && error.errcode === NOT_A_DATABASE)
    return new RecoupError('store_foreign', { path });
  return new RecoupError('store_unopenable', { path, reason: error instanceof Error ? error.message : 'unknown' });
};

const openFile = (options: SqliteOptions): Store => {
  mkdirSync(dirname(options.path), { recursive: true, mode: 0o700 });
  createPrivateFile(options.path);
  lookAt(options);
  makePrivate(options.path);
  const lock = options.lock ? lockForRelay(options.path, Date.now()) : null;
  try {
    return makeSqliteStore(connect(options), () => lock?.release());
  } catch (error) {
    lock?.release();
    throw error;
  }
};

/**
 * Opens a SQLite store, makes it if it is new and brings its schema up to date.
 * @throws RecoupError `store_locked`, `store_unopenable`, `store_foreign` or `store_too_new`.
 */
export const openSqliteStore = (options: SqliteOptions): Store => {
  try {
    if (options.path === MEMORY) {
      return makeSqliteStore(
        openMemory((db) => makeReady(db, MEMORY), PRAGMAS),
        () => undefined,
      );
    }
    return openFile(options);
  } catch (error) {
    throw toOpenError(options.path, error);
  }
};
