import { readdirSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HOUR_MS } from '../../src/domain/instant.ts';
import type { Store } from '../../src/pipeline/ports.ts';
import { migrate } from '../../src/store/sqlite/migrate.ts';
import { makeSqliteStore } from '../../src/store/sqlite/store.ts';
import { makeToolCounts } from '../../src/store/sqlite/tools/tool-counts.ts';
import { makeToolRows } from '../../src/store/sqlite/tools/tool-rows.ts';
import { makeHeldRows } from '../../src/store/sqlite/verify/held-rows.ts';
import { makeVerifyCounts } from '../../src/store/sqlite/verify/verify-counts.ts';
import { customerOf, decided, delivery, deliveryOf, later, NOW, queued, workAll } from './store-samples.ts';
import { edge, onlyRow, REJECTED, settlementOf, want, wanted } from './store-tool-samples.ts';

/** Each is applied once, in order of its number. */
const FILES = readdirSync(new URL('../../src/store/sqlite/migrations/', import.meta.url)).sort();

const column = (db: DatabaseSync, sql: string): readonly unknown[] =>
  db
    .prepare(sql)
    .all()
    .map((row) => Object.values(row)[0]);

const planOf = (db: DatabaseSync, sql: string): string =>
  db
    .prepare(`EXPLAIN QUERY PLAN ${sql}`)
    .all()
    .map(({ detail }) => String(detail))
    .join('\n');

const tallyOf = (names: readonly string[], seen: readonly unknown[]): Record<string, number> =>
  Object.fromEntries(names.map((name) => [name, seen.filter((one) => one === name).length]));

