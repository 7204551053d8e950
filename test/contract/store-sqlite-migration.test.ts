import { readdirSync, readFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Store } from '../../src/pipeline/ports.ts';
import { migrate } from '../../src/store/sqlite/migrate.ts';
import { makeSqliteStore } from '../../src/store/sqlite/store.ts';
import { decided, later, NOTHING_SAID, NOW, workAll } from './store-samples.ts';
import { ABSENT, DELIVERED, edge, onlyRow, REJECTED, settlementOf, want, wanted } from './store-tool-samples.ts';

const FOLDER = new URL('../../src/store/sqlite/migrations/', import.meta.url);
const MIGRATIONS = readdirSync(FOLDER).toSorted();
const migrationText = (name: string): string => readFileSync(new URL(name, FOLDER), 'utf8');

/** A store as a release of these migrations left it. */
const openRelease = (migrations: readonly string[]): DatabaseSync => {
  const db = new DatabaseSync(':memory:', { enableForeignKeyConstraints: true });
  db.exec('PRAGMA application_id = 1382249840');
  db.exec(
    'CREATE TABLE schema_migrations (version INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at INTEGER NOT NULL) STRICT',
  );
  for (const [index, name] of migrations.entries()) {
    db.exec(migrationText(name));
    db.exec(`INSERT INTO schema_migrations (version, name, applied_at) VALUES (${index + 1}, '${name}', 0)`);
  }
  return db;
};

/** What that release said of a profile: it knew of no audiences and no tools. */
const OLD = {
  episodes: ['ep_1'],
  traits: { in_dunning: true },
  accountTraits: { plan_id: 'pro' },
  userId: 'u_1',
  channel: 'recorder',
  segment: { traits: {}, accountTraits: null, userId: 'u_1' },
};

const ROWS = `
INSERT INTO profiles (id, due_at, version, decided_at, ruleset, channel, commitments, view)
  VALUES (1, ${NOW}, 4, ${NOW - 1}, 'rules-0', 'recorder', '${JSON.stringify(OLD)}', '{}');
INSERT INTO customers (id, profile_id, provider, merchant, mode, customer, created_at)
  VALUES (1, 1, 'stripe', '', 'test', 'cus_1', 0);
INSERT INTO deliveries (seq, provider, merchant, mode, event_id, event_type, occurred_at, received_at, customer_id, ending)
  VALUES (1, 'stripe', '', 'test', 'evt_0', 'invoice.paid', 0, 0, 1, 'dead_letter');
INSERT INTO delivery_bodies (delivery_seq, raw_body) VALUES (1, '{}');
INSERT INTO outbox (seq, profile_id, message_id, channel, status, committed_at, call)
  VALUES (1, 1, 'm_1', 'segment', 'dead', 0, '{"type":"track","messageId":"m_1"}');
INSERT INTO dead_letters (kind, subject, code, message, payload, amount_minor, currency, profile_id, delivery_seq, outbox_seq, created_at)
  VALUES ('delivery', 'stripe evt_0', 'delivery_not_understood', 'odd', '{}', NULL, NULL, 1, 1, NULL, 5),
    ('call', 'm_1', 'call_rejected', 'no', '{"type":"track"}', 1999, 'USD', 1, NULL, 1, 6),
    ('decision', 'profile 1', 'decision_failed', 'it threw', '{}', NULL, NULL, 1, NULL, NULL, 7),
    ('decision', 'profile 1', 'decision_failed', 'swept', '{}', NULL, NULL, NULL, NULL, NULL, 8);
DELETE FROM dead_letters WHERE message = 'swept'`;

describe('a store of the first release', () => {
  let db: DatabaseSync;
  let store: Store;
  beforeEach(() => {
    db = openRelease(MIGRATIONS.slice(0, 2));
    db.exec(ROWS);
    migrate(db, 'memory', NOW);
    store = makeSqliteStore(db, () => undefined);
  });
  afterEach(() => store.close());

  const letters = () => store.deadLetters({ replayed: false, limit: 10 });

  it('has the schema of a new one, and nothing that refers to nothing', () => {
    const schemaOf = (one: DatabaseSync) =>
      one
        .prepare(`SELECT name, tbl_name, sql FROM sqlite_schema WHERE name <> 'schema_migrations' ORDER BY name`)
        .all();
    const fresh = new DatabaseSync(':memory:', { enableForeignKeyConstraints: true });
    migrate(fresh, 'memory', NOW);
    expect(schemaOf(db)).toEqual(schemaOf(fresh));
    expect(db.prepare('PRAGMA foreign_key_check').all()).toEqual([]);
    fresh.close();
  });

  it('keeps its dead letters with their numbers, and gives none of them to another', async () => {
    const before = await letters();
    expect(
      before.map(({ seq, kind, subject, amountMinor, createdAt }) => [seq, kind, subject, amountMinor, createdAt]),
    ).toEqual([
      [3, 'decision', 'profile 1', null, 7],
      [2, 'call', 'm_1', 1999, 6],
      [1, 'delivery', 'stripe evt_0', null, 5],
    ]);
    await want(store, [wanted()]);
    await store.settleTools([settlementOf(await onlyRow(store), REJECTED)], NOW, NOW);
    expect((await letters())[0]).toMatchObject({ seq: 5, kind: 'tool' });
  });

  it('replays what its dead letters held', async () => {
    expect(await store.replayDeadLetters(null, NOW)).toBe(3);
    expect(await store.nextCalls({ channel: 'segment', calls: 9, bytes: 999 })).toMatchObject([{ seq: 1 }]);
    expect(await workAll(store, NOW)).toMatchObject([
      { accounts: [{ deliveries: [{ eventId: 'evt_0', source: 'webhook' }] }] },
    ]);
  });

  it('knows of no audiences and no tools until a decision tells some', async () => {
    const [claim] = await workAll(store, NOW, (one) => decided(one, { commitments: one.commitments, dueAt: later(1) }));
    const { accountTraits, segment, ...told } = OLD;
    expect(claim?.commitments).toEqual({
      ...NOTHING_SAID,
      ...told,
      accounts: { cus_1: accountTraits },
      segment: { traits: segment.traits, userId: segment.userId, accounts: {}, audiences: [], untold: [] },
    });
    expect(await store.toolCounts()).toEqual([]);
    await want(store, [wanted()], { at: later(1) });
    await store.settleTools([settlementOf(await onlyRow(store), DELIVERED)], NOW, NOW);
    expect((await store.findProfiles('cus_1'))[0]?.tools).toMatchObject([{ status: 'settled' }]);
  });
});

