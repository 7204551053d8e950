import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openStore } from '../../src/store/index.ts';
import { decided, delivery, NOW, queued, workAll } from './store-samples.ts';

const CHILD = new URL('./store-child.ts', import.meta.url).pathname;

let folder = '';
let file = '';
let url = '';
let children: ChildProcess[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'recoup-store-'));
  file = join(folder, 'data', 'recoup.db');
  url = `sqlite:${file}`;
});
afterEach(() => {
  for (const child of children) child.kill('SIGKILL');
  children = [];
  rmSync(folder, { recursive: true, force: true });
});

const kill = async (child: ChildProcess): Promise<void> => {
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
};

/** Starts a relay in a process of its own and collects its lines until there are `count`. */
const startRelay = async (task: 'hold' | 'write', count: number) => {
  const child = spawn(process.execPath, [CHILD, url, task], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  const lines: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line);
    if (lines.length >= count) break;
  }
  return { child, lines };
};

describe('the lock of a relay', () => {
  it('refuses a second relay, names the first, lets commands work beside it, and dies with kill -9', async () => {
    const { child } = await startRelay('hold', 1);
    const second = openStore(url, { lock: true });
    await expect(second).rejects.toMatchObject({ code: 'store_locked' });
    await expect(second).rejects.toThrow(new RegExp(`pid ${child.pid} on .+, since \\d{4}-`));
    const command = await openStore(url, { lock: false });
    expect(await command.accept([delivery('evt_1')])).toEqual(['stored']);
    await command.close();
    await kill(child);
    expect(existsSync(`${file}.owner`)).toBe(true);
    const next = await openStore(url, { lock: true });
    expect(JSON.parse(readFileSync(`${file}.owner`, 'utf8'))).toMatchObject({ pid: process.pid });
    expect(await workAll(next, NOW)).toHaveLength(1);
    await next.close();
  });

  it('holds within one process too, whatever else is opened and closed there, until the relay closes', async () => {
    const relay = await openStore(url, { lock: true });
    await (await openStore(url, { lock: false })).close();
    await expect(openStore(url, { lock: true })).rejects.toMatchObject({ code: 'store_locked' });
    const child = spawn(process.execPath, [CHILD, url, 'hold'], { stdio: 'ignore' });
    children.push(child);
    expect(await once(child, 'exit')).toEqual([1, null]);
    await relay.close();
    expect(existsSync(`${file}.owner`)).toBe(false);
    await (await openStore(url, { lock: true })).close();
  });

  it('refuses a second relay that comes by a symbolic link, to the file or to its folder', async () => {
    const { child } = await startRelay('hold', 1);
    symlinkSync('recoup.db', join(folder, 'data', 'alias.db'));
    symlinkSync('data', join(folder, 'elsewhere'));
    for (const alias of ['data/alias.db', 'elsewhere/recoup.db', 'elsewhere/alias.db']) {
      const second = openStore(`sqlite:${join(folder, alias)}`, { lock: true });
      await expect(second, alias).rejects.toMatchObject({ code: 'store_locked' });
      await expect(second, alias).rejects.toThrow(`pid ${child.pid} on `);
    }
  });

  it('goes by the lock, not by the pid that an owner file left behind names', async () => {
    await (await openStore(url, { lock: true })).close();
    writeFileSync(`${file}.owner`, JSON.stringify({ pid: process.ppid, host: 'elsewhere', since: 'long ago' }));
    await (await openStore(url, { lock: true })).close();
  });
});

describe('kill -9', () => {
  it('loses no acknowledged delivery and leaves a store that works', async () => {
    for (let round = 0; round < 3; round += 1) {
      const { child, lines } = await startRelay('write', 60 + 25 * round);
      await kill(child);
      const store = await openStore(url, { lock: true });
      const acknowledged = lines.filter((line) => line.startsWith('evt_')).map((id) => Number(id.slice(4)));
      const again = await store.accept(
        acknowledged.map((n) => delivery(`evt_${n}`, { keys: { customer: `cus_${n % 7}` } })),
      );
      expect(acknowledged.length).toBeGreaterThan(50);
      expect(new Set(again)).toEqual(new Set(['duplicate']));
      await workAll(store, NOW);
      expect((await store.counts()).deliveries.unread).toBe(0);
      await store.close();
      rmSync(join(folder, 'data'), { recursive: true });
    }
  });
});

