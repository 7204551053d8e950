import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { openStore } from '../../src/store/index.ts';
import { LAUNCHER, urlOf, useStartPlace } from './start-process.ts';

const { run, directory } = useStartPlace();
const launcher = { file: LAUNCHER };

describe('the launcher', () => {
  it('passes commands, exit codes and signals on', async () => {
    const version = run({}, ['--version'], launcher);
    expect(await version.exited).toBe(0);
    const manifest = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
    expect(manifest).toContain(`"version": "${version.output().stdout.trim()}"`);
    expect(await run({}, ['no-such-command'], launcher).exited).toBe(2);
    const relay = run({}, ['start'], launcher);
    await urlOf(relay);
    relay.child.kill('SIGTERM');
    expect(await relay.exited).toBe(0);
  });

  it('shows the help when nothing is asked for', async () => {
    const help = run({}, [], launcher);
    expect(await help.exited).toBe(0);
    expect(help.output().stdout).toMatch(/Usage: recoup/);
  });

  it('is not taken for gone where there never was one: its variable alone stops no relay', async () => {
    const relay = run({ RECOUP_LAUNCHED: '1' }, ['start']);
    const url = await urlOf(relay);
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    relay.child.kill('SIGTERM');
    expect(await relay.exited).toBe(0);
  });
});

const SYSTEM_NODE = '/usr/bin/node';
/** Null where this machine has no Node that is too old for Recoup. */
const findOldNode = (): string | null => {
  const { stdout } = spawnSync(SYSTEM_NODE, ['--version'], { encoding: 'utf8' });
  const major = Number(/^v(\d+)\./.exec(stdout ?? '')?.[1] ?? Number.NaN);
  return major < 24 ? SYSTEM_NODE : null;
};

describe('the launcher under an old Node', () => {
  const node = findOldNode();
  const why = `${SYSTEM_NODE} is missing or not older than 24`;

  it('passes exit codes and signals on', async ({ skip }) => {
    if (node === null) return skip(why);
    expect(await run({}, ['no-such-command'], { ...launcher, node }).exited).toBe(2);
    const relay = run({}, ['start'], { ...launcher, node });
    await urlOf(relay);
    relay.child.kill('SIGTERM');
    expect(await relay.exited).toBe(0);
  });

  it('takes the relay with it when it is killed: lock and port are free for the next one', async ({ skip }) => {
    if (node === null) return skip(why);
    const relay = run({}, ['start'], { ...launcher, node });
    const url = await urlOf(relay);
    relay.child.kill('SIGKILL');
    await relay.exited;
    await expect(fetch(`${url}/healthz`)).rejects.toThrow();
    const database = `sqlite:${join(directory(), 'data/recoup.db')}`;
    const next = await vi.waitFor(() => openStore(database, { lock: true }), { timeout: 10_000 });
    await next.close();
  });
});
