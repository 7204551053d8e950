import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Store } from '../../src/pipeline/ports.ts';
import { openStore } from '../../src/store/index.ts';
import { migrate } from '../../src/store/sqlite/migrate.ts';
import { makeSqliteStore } from '../../src/store/sqlite/store.ts';
import { accountsOf, arrive, decideBy, play, settle } from './store-people.ts';
import { customerOf, NOW, queued, workAll } from './store-samples.ts';

const ANNA = { user: 'anna' };
const BEN = { user: 'ben' };

/** Who everybody is and what is known and said of each account, whatever the rows are called. */
const PEOPLE = `SELECT a.alias, a.mode, p.due_at, p.failures, p.parked_until, p.in_dunning, p.commitments, p.view,
  (SELECT json_group_array(json_array(c.customer,
    (SELECT count(*) FROM facts f WHERE f.customer_id = c.id),
    (SELECT json_group_array(e.message_id) FROM committed_events e WHERE e.customer_id = c.id),
    (SELECT count(*) FROM account_contacts t WHERE t.customer_id = c.id)))
    FROM (SELECT * FROM customers WHERE profile_id = p.id ORDER BY customer) c) AS accounts
  FROM profiles p LEFT JOIN profile_aliases a ON a.profile_id = p.id WHERE p.merged_into IS NULL ORDER BY a.alias`;

describe('joining and parting in SQLite', () => {
  let db: DatabaseSync;
  let store: Store;
  const open = (): void => {
    db = new DatabaseSync(':memory:', { enableForeignKeyConstraints: true });
    migrate(db, 'memory', NOW);
    store = makeSqliteStore(db, () => undefined);
  };
  beforeEach(open);
  afterEach(() => store.close());

  const dump = (): readonly unknown[] =>
    [
      'profiles',
      'customers',
      'profile_aliases',
      'account_contacts',
      'facts',
      'committed_events',
      'outbox',
      'deliveries',
    ].map((table) => db.prepare(`SELECT * FROM ${table}`).all());

  it('leaves the same rows after parting and joining again as if nothing had happened', async () => {
    const names = { cus_1: { ...ANNA, email: 'a@example.com' }, cus_2: { ...BEN, contacts: ['carl'] } };
    const said = (customer: string) => ({
      events: [{ messageId: `m_${customer}`, event: 'payment_failed', silent: false }],
    });
    const once = async (more: typeof names): Promise<void> => {
      await arrive(store, 'cus_1', 'cus_2');
      await settle(
        store,
        decideBy(more, () => ({ outbox: [] }), said),
      );
    };
    for (let round = 0; round < 3; round += 1) await once(names);
    const apart = db.prepare(PEOPLE).all();
    await store.close();
    open();
    await once(names);
    await once({ ...names, cus_2: { ...ANNA, contacts: ['carl'] } });
    expect(await accountsOf(store, 'anna')).toEqual(['cus_1', 'cus_2']);
    await once(names);
    expect(db.prepare(PEOPLE).all()).toEqual(apart);
    expect(db.prepare('PRAGMA foreign_key_check').all()).toEqual([]);
  });

  it.each([
    ['absorbing', 'BEFORE UPDATE OF merged_into ON profiles', {}],
    ['moving accounts', 'AFTER UPDATE OF profile_id ON customers', BEN],
    ['moving calls', 'AFTER UPDATE OF profile_id ON outbox', {}],
  ])('changes nothing when %s fails half way, and succeeds the next time', async (_, place, before) => {
    await play(store, { cus_1: ANNA, cus_2: before });
    await arrive(store, 'cus_2');
    const rows = dump();
    db.exec(`CREATE TRIGGER fault ${place} BEGIN SELECT RAISE(ABORT, 'a fault'); END`);
    await expect(workAll(store, NOW, decideBy({ cus_1: ANNA, cus_2: ANNA }))).rejects.toThrow('a fault');
    expect(dump()).toEqual(rows);
    db.exec('DROP TRIGGER fault');
    await settle(store, decideBy({ cus_1: ANNA, cus_2: ANNA }));
    expect(await accountsOf(store, 'anna')).toEqual(['cus_1', 'cus_2']);
  });

  it('touches no profile that was absorbed ever again', async () => {
    await play(store, { cus_1: ANNA, cus_2: {} });
    await play(store, { cus_2: ANNA });
    await store.wakeForRuleset('rules-2', NOW, 10);
    await store.wakeForEnforce(NOW);
    await store.wakeForTool('braze', NOW);
    expect(db.prepare('SELECT id FROM profiles WHERE due_at IS NOT NULL AND merged_into IS NOT NULL').all()).toEqual(
      [],
    );
    expect((await store.counts()).profiles).toBe(1);
  });

  it('joins what an older release knew as two profiles of one user, and has everything said to the tools again', async () => {
    const told = JSON.stringify({
      episodes: [],
      traits: { in_dunning: true },
      accounts: {},
      absorbed: [],
      userId: 'anna',
      audiences: ['late'],
      untold: [],
      channel: 'segment',
      segment: null,
      tools: {},
    });
    for (const id of [1, 2]) {
      db.exec(`INSERT INTO profiles (id, mode, version, decided_at, ruleset, user_id, commitments, due_at)
          VALUES (${id}, 'test', 1, 0, 'rules-0', 'anna', '${told}', ${NOW});
        INSERT INTO customers (id, profile_id, provider, merchant, mode, customer, created_at)
          VALUES (${id}, ${id}, 'stripe', '', 'test', 'cus_${id}', 0);
        INSERT INTO tool_states (id, profile_id, tool, channel, user_id, desired, version, decided_at, delivered, reached, status, urgent)
          VALUES (${id}, ${id}, 'braze', 'live', 'anna', '{}', 1, 0, '{"held_${id}":1}', '["ep_${id}"]', 'settled', 0);
        INSERT INTO tool_edges (tool_state_id, event_id, role, episode_id, event, committed_at, status)
          VALUES (${id}, 'e_${id}', 'exit', 'ep_${id}', '{}', 0, 'queued');
        INSERT INTO tool_sends (tool_state_id, at, result, attributes, events) VALUES (${id}, 0, 'rejected', '{}', '[]');
        INSERT INTO dead_letters (kind, subject, code, message, payload, profile_id, tool_state_id, created_at)
          VALUES ('tool', 'braze anna', 'tool_rejected', 'no', '{}', ${id}, ${id}, 0)`);
    }
    db.exec(`INSERT INTO profile_aliases (alias, mode, profile_id) VALUES ('user:anna', 'test', 1)`);
    const [, [claim] = []] = await settle(store, decideBy({ cus_1: ANNA, cus_2: ANNA }));
    expect(claim?.commitments).toMatchObject({ traits: {}, untold: ['late'], userId: 'anna', absorbed: [] });
    // What either was told and is empty by now is asserted, too.
    const row = { profile_id: 1, reached: '["ep_1","ep_2"]', delivered: null, uncertain: '["held_1","held_2"]' };
    expect(db.prepare('SELECT profile_id, reached, delivered, uncertain, status FROM tool_states').all()).toEqual([
      { ...row, status: 'waiting' },
    ]);
    const letters = db.prepare('SELECT tool_state_id, profile_id FROM dead_letters').all();
    expect(letters).toEqual([{ tool_state_id: 1, profile_id: 1 }]);
    for (const table of ['tool_edges', 'tool_sends'])
      expect(db.prepare(`SELECT tool_state_id FROM ${table}`).all(), table).toEqual([
        { tool_state_id: 1 },
        { tool_state_id: 1 },
      ]);
    expect(await accountsOf(store, 'anna')).toEqual(['cus_1', 'cus_2']);
  });
});

