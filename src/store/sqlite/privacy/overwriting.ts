import type { DatabaseSync } from 'node:sqlite';

/**
 * Runs `body`; what it deletes is overwritten with zeros wherever it lay. Otherwise only where that costs no write of its own.
 */
export const overwriting = <T>(db: DatabaseSync, body: () => T): T => {
  db.exec('PRAGMA secure_delete = ON');
  try {
    return body();
  } finally {
    db.exec('PRAGMA secure_delete = FAST');
  }
};
