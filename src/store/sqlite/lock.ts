import { readFileSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { DatabaseSync } from 'node:sqlite';
import { RecoupError } from '../../domain/errors.ts';
import { createPrivateFile } from './private-file.ts';

interface Owner {
  readonly pid: number | string;
  readonly host: string;
  /** ISO 8601. */
  readonly since: string;
}

/** Held until released or until the process dies, however it dies. */
export interface RelayLock {
  readonly release: () => void;
}

const UNKNOWN_OWNER: Owner = { pid: 'unknown', host: 'unknown', since: 'unknown' };

const readOwner = (path: string): Owner => {
  try {
    return { ...UNKNOWN_OWNER, ...(JSON.parse(readFileSync(path, 'utf8')) as Partial<Owner>) };
  } catch {
    return UNKNOWN_OWNER;
  }
};

const writeOwner = (path: string, now: number): void => {
  const owner: Owner = { pid: process.pid, host: hostname(), since: new Date(now).toISOString() };
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, `${JSON.stringify(owner)}\n`, { mode: 0o600 });
  renameSync(draft, path);
};

const isBusy = (error: unknown): boolean =>
  error instanceof Error && 'errcode' in error && typeof error.errcode === 'number' && (error.errcode & 0xff) === 5;

/**
 * Makes this process the only relay on the database file `path`, by whatever symbolic link each of them names it.
 *
 * The lock is an open exclusive transaction on an empty SQLite file beside it, that is a lock of the operating system,
 * which frees it when the process dies. A pid in a file would not do: in containers every relay is pid 1. Who holds
 * it stands in `<path>.owner`, a file of its own, because closing any descriptor of the locked file frees the lock.
 * @param path of a file that exists.
 * @throws RecoupError `store_locked` when another relay holds it.
 */
export const lockForRelay = (path: string, now: number): RelayLock => {
  const file = realpathSync(path);
  const ownerPath = `${file}.owner`;
  const lockPath = `${file}.lock`;
  createPrivateFile(lockPath);
  const sidecar = new DatabaseSync(lockPath, { timeout: 0 });
  try {
    sidecar.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    sidecar.close();
    if (!isBusy(error)) throw error;
    throw new RecoupError('store_locked', { path, ...readOwner(ownerPath) });
  }
  writeOwner(ownerPath, now);
  return {
    release: () => {
      rmSync(ownerPath, { force: true });
      sidecar.close();
    },
  };
};
