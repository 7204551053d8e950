import { DatabaseSync } from 'node:sqlite';

/** What a new store draws for itself, and no two may share: its id, and the key of its tombstones. */
const OWN_SECRETS = `
UPDATE meta SET value = lower(hex(randomblob(8))) WHERE name = 'store_id';
UPDATE meta SET value = lower(hex(randomblob(32))) WHERE name = 'tombstone_key';
`;

let migrated: Uint8Array | null = null;

/**
 * A store in memory. The first of a process is made as a file is, by `prepare`; later ones are copies of it as it then
 * was, with secrets of their own: a simulation opens thousands, and the schema takes longer than most of its stories.
 */
export const openMemory = (prepare: (db: DatabaseSync) => void, pragmas: string): DatabaseSync => {
  const db = new DatabaseSync(':memory:', { enableForeignKeyConstraints: true });
  if (migrated === null) {
    prepare(db);
    migrated = db.serialize();
    return db;
  }
  db.deserialize(migrated);
  db.exec(pragmas);
  db.exec(OWN_SECRETS);
  return db;
};
