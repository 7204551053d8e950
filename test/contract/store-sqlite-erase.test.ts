import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Store } from '../../src/pipeline/ports.ts';
import { migrate } from '../../src/store/sqlite/migrate.ts';
import { openSqliteStore } from '../../src/store/sqlite/open.ts';
import { makeFinder } from '../../src/store/sqlite/privacy/erase-names.ts';
import { makeSqliteStore } from '../../src/store/sqlite/store.ts';
import { customerOf, decided, deliveryOf, later, NOW, queued, workAll } from './store-samples.ts';

const column = (db: DatabaseSync, sql: string): readonly unknown[] =>
  db
    .prepare(sql)
    .all()
    .map((row) => Object.values(row)[0]);

describe('an erasure in SQLite', () => {
  let db: DatabaseSync;
  let store: Store;
  beforeEach(async () => {
    db = new DatabaseSync(':memory:', { enableForeignKeyConstraints: true });
    migrate(db, 'memory', NOW);
    store = makeSqliteStore(db, () => undefined);
    await store.accept([deliveryOf('cus_ada1', 'evt_1'), deliveryOf('cus_bea1', 'evt_2')]);
    await workAll(store, NOW, (claim) => decided(claim, { log: [`said of ${customerOf(claim)}`] }));
  });
  afterEach(() => store.close());

  const profileOf = (customer: string): unknown =>
    column(db, `SELECT profile_id FROM customers WHERE customer = '${customer}'`)[0];

  describe('and the decision log', () => {
    it('lets nobody take out lines without the person', () => {
      const id = profileOf('cus_ada1');
      db.exec(`BEGIN; INSERT INTO erasing (profile_id) VALUES (${id}); DELETE FROM decisions WHERE profile_id = ${id}`);
      expect(() => db.exec('COMMIT'), 'the gate cannot stay open').toThrow(/FOREIGN KEY/);
      expect(() => db.exec('DELETE FROM erasing'), 'nor close behind somebody who stays').toThrow(/with its profile/);
      db.exec('ROLLBACK');
      expect(column(db, 'SELECT lines FROM decisions')).toHaveLength(2);
    });

    it('lets no line of anybody else out', () => {
      db.exec(`BEGIN; INSERT INTO erasing (profile_id) VALUES (${profileOf('cus_ada1')})`);
      expect(() => db.exec(`DELETE FROM decisions WHERE profile_id = ${profileOf('cus_bea1')}`)).toThrow(/retention/);
      db.exec('ROLLBACK');
    });

    it('keeps on record that somebody was erased', async () => {
      await store.erase('cus_ada1', NOW);
      expect(column(db, 'SELECT lines FROM decisions')).toEqual(['["said of cus_bea1"]']);
      expect(() => db.exec('DELETE FROM erasures')).toThrow(/on record/);
      expect(column(db, 'SELECT names FROM erasures')).toEqual([null]);
    });
  });

  it('empties tables that a later release adds, those that lead to the person and those that only name the person', async () => {
    db.exec(`CREATE TABLE notes (id INTEGER PRIMARY KEY, customer_id INTEGER REFERENCES customers (id), text TEXT) STRICT;
      CREATE TABLE replies (id INTEGER PRIMARY KEY, note_id INTEGER REFERENCES notes (id), text TEXT) STRICT;
      CREATE TABLE mentions (name TEXT NOT NULL PRIMARY KEY, text TEXT) STRICT, WITHOUT ROWID;
      INSERT INTO notes SELECT id, id, 'hello' FROM customers;
      INSERT INTO replies SELECT id, id, 'yes' FROM notes;
      INSERT INTO mentions VALUES ('a', 'about cus_ada1.'), ('b', 'about cus_ada10'), ('c', NULL)`);
    const late = makeSqliteStore(db, () => undefined);
    await late.erase('cus_ada1', NOW);
    expect(column(db, 'SELECT count(*) FROM notes')).toEqual([1]);
    expect(column(db, 'SELECT count(*) FROM replies')).toEqual([1]);
    expect(column(db, 'SELECT name FROM mentions')).toEqual(['b', 'c']);
  });

  it('that died on the way is ended by the next', async () => {
    db.exec(`INSERT INTO erasures (at, deleted, names) VALUES (1, '{}', '{"persons":["cus_bea1"],"objects":[]}')`);
    expect(await store.finishErasures(later(1))).toBe(1);
    expect(await store.finishErasures(later(1))).toBe(0);
    expect(column(db, 'SELECT names FROM erasures')).toEqual([null]);
  });
});