/** A person in a tool that rejected an exit, took an entry and has one to hear of; newer ones of each were swept. */
const TOLD = `
INSERT INTO profiles (id, mode, version, decided_at, ruleset, user_id, commitments, view)
  VALUES (1, 'test', 4, ${NOW - 1}, 'rules-0', 'u_1', '${JSON.stringify(NOTHING_SAID)}', '{}');
INSERT INTO customers (id, profile_id, provider, merchant, mode, customer, created_at)
  VALUES (1, 1, 'stripe', '', 'test', 'cus_1', 0);
INSERT INTO tool_states (id, profile_id, tool, channel, user_id, desired, version, decided_at, delivered, reached, status,
    urgent, waiting_since, retry_at)
  VALUES (5, 1, 'braze', 'live', 'u_1', '{"in_dunning":true}', 4, ${NOW}, '{"in_dunning":false}', '["ep_1"]', 'waiting',
    0, ${NOW}, ${NOW});
INSERT INTO tool_edges (seq, tool_state_id, event_id, role, episode_id, event, committed_at, status, done_at)
  VALUES (2, 5, 'e_1', 'entry', 'ep_1', '{"id":"e_1"}', 1, 'delivered', 2),
    (3, 5, 'e_2', 'exit', 'ep_1', '{"id":"e_2"}', 1, 'dead', 3), (4, 5, 'e_3', 'entry', 'ep_2', '{"id":"e_3"}', 4, 'unknown', NULL),
    (9, 5, 'e_9', 'entry', 'ep_9', '{"id":"e_9"}', 4, 'delivered', 5);
INSERT INTO tool_sends (seq, tool_state_id, at, result, attributes, events, detail)
  VALUES (6, 5, 2, 'delivered', '{"in_dunning":false}', '[{"id":"e_1"}]', 'so be it'), (8, 5, 3, 'retry', '{}', '[]', NULL);
INSERT INTO dead_letters (seq, kind, subject, code, message, payload, profile_id, tool_state_id, created_at)
  VALUES (3, 'tool', 'braze u_1', 'tool_rejected', 'no', '{}', 1, 5, 3);
DELETE FROM tool_edges WHERE seq = 9;
DELETE FROM tool_sends WHERE seq = 8`;

describe('a store of the last release that told tools of people alone', () => {
  let db: DatabaseSync;
  let store: Store;
  beforeEach(() => {
    db = openRelease(MIGRATIONS.slice(0, 8));
    db.exec(TOLD);
  });
  afterEach(() => store.close());
  const open = (): void => {
    migrate(db, 'memory', NOW);
    store = makeSqliteStore(db, () => undefined);
  };
  const dump = (table: string): readonly unknown[] => db.prepare(`SELECT * FROM ${table} ORDER BY 1`).all();

  it('keeps every row with its number, of nobody but the person', () => {
    const tables = ['tool_edges', 'tool_sends', 'dead_letters', 'tool_tallies'];
    const [rows, before] = [dump('tool_states'), tables.map(dump)];
    open();
    const isSend = (row: unknown): boolean => Object.hasOwn(Object(row), 'result');
    const since = { waited_since: null };
    const after = before.map((kept) => kept.map((row) => (isSend(row) ? Object.assign({}, row, since) : row)));
    expect(tables.map(dump)).toEqual(after);
    const unread = {
      verify_at: null,
      looked_at: null,
      verify_version: null,
      looks: 0,
      drifts: 0,
      unverified_since: null,
    };
    expect(dump('tool_states')).toEqual(rows.map((row) => Object.assign({ customer_id: null, ...unread }, row)));
    expect(db.prepare('PRAGMA foreign_key_check').all()).toEqual([]);
  });

  it('continues: what waits leaves, what was refused comes back, news and absent people are known', async () => {
    open();
    expect(await store.replayDeadLetters([3], NOW)).toBe(1);
    const row = await onlyRow(store);
    expect(row).toMatchObject({ delivered: { in_dunning: false }, reached: ['ep_1'] });
    expect(row.edges.map(({ seq, status }) => [seq, status])).toEqual([
      [3, 'queued'],
      [4, 'unknown'],
    ]);
    await store.settleTools([settlementOf(row, ABSENT)], NOW, NOW);
    const [told] = await store.findProfiles('cus_1');
    expect(told?.tools[0]?.sends.map(({ result }) => result)).toEqual(['delivered', 'absent']);
    await want(store, [wanted({ edges: [edge('e_10', 'news', '')] })]);
    expect((await onlyRow(store)).edges).toMatchObject([{ seq: 10, role: 'news' }]);
  });

  it('still lets events and sends go with their row', () => {
    open();
    db.exec('DELETE FROM tool_states');
    expect([dump('tool_edges'), dump('tool_sends'), dump('dead_letters')]).toEqual([[], [], []]);
  });
});