describe('the files of a store', () => {
  it('are readable by their owner only, also when the database was not', async () => {
    const store = await openStore(url, { lock: true });
    await store.accept([delivery('evt_1')]);
    const modes = ['', '-wal', '-shm', '.lock', '.owner'].map((end) => statSync(`${file}${end}`).mode & 0o777);
    expect(modes).toEqual([0o600, 0o600, 0o600, 0o600, 0o600]);
    expect(statSync(join(folder, 'data')).mode & 0o777).toBe(0o700);
    await store.close();
    chmodSync(file, 0o644);
    await (await openStore(url, { lock: true })).close();
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('are durable by SQLite with a write-ahead log', async () => {
    await (await openStore(url, { lock: true })).close();
    const db = new DatabaseSync(file);
    expect(db.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'wal' });
    db.close();
  });
});

describe('opening', () => {
  it('refuses a file that is no database, with one clear error, and leaves it alone', async () => {
    await (await openStore(url, { lock: true })).close();
    const garbage = join(folder, 'notes.txt');
    writeFileSync(garbage, 'these are my notes, not a database. '.repeat(300));
    const before = readFileSync(garbage, 'utf8');
    await expect(openStore(`sqlite:${garbage}`, { lock: true })).rejects.toMatchObject({ code: 'store_foreign' });
    expect(readFileSync(garbage, 'utf8')).toBe(before);
  });

  it('refuses the database of another program and leaves it alone', async () => {
    const other = join(folder, 'other.db');
    const db = new DatabaseSync(other);
    db.exec('CREATE TABLE songs (title TEXT)');
    db.close();
    chmodSync(other, 0o644);
    const before = readFileSync(other);
    await expect(openStore(`sqlite:${other}`, { lock: true })).rejects.toMatchObject({ code: 'store_foreign' });
    expect(readFileSync(other).equals(before)).toBe(true);
    expect(statSync(other).mode & 0o777).toBe(0o644);
    expect(existsSync(`${other}.lock`)).toBe(false);
  });

  it('names the path that cannot be opened', async () => {
    const blocked = join(folder, 'file');
    writeFileSync(blocked, '');
    const opened = openStore(`sqlite:${join(blocked, 'recoup.db')}`, { lock: true });
    await expect(opened).rejects.toMatchObject({ code: 'store_unopenable' });
    await expect(opened).rejects.toThrow(join(blocked, 'recoup.db'));
  });

  it('refuses another namespace and frees the lock again', async () => {
    const relay = await openStore(url, { lock: true, namespace: 'prod' });
    await relay.accept([delivery('evt_1')]);
    await workAll(relay, NOW, (claim) => decided(claim, { outbox: [queued('prod:payment_failed:1')] }));
    await relay.close();
    await expect(openStore(url, { lock: true, namespace: 'dev' })).rejects.toMatchObject({
      code: 'namespace_mismatch',
    });
    await (await openStore(url, { lock: true, namespace: 'prod' })).close();
  });

  it('refuses a store of a later release and frees the lock again', async () => {
    await (await openStore(url, { lock: true })).close();
    const db = new DatabaseSync(file);
    db.exec(`INSERT INTO schema_migrations (version, name, applied_at) VALUES (9999, 'later', 0)`);
    await expect(openStore(url, { lock: true })).rejects.toMatchObject({ code: 'store_too_new' });
    db.exec('DELETE FROM schema_migrations WHERE version = 9999');
    db.close();
    await (await openStore(url, { lock: true })).close();
  });

  it('says that there is no Postgres adapter yet, and never repeats a URL that may hold a password', async () => {
    for (const [bad, code] of [
      ['postgres://me:hunter2@db/recoup', 'store_postgres_missing'],
      ['mysql://me:hunter2@db/recoup', 'store_url'],
      ['sqlite:', 'store_url'],
    ] as const) {
      const opened = openStore(bad, { lock: true });
      await expect(opened).rejects.toMatchObject({ code });
      await expect(opened).rejects.not.toThrow(/hunter2/);
    }
  });
});