describe('the SQLite schema', () => {
  let db: DatabaseSync;
  let store: Store;
  beforeEach(() => {
    db = new DatabaseSync(':memory:', { enableForeignKeyConstraints: true });
    migrate(db, 'memory', NOW);
    store = makeSqliteStore(db, () => undefined);
  });
  afterEach(() => store.close());

  it('is what the golden file shows', async () => {
    const statements = column(
      db,
      `SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' ORDER BY tbl_name, type DESC, name`,
    );
    await expect(`${statements.join(';\n\n')};\n`).toMatchFileSnapshot('../golden/schema.sql');
  });

  it('has no table that takes a value of the wrong type', () => {
    expect(
      column(
        db,
        `SELECT name FROM pragma_table_list WHERE schema = 'main' AND strict = 0 AND name NOT LIKE 'sqlite_%'`,
      ),
    ).toEqual([]);
  });

  it('is migrated once', () => {
    migrate(db, 'memory', NOW);
    expect(column(db, 'SELECT version FROM schema_migrations')).toEqual(FILES.map((name) => Number.parseInt(name, 10)));
  });

  it('of a later release is refused', () => {
    db.exec(`INSERT INTO schema_migrations (version, name, applied_at) VALUES (9999, 'later', 0)`);
    expect(() => migrate(db, 'x.db', NOW)).toThrow(expect.objectContaining({ code: 'store_too_new' }));
  });

  it('finds due profiles, unread deliveries, queued calls and the facts of a profile without scanning or sorting', () => {
    const plans = [
      'SELECT id FROM profiles WHERE due_at <= 1 ORDER BY due_at, id LIMIT 10',
      `SELECT seq FROM deliveries WHERE customer_id = 1 AND ending = 'unread' ORDER BY seq`,
      `SELECT seq FROM outbox WHERE channel = 'segment' AND status = 'queued' ORDER BY seq LIMIT 10`,
      'SELECT fact FROM facts WHERE customer_id = 1',
      'SELECT event FROM committed_events WHERE customer_id = 1',
      `SELECT profile_id FROM profile_aliases WHERE alias = 'user:u_1' AND mode = 'live'`,
      'SELECT alias FROM profile_aliases WHERE profile_id = 1',
      'SELECT customer_id FROM account_contacts WHERE profile_id = 1',
      'SELECT id FROM profiles WHERE merged_into = 1',
      'SELECT id FROM tool_states WHERE customer_id = 1',
      `SELECT id FROM tool_states WHERE tool = 'braze' AND channel = 'live' AND user_id = 'u_1' AND customer_id IS NOT NULL`,
      `SELECT seq FROM tool_edges WHERE tool_state_id = 1 AND status IN ('queued', 'unknown') ORDER BY seq`,
    ];
    for (const sql of plans) {
      expect(planOf(db, sql), sql).not.toMatch(/^SCAN|TEMP B-TREE/m);
    }
  });

  describe('of the decision log', () => {
    beforeEach(async () => {
      await store.accept([delivery('evt_1')]);
      await workAll(store, NOW, (claim) => decided(claim, { log: ['said'] }));
    });

    it('lets no line be changed', () => {
      expect(() => db.exec(`UPDATE decisions SET lines = '[]'`)).toThrow(/append only/);
    });

    it('lets no line be deleted before its retention ends', () => {
      expect(() => db.exec('DELETE FROM decisions')).toThrow(/retention/);
      db.exec(`INSERT INTO meta (name, value) VALUES ('decisions_kept_from', '${NOW}')`);
      expect(() => db.exec('DELETE FROM decisions')).toThrow(/retention/);
      db.exec(`UPDATE meta SET value = '${NOW + 1}' WHERE name = 'decisions_kept_from'`);
      db.exec('DELETE FROM decisions');
      expect(column(db, 'SELECT count(*) FROM decisions')).toEqual([0]);
    });
  });

  it('has an instant to sweep by in every table that only grows', () => {
    const swept = {
      deliveries: 'received_at',
      facts: 'occurred_at',
      outbox: 'done_at',
      tool_edges: 'done_at',
      tool_sends: 'at',
      decisions: 'at',
      dead_letters: 'replayed_at',
    };
    for (const [table, instantColumn] of Object.entries(swept)) {
      expect(column(db, `SELECT name FROM pragma_table_info('${table}')`), table).toContain(instantColumn);
    }
  });

  it('counts by triggers exactly what is there, through every way in, on and out', async () => {
    await store.accept([
      delivery('evt_1'),
      delivery('evt_2', { keys: { customer: 'cus_2' } }),
      delivery('evt_3', { keys: { customer: null, objects: ['in_1'] } }),
      delivery('evt_4', { keys: { customer: null, objects: ['in_2'] } }),
      delivery('evt_5', { end: 'ignored', detail: '-' }),
      delivery('evt_6', { end: 'dead_letter', detail: '-' }),
    ]);
    const check = async (): Promise<void> => {
      const { deliveries, outbox, profiles } = await store.counts();
      const names = `SELECT iif(ending = 'unread' AND customer_id IS NULL, 'unresolved', ending) FROM deliveries`;
      expect(deliveries).toEqual(
        tallyOf(['unread', 'unresolved', 'understood', 'ignored', 'dead_letter'], column(db, names)),
      );
      expect(outbox).toEqual(
        tallyOf(['queued', 'delivered', 'recorded', 'dead'], column(db, 'SELECT status FROM outbox')),
      );
      expect([profiles]).toEqual(column(db, 'SELECT count(*) FROM profiles'));
    };
    await check();
    await workAll(store, NOW, (claim) =>
      decided(claim, {
        references: ['in_1'],
        outbox: [queued(`m_${claim.profileId}`), queued(`n_${claim.profileId}`)],
      }),
    );
    await check();
    const rows = await store.nextCalls({ channel: 'segment', calls: 10, bytes: 1_000_000 });
    const results = [{ result: 'delivered' }, { result: 'recorded' }, { result: 'rejected', reason: '-' }] as const;
    await store.settle(
      results.map((outcome, index) => ({ seq: rows[index]?.seq ?? 0, outcome })),
      NOW,
    );
    await check();
    await store.replayDeadLetters(null, NOW);
    await workAll(store, later(80 * HOUR_MS));
    await check();
    db.exec('DELETE FROM dead_letters; DELETE FROM deliveries; DELETE FROM outbox');
    await check();
  });

  it('finds the rows of a tool that are to be sent, and counts them, without reading or sorting those that rest', async () => {
    await want(store, [wanted({ edges: [edge('e_1')] })]);
    const asked: string[] = [];
    const spied = Object.create(db, {
      prepare: {
        value: (sql: string) => {
          asked.push(sql);
          return db.prepare(sql);
        },
      },
    });
    const rows = makeToolRows(spied);
    expect(rows.next({ tool: 'braze', channel: 'live', now: later(HOUR_MS), limit: 10 })).toHaveLength(1);
    rows.nextRetryAt('braze', 'live');
    makeToolCounts(spied)();
    expect(asked).toHaveLength(4);
    for (const sql of asked) expect(planOf(db, sql), sql).not.toMatch(/SCAN (s|tool_states|tool_edges)\b|TEMP B-TREE/);
  });

  it('finds the rows that are to be read back, and counts them, without reading or sorting all that rest', async () => {
    const asked: string[] = [];
    const spied = Object.create(db, {
      prepare: {
        value: (sql: string) => {
          asked.push(sql);
          return db.prepare(sql);
        },
      },
    });
    const held = makeHeldRows(spied);
    held.due('braze', NOW, 10);
    held.sample('braze', 10);
    held.nextAt('braze');
    makeVerifyCounts(spied)();
    expect(asked).toHaveLength(4);
    // Nor do the counts, at every scrape, read whatever is to be looked at: each is the first entry of an index.
    const unbounded = /SCAN (?:s|p|o|tool_states|suppressions)\b|TEMP B-TREE FOR ORDER|tool_states_retry|suppressions_/;
    for (const sql of asked) expect(planOf(db, sql), sql).not.toMatch(unbounded);
  });

  it('knows by triggers since when each row is unverified, through every way in, on and out', () => {
    db.exec(`INSERT INTO profiles (id) VALUES (1);
      INSERT INTO tool_states (id, profile_id, tool, channel, user_id, desired, version, decided_at, status, urgent)
        VALUES (1, 1, 'braze', 'live', 'u_1', '{}', 1, 0, 'settled', 1), (2, 1, 'braze', 'live', 'u_2', '{}', 1, 0, 'settled', 1)`);
    const begin = (seq: number, row: number | null, at: number | null) =>
      db.exec(`INSERT INTO suppressions (seq, profile_id, tool, channel, tool_state_id, version, reason, occurred_at,
        received_at, decided_at, acknowledged_at) VALUES (${seq}, 1, 'braze', 'live', ${row}, 1, 'recovered', 0, 0, 0, ${at})`);
    const since = () => column(db, 'SELECT unverified_since FROM tool_states ORDER BY id');
    const update = (what: string) => db.exec(`UPDATE suppressions SET ${what}`);
    begin(1, 1, null);
    begin(2, 1, 30);
    begin(3, 2, 40);
    begin(4, null, 5);
    expect(since()).toEqual([30, 40]);
    update('acknowledged_at = 20 WHERE seq = 1');
    expect(since()).toEqual([20, 40]);
    update('tool_state_id = 2 WHERE seq = 1');
    expect(since()).toEqual([30, 20]);
    update('verified_at = 50 WHERE seq = 2');
    update('overtaken_at = 50 WHERE seq = 1');
    expect(since()).toEqual([null, 40]);
    db.exec('DELETE FROM suppressions WHERE seq = 3');
    expect(since()).toEqual([null, null]);
  });

  it('counts the rows of tools by triggers, and lets one be swept with its events, its calls and its dead letters', async () => {
    await want(store, [wanted({ edges: [edge('e_1')] })]);
    await store.settleTools([settlementOf(await onlyRow(store), REJECTED)], NOW, NOW);
    await want(store, [wanted({ userId: 'u_2', urgent: true })], { customer: 'cus_2' });
    expect(await store.toolCounts()).toMatchObject([{ settled: 0, waiting: 1, dead: 1, urgent: 1 }]);
    db.exec('DELETE FROM tool_states');
    expect(await store.toolCounts()).toMatchObject([{ settled: 0, waiting: 0, dead: 0, urgent: 0 }]);
    const left = ['tool_edges', 'tool_sends', 'dead_letters'].map((table) => `SELECT count(*) FROM ${table}`);
    expect(column(db, left.join(' UNION ALL '))).toEqual([0, 0, 0]);
  });

  it('skips nobody whom new rules were about to wake when the write failed', async () => {
    await store.accept([deliveryOf('cus_1', 'evt_1'), deliveryOf('cus_2', 'evt_2')]);
    await workAll(store, NOW);
    db.exec(`CREATE TRIGGER fault BEFORE UPDATE ON profiles BEGIN SELECT RAISE(ABORT, 'a fault'); END`);
    await expect(store.wakeForRuleset('rules-2', NOW, 1)).rejects.toThrow('a fault');
    db.exec('DROP TRIGGER fault');
    expect(await store.wakeForRuleset('rules-2', NOW, 1)).toBe(1);
    expect(await store.wakeForRuleset('rules-2', NOW, 1)).toBe(1);
    expect(await store.wakeForRuleset('rules-2', NOW, 1)).toBe(0);
    const woken = await workAll(store, NOW);
    expect(woken.map(customerOf)).toEqual(['cus_1', 'cus_2']);
  });

  it('keeps no waiting place of a delivery that found its customer', async () => {
    await store.accept([delivery('evt_1', { keys: { customer: null, objects: ['in_1', 'ch_1'] } }), delivery('evt_2')]);
    await workAll(store, NOW, (claim) => decided(claim, { references: ['in_1'] }));
    expect(column(db, 'SELECT count(*) FROM waiting')).toEqual([0]);
  });

  it('lets a delivery be swept with its body and its waiting place', async () => {
    await store.accept([delivery('evt_1', { keys: { customer: null, objects: ['in_1'] } })]);
    db.exec('DELETE FROM deliveries');
    expect(column(db, 'SELECT count(*) FROM delivery_bodies UNION ALL SELECT count(*) FROM waiting')).toEqual([0, 0]);
  });
});

describe('a full disk', () => {
  const fill = (db: DatabaseSync): void => {
    const [pages] = column(db, 'PRAGMA page_count');
    db.exec(`PRAGMA max_page_count = ${Number(pages)}`);
  };

  it('is noticed by the probe, refuses deliveries whole, and is forgotten when there is space again', async () => {
    const db = new DatabaseSync(':memory:', { enableForeignKeyConstraints: true });
    migrate(db, 'memory', NOW);
    const store = makeSqliteStore(db, () => undefined);
    await store.accept([delivery('evt_0')]);
    fill(db);
    const large = delivery('evt_1', { rawBody: 'x'.repeat(100_000) });
    await expect(store.probe()).rejects.toThrow(/full/);
    await expect(store.accept([delivery('evt_2'), large])).rejects.toThrow(/full/);
    expect((await store.counts()).deliveries.unread).toBe(1);
    db.exec('PRAGMA max_page_count = 1000000');
    await expect(store.probe()).resolves.toBeUndefined();
    expect(await store.accept([delivery('evt_2'), large])).toEqual(['stored', 'stored']);
    await store.close();
  });
});
