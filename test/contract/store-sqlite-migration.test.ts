import { readFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Store } from '../../src/pipeline/ports.ts';
import { migrate } from '../../src/store/sqlite/migrate.ts';
import { makeSqliteStore } from '../../src/store/sqlite/store.ts';
import { decided, later, NOTHING_SAID, NOW, workAll } from './store-samples.ts';
import { DELIVERED, onlyRow, REJECTED, settlementOf, want, wanted } from './store-tool-samples.ts';

const MIGRATIONS = ['0001_initial.sql', '0002_store_id.sql'];
const migrationText = (name: string): string =>
  readFileSync(new URL(`../../src/store/sqlite/migrations/${name}`, import.meta.url), 'utf8');

/** A store as the first release left it. */
const openFirstRelease = (): DatabaseSync => {
  const db = new DatabaseSync(':memory:', { enableForeignKeyConstraints: true });
  db.exec('PRAGMA application_id = 1382249840');
  db.exec(
    'CREATE TABLE schema_migrations (version INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at INTEGER NOT NULL) STRICT',
  );
  for (const [index, name] of MIGRATIONS.entries()) {
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
    db = openFirstRelease();
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
