import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { makeRandom } from '../../src/simulate/random.ts';
import { spawnRelay } from './relay-process.ts';
import { startSenders } from './senders.ts';
import { drawWebhooks } from './webhooks.ts';

/**
 * `kill -9` leaves what the process wrote in the system's cache; a power cut does not. So the order of the system calls
 * is looked at: a webhook's row, the sync of the log that holds it, and only then the answer.
 */

const SECRET = 'whsec_crash';
const CUSTOMERS = 5;
/** A page of the store with the frame's header; longer writes would be cut in the trace. */
const TRACED_BYTES = 9_000;

const canTrace = spawnSync('strace', ['-o', '/dev/null', 'true']).status === 0;

/** Places in the trace, as line numbers; -1: not in it. */
interface Order {
  /** The first write to the log that holds the webhook. */
  readonly held: number;
  /** The last write to the log before the answer, and the sync that follows it. */
  readonly written: number;
  readonly synced: number;
  readonly answered: number;
}

const LOG_WRITE = /^(write|writev|pwrite64|pwritev)\(\d+<[^>]+\.db-wal>/;
const LOG_SYNC = /^(fsync|fdatasync)\(\d+<[^>]+\.db-wal>\) += 0/;
const ANSWER = /^(write|writev|sendto)\(.*HTTP\/1\.1 200 OK/;

/** Of events that were sent one after the other, the answer to each once the last one was there. */
const readOrder = (trace: string, eventIds: readonly string[]): readonly Order[] => {
  const lines = trace.split('\n');
  const answers = [...lines.keys()].filter((at) => ANSWER.test(lines[at] ?? ''));
  return eventIds.map((eventId, index) => {
    const answered = answers[index] ?? -1;
    const held = lines.findIndex((line) => LOG_WRITE.test(line) && line.includes(eventId));
    const written = lines.findLastIndex((line, at) => at < answered && LOG_WRITE.test(line));
    const synced = lines.findIndex((line, at) => at > written && LOG_SYNC.test(line));
    return { held, written, synced, answered };
  });
};

const isDurableFirst = ({ held, written, synced, answered }: Order): boolean =>
  held >= 0 && held <= written && written < synced && synced < answered;

const traceRelay = async (
  directory: string,
): Promise<{ readonly trace: string; readonly eventIds: readonly string[] }> => {
  const path = join(directory, 'trace.log');
  const calls = 'trace=fsync,fdatasync,write,writev,pwrite64,pwritev,sendto';
  // -D: the relay is the child and not the tracer, so that signals reach it. -y: names the files.
  const under = ['strace', '-D', '-y', '-qq', '-s', String(TRACED_BYTES), '-e', calls, '-o', path];
  const variables = { STRIPE_WEBHOOK_SECRET: SECRET, LOG_LEVEL: 'silent' };
  const relay = spawnRelay({ directory, variables, under });
  try {
    const all = drawWebhooks(makeRandom(3), CUSTOMERS, Date.now());
    const webhooks = [...new Map(all.map((webhook) => [webhook.event.id, webhook])).values()];
    const senders = startSenders({ webhooks, secret: SECRET, connections: 1, random: makeRandom(3) });
    senders.pointAt(await relay.url);
    await senders.finished;
    expect(senders.repeated()).toBe(0);
    const answered = (): number => readFileSync(path, 'utf8').split('HTTP/1.1 200 OK').length - 1;
    await vi.waitFor(() => expect(answered()).toBe(webhooks.length), { timeout: 10_000, interval: 20 });
    return { trace: readFileSync(path, 'utf8'), eventIds: webhooks.map(({ event }) => event.id) };
  } finally {
    await relay.kill();
  }
};

describe('the order of system calls', () => {
  it('no 2xx is written before the sync of the commit that holds the webhook', async (context) => {
    if (!canTrace) context.skip('strace is not installed or may not trace here');
    const directory = mkdtempSync(join(tmpdir(), 'recoup-trace-'));
    try {
      const { trace, eventIds } = await traceRelay(directory);
      const orders = readOrder(trace, eventIds);
      expect(orders.length).toBeGreaterThan(20);
      expect(orders.filter((order) => !isDurableFirst(order))).toEqual([]);
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  }, 60_000);

  it('is found wrong where the answer precedes the sync, or the sync is missing', () => {
    const write = 'pwrite64(20</x/recoup.db-wal>, "..evt_1..", 8192, 32) = 8192';
    const sync = 'fdatasync(20</x/recoup.db-wal>) = 0';
    const answer = 'write(24<TCP:[1]>, "HTTP/1.1 200 OK\\r\\n", 17) = 17';
    const isRight = (...lines: readonly string[]): boolean =>
      readOrder(lines.join('\n'), ['evt_1']).every(isDurableFirst);
    expect(isRight(write, sync, answer)).toBe(true);
    expect(isRight(write, answer, sync)).toBe(false);
    expect(isRight(answer, write, sync)).toBe(false);
    expect(isRight(sync, write, answer)).toBe(false);
    expect(isRight(write, sync, write, answer)).toBe(false);
    expect(isRight(write, answer)).toBe(false);
  });
});
