import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HOUR_MS } from '../../src/domain/instant.ts';
import type { Store } from '../../src/pipeline/ports.ts';
import { openStore } from '../../src/store/index.ts';
import {
  decided,
  delivery,
  deliveryAbout,
  later,
  NOTHING_SAID,
  NOW,
  parked,
  queued,
  workAll,
} from './store-samples.ts';

describe('a relay with commands beside it on one SQLite file', () => {
  let folder = '';
  let relay: Store;
  let command: Store;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'recoup-store-'));
    const url = `sqlite:${join(folder, 'recoup.db')}`;
    relay = await openStore(url, { lock: true });
    command = await openStore(url, { lock: false, busyTimeoutMs: 0 });
  });
  afterEach(async () => {
    await command.close();
    await relay.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('shows a command at once what the relay committed', async () => {
    await relay.accept([delivery('evt_1')]);
    expect(await command.findProfiles('cus_1')).toMatchObject([{ deliveries: [{ end: 'unread' }] }]);
    await workAll(relay, NOW);
    expect(await command.findProfiles('cus_1')).toMatchObject([{ deliveries: [{ end: 'understood' }], version: 1 }]);
  });

  it('never makes the door wait for a decision, and loses no delivery that comes while one is made', async () => {
    await relay.accept([delivery('evt_1')]);
    const answers: Promise<unknown>[] = [];
    await workAll(relay, NOW, (claim) => {
      answers.push(command.accept([delivery('evt_2'), deliveryAbout(['in_1'], 'evt_3')]));
      return decided(claim, { references: ['in_1'], dueAt: later(HOUR_MS) });
    });
    expect(await Promise.all(answers)).toEqual([['stored', 'stored']]);
    expect(await relay.nextDueAt()).toBe(NOW);
    const [claim] = await workAll(relay, NOW, (again) => decided(again, { dueAt: later(HOUR_MS) }));
    expect(claim?.accounts[0]?.deliveries.map(({ eventId }) => eventId)).toEqual(['evt_2', 'evt_3']);
    expect(await relay.nextDueAt()).toBe(later(HOUR_MS));
  });

  it('loses no wake-up without a delivery that comes while a decision is made', async () => {
    await relay.accept([delivery('evt_1')]);
    const inDunning = { inDunning: true, dueAt: later(HOUR_MS) };
    const recorded = { ...NOTHING_SAID, channel: 'recorder' } as const;
    await workAll(relay, NOW, (claim) => decided(claim, { ...inDunning, commitments: recorded }));
    const woken: Promise<number>[] = [];
    await workAll(relay, later(HOUR_MS), (claim) => {
      woken.push(command.wakeForEnforce(NOW));
      return decided(claim, { ...inDunning, commitments: recorded, at: later(HOUR_MS), dueAt: null });
    });
    expect(await Promise.all(woken)).toEqual([1]);
    expect(await relay.nextDueAt()).toBe(later(HOUR_MS));
  });

  it('drops the decision of a worker that was overtaken, and decides again', async () => {
    await relay.accept([delivery('evt_1')]);
    let inner = 0;
    const done = await relay.work(NOW, 10, (claim) => {
      void command.work(NOW, 10, (same) => {
        inner += 1;
        return decided(same, { log: ['the faster one'] });
      });
      return decided(claim, { log: ['the overtaken one'], facts: [] });
    });
    expect([inner, done]).toEqual([1, 0]);
    const [profile] = await relay.findProfiles('cus_1');
    expect(profile).toMatchObject({ version: 1, log: [{ lines: ['the faster one'] }] });
  });

  it('refuses a write that cannot have the lock in time, whole, and takes it afterwards', async () => {
    await relay.accept([delivery('evt_1')]);
    const other = new DatabaseSync(join(folder, 'recoup.db'));
    other.exec('BEGIN IMMEDIATE');
    await expect(command.accept([delivery('evt_2')])).rejects.toThrow(/locked/);
    other.exec('ROLLBACK');
    other.close();
    expect(await command.accept([delivery('evt_2')])).toEqual(['stored']);
  });

  it('waits for the lock of another process as long as it was told', async () => {
    const patient = await openStore(`sqlite:${join(folder, 'recoup.db')}`, { lock: false, busyTimeoutMs: 80 });
    const other = new DatabaseSync(join(folder, 'recoup.db'));
    other.exec('BEGIN IMMEDIATE');
    const start = performance.now();
    await expect(patient.accept([delivery('evt_1')])).rejects.toThrow(/locked/);
    expect(performance.now() - start).toBeGreaterThan(60);
    other.close();
    await patient.close();
  });

  it('lets a command replay what the relay could not do', async () => {
    await relay.accept([delivery('evt_1')]);
    await workAll(relay, NOW, (claim) => parked(claim, later(HOUR_MS)));
    expect(await command.replayDeadLetters(null, NOW)).toBe(1);
    expect(await workAll(relay, NOW)).toHaveLength(1);
  });

  it('loses no replay of a refused identify that comes while a decision is made from what was said before', async () => {
    await relay.accept([delivery('evt_1')]);
    const told = { traits: { in_dunning: true }, accounts: {}, userId: 'u_1' };
    const commitments = { ...NOTHING_SAID, ...told, channel: 'segment' } as const;
    await workAll(relay, NOW, (claim) =>
      decided(claim, { commitments, outbox: [queued('m_1', { type: 'identify' })] }),
    );
    const [row] = await relay.nextCalls({ channel: 'segment', calls: 1, bytes: 1 });
    await relay.settle([{ seq: row?.seq ?? 0, outcome: { result: 'rejected', reason: 'no' } }], NOW);
    await relay.accept([delivery('evt_2')]);
    const replayed: Promise<number>[] = [];
    await workAll(relay, NOW, (claim) => {
      replayed.push(command.replayDeadLetters(null, NOW));
      return decided(claim, { commitments });
    });
    expect(await Promise.all(replayed)).toEqual([1]);
    const [again] = await workAll(relay, NOW);
    expect(again?.commitments.traits).toEqual({});
    expect(again?.accounts[0]?.deliveries.map(({ eventId }) => eventId)).toEqual(['evt_2']);
  });

  it('survives being closed and opened again', async () => {
    await relay.claimNamespace('prod');
    await relay.accept([delivery('evt_1')]);
    await relay.close();
    relay = await openStore(`sqlite:${join(folder, 'recoup.db')}`, { lock: true, namespace: 'prod' });
    expect(await relay.accept([delivery('evt_1')])).toEqual(['duplicate']);
    expect(await workAll(relay, NOW)).toHaveLength(1);
  });
});
