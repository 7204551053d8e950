import { chmodSync, closeSync, openSync, statSync } from 'node:fs';

const OWNER_ONLY = 0o600;
const OTHERS = 0o077;

/** Makes the file, empty and private, if it is missing. */
export const createPrivateFile = (path: string): void => {
  try {
    closeSync(openSync(path, 'wx', OWNER_ONLY));
  } catch (error) {
    // A file that exists is never opened here: closing any descriptor of it would free the locks that SQLite holds on
    // it elsewhere in this process.
    const exists = error instanceof Error && 'code' in error && error.code === 'EEXIST';
    if (!exists) throw error;
  }
};

/** Takes the file from all but its owner: payment histories are nobody else's business on this machine. */
export const makePrivate = (path: string): void => {
  if ((statSync(path).mode & OTHERS) !== 0) chmodSync(path, OWNER_ONLY);
};
