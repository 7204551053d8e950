import { chmodSync, closeSync, existsSync, openSync, statSync } from 'node:fs';

const OWNER_ONLY = 0o600;
const OTHERS = 0o077;

/**
 * Makes the file if it is missing, and readable by its owner only: payment histories are nobody else's business.
 * A file that exists is never opened here: closing any descriptor of it would free the locks that SQLite holds on it
 * elsewhere in this process.
 */
export const makePrivateFile = (path: string): void => {
  if (!existsSync(path)) closeSync(openSync(path, 'wx', OWNER_ONLY));
  if ((statSync(path).mode & OTHERS) !== 0) chmodSync(path, OWNER_ONLY);
};
