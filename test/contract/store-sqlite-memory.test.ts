import type { DatabaseSync } from 'node:sqlite';
import { expect, it } from 'vitest';
import { openMemory } from '../../src/store/sqlite/memory.ts';
import { migrate } from '../../src/store/sqlite/migrate.ts';

const open = (): DatabaseSync => openMemory((db) => migrate(db, ':memory:', 0), 'PRAGMA trusted_schema = OFF');
const meta = (db: DatabaseSync) =>
  Object.fromEntries(
    db
      .prepare('SELECT name, value FROM meta')
      .all()
      .map(({ name, value }) => [name, value]),
  );

it('stores in memory share neither rows nor what each draws for itself, and what is drawn is all that a new one holds', () => {
  const [first, second, third] = [open(), open(), open()];
  const drawn = [first, second, third].map(meta);
  for (const name of Object.keys(drawn[0] ?? {})) {
    expect(new Set(drawn.map((each) => each[name])).size, name).toBe(3);
    expect(new Set(drawn.map((each) => String(each[name]).length)).size, name).toBe(1);
  }
  second.exec(`INSERT INTO rulesets VALUES ('a', '{}', 1)`);
  expect(third.prepare('SELECT count(*) AS n FROM rulesets').get()).toMatchObject({ n: 0 });
  for (const db of [first, second, third]) db.close();
});