describe('an erasure in another process', () => {
  let folder = '';
  let relay: Store;
  let command: Store;
  const open = (): Store => openSqliteStore({ path: join(folder, 'recoup.db'), lock: false, busyTimeoutMs: 1_000 });
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'recoup-erase-'));
    relay = open();
    command = open();
  });
  afterEach(async () => {
    await Promise.all([relay.close(), command.close()]);
    rmSync(folder, { recursive: true, force: true });
  });
  const bytes = (): string =>
    readdirSync(folder)
      .map((name) => readFileSync(join(folder, name), 'latin1'))
      .join('\n');

  it('drops what is being decided of the person, even where somebody new has the row by now', async () => {
    await relay.accept([deliveryOf('cus_ada1', 'evt_1')]);
    const under: Promise<unknown>[] = [];
    await relay.work(NOW, 10, (claim) => {
      // The store does its part before it answers.
      under.push(command.erase('cus_ada1', NOW), command.accept([deliveryOf('cus_bea1', 'evt_2')]));
      return decided(claim, { outbox: [queued('of ada')], view: '{"user_id":"ada"}', facts: [] });
    });
    await Promise.all(under);
    const [bea] = await relay.findProfiles('cus_bea1');
    expect(bea).toMatchObject({ version: 0, view: null, calls: [], deliveries: [{ end: 'unread' }] });
    expect(await relay.findProfiles('cus_ada1')).toEqual([]);
    expect(await workAll(relay, NOW)).toHaveLength(1);
  });

  it('leaves no copy in pages that were divided or freed, nor in the log of writes', async () => {
    const body = (customer: string, n: number): string =>
      JSON.stringify({ customer, filler: `${customer}-${n}-`.repeat(n % 700) });
    for (let n = 0; n < 400; n += 1) {
      const customer = n % 5 === 0 ? 'cus_AdaCanary' : `cus_other${n % 7}`;
      await relay.accept([{ ...deliveryOf(customer, `evt_${n}`), rawBody: body(customer, n) }]);
      if (n % 9 === 0) await workAll(relay, NOW, (claim) => decided(claim, { view: body(customerOf(claim), n) }));
    }
    expect(bytes()).toContain('cus_AdaCanary');
    await command.erase('cus_AdaCanary', NOW);
    expect(await command.compact()).toBe(true);
    expect(bytes()).not.toContain('cus_AdaCanary');
    expect((await relay.counts()).profiles).toBe(7);
  });

  it('leaves nothing in what an older release freed without overwriting it', async () => {
    await relay.accept([deliveryOf('cus_ada1', 'evt_1')]);
    const older = new DatabaseSync(join(folder, 'recoup.db'));
    older.exec(`PRAGMA secure_delete = OFF;
      INSERT INTO probes (id, filler) VALUES (9, CAST('${'cus_ada1 '.repeat(9_000)}' AS BLOB));
      DELETE FROM probes WHERE id = 9`);
    older.close();
    await command.erase('cus_ada1', NOW);
    expect(await command.compact()).toBe(true);
    expect(bytes()).not.toContain('cus_ada1');
  });
});

describe('the names of a person in a text', () => {
  const finder = makeFinder({ persons: ['user_ada', '42', 'ada@example.com', 'a"b_long'], objects: ['in_12345678'] });

  it.each([
    ['{"x":"user_ada"}', true],
    ['{"x":"user_ada,user_bea"}', true],
    ['{"x":"https://a.example/?u=ada%40example.com"}', true],
    ['{"x":"ADA@example.com"}', true],
    ['{"x":"see in_12345678"}', true],
    ['{"id":"42"}', true],
    ['{"x":"{\\"id\\":\\"42\\"}"}', true],
    ['{"x":"a\\"b_long"}', true],
    ['{"amount":42,"x":"42 days"}', false],
    ['{"x":"user_adam"}', false],
    ['{"x":"super_user_ada"}', false],
    ['{"x":"in_123456789"}', false],
  ])('%s: %s', (text, isNamed) => {
    expect(finder.isNamed(text)).toBe(isNamed);
  });

  it('are taken out so that JSON stays JSON of the same shape', () => {
    const text =
      '{"userId":"user_ada","ids":["user_bea","user_ada"],"accounts":{"in_12345678":1,"b":"for user_ada!"},"n":42}';
    expect(JSON.parse(finder.without(text))).toEqual({
      userId: null,
      ids: ['user_bea'],
      accounts: { b: 'for !' },
      n: 42,
    });
    expect(finder.without('not JSON: user_ada')).toBe('not JSON: ');
  });
});
