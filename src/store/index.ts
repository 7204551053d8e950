import { existsSync } from 'node:fs';
import { RecoupError } from '../domain/errors.ts';
import type { Store } from '../pipeline/ports.ts';
import { type GuardReader, openGuardReader } from './sqlite/guard/open-guard-reader.ts';
import { MEMORY, openSqliteStore } from './sqlite/open.ts';

export interface OpenStoreOptions {
  /** True for a relay: only one may run on a store. False for a command, which works beside one. */
  readonly lock: boolean;
  /** Checked against the one that the store was made with; a new store takes it. */
  readonly namespace?: string;
  /** How long a write waits for another process's, in ms; 5,000 by default. */
  readonly busyTimeoutMs?: number;
}

const BUSY_TIMEOUT_MS = 5_000;

/** `sqlite:data/x.db` and `sqlite:///var/x.db` to a path. The URL is not repeated in errors: others hold passwords. */
const parseSqlitePath = (databaseUrl: string): string => {
  if (/^postgres(ql)?:/i.test(databaseUrl)) throw new RecoupError('store_postgres_missing');
  const path = /^sqlite:(?:\/\/)?(.+)$/.exec(databaseUrl)?.[1];
  if (path === undefined) throw new RecoupError('store_url');
  return path;
};

/**
 * Opens the store that `databaseUrl` names: `sqlite:<path>`, or `sqlite::memory:` for one that lives with the process.
 * @throws RecoupError (as a rejection) with a code that begins with `store_`, or `namespace_mismatch`.
 */
export const openStore = async (databaseUrl: string, options: OpenStoreOptions): Promise<Store> => {
  const path = parseSqlitePath(databaseUrl);
  // A command that made an empty store would answer "nobody" where the truth is "not here".
  if (!options.lock && path !== MEMORY && !existsSync(path)) throw new RecoupError('store_absent', { path });
  const busyTimeoutMs = options.busyTimeoutMs ?? BUSY_TIMEOUT_MS;
  const store = openSqliteStore({ path, lock: options.lock && path !== MEMORY, busyTimeoutMs });
  try {
    if (options.namespace !== undefined) await store.claimNamespace(options.namespace);
    return store;
  } catch (error) {
    await store.close();
    throw error;
  }
};

/** How long the guard waits for a file that is being recovered, in ms: short, since whoever asks waits two seconds in all. */
const GUARD_BUSY_TIMEOUT_MS = 500;

/**
 * Opens what reads for the guard beside an open store, on whatever thread asks. Null where there can be no second reader:
 * a store in memory is asked itself.
 * @throws (as a rejection) when the file cannot be read, or `databaseUrl` names no store.
 */
export const openGuardStore = async (databaseUrl: string): Promise<GuardReader | null> => {
  const path = parseSqlitePath(databaseUrl);
  return path === MEMORY ? null : openGuardReader(path, GUARD_BUSY_TIMEOUT_MS);
};