describe('a decision under way while its account moves', () => {
  let folder = '';
  let relay: Store;
  let other: Store;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'recoup-store-'));
    const url = `sqlite:${join(folder, 'recoup.db')}`;
    relay = await openStore(url, { lock: true });
    other = await openStore(url, { lock: false });
  });
  afterEach(async () => {
    await other.close();
    await relay.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it.each([
    ['all accounts', {}],
    ['one account of several', { cus_3: ANNA }],
  ])('of %s writes nothing, and what came is read by whom it belongs to', async (_, more) => {
    const names = { cus_1: ANNA, cus_2: BEN, ...more };
    const moved = { cus_1: BEN, cus_2: BEN, ...more };
    await play(relay, names);
    await arrive(relay, 'cus_1');
    const asides: Promise<unknown>[] = [];
    await workAll(relay, NOW, (claim) => {
      // Another process finds that the account is Ben's, and one more delivery of it arrives.
      if (customerOf(claim) === 'cus_1' && asides.length === 0) {
        asides.push(other.work(NOW, 10, decideBy(moved)), arrive(other, 'cus_1'));
      }
      return decideBy(names, () => ({ outbox: [queued('m_stale')], log: ['stale'] }))(claim);
    });
    await Promise.all(asides);
    expect(
      (await relay.nextCalls({ channel: 'segment', calls: 99, bytes: 99_999 })).map(({ call }) => call.messageId),
    ).not.toContain('m_stale');
    const rounds = await settle(relay, decideBy(moved));
    expect(rounds[0]?.map(({ userId }) => userId)).toEqual(['anna', 'ben']);
    expect(rounds[0]?.[1]?.accounts[0]?.deliveries).toHaveLength(2);
    expect(await accountsOf(relay, 'ben')).toEqual(['cus_1', 'cus_2']);
    expect((await relay.counts()).deliveries.unread).toBe(0);
  });
});
