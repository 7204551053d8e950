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
  /** The end of the first sync of the log that began after it. */
  readonly synced: number;
  readonly answered: number;
}

// Each line begins with the thread. What another thread interrupts is `<unfinished ...>`, and `resumed` when it ends.
const LOG_WRITE = /^\d+ +(write|writev|pwrite64|pwritev)\(\d+<[^>]+\.db-wal>/;
const LOG_SYNC = /^(?<thread>\d+) +(fsync|fdatasync)\(\d+<[^>]+\.db-wal>(\) += 0|(?<unfinished> <unfinished))/;
const RESUMED = /^(?<thread>\d+) +<\.\.\. (fsync|fdatasync) resumed>\) += 0/;
const ANSWER = /^\d+ +(write|writev|sendto)\(.*HTTP\/1\.1 200 OK/;

const endOfSync = (lines: readonly string[], after: number): number => {
  const at = lines.findIndex((line, index) => index > after && LOG_SYNC.test(line));
  const { thread, unfinished } = LOG_SYNC.exec(lines[at] ?? '')?.groups ?? {};
  if (unfinished === undefined) return at;
  return lines.findIndex((line, index) => index > at && RESUMED.exec(line)?.groups?.thread === thread);
};

/** Of events that were sent one after the other, the answer to each once the last one was there. */
const readOrder = (trace: string, eventIds: readonly string[]): readonly Order[] => {
  const lines = trace.split('\n');
  const answers = [...lines.keys()].filter((at) => ANSWER.test(lines[at] ?? ''));
  return eventIds.map((eventId, index) => {
    const held = lines.findIndex((line) => LOG_WRITE.test(line) && line.includes(eventId));
    return { held, synced: endOfSync(lines, held), answered: answers[index] ?? -1 };
  });
};

const isDurableFirst = ({ held, synced, answered }: Order): boolean => held >= 0 && held < synced && synced < answered;

const traceRelay = async (
  directory: string,
): Promise<{ readonly trace: string; readonly eventIds: readonly string[] }> => {
  const path = join(directory, 'trace.log');
  const calls = 'trace=fsync,fdatasync,write,writev,pwrite64,pwritev,sendto';
  // -D: the relay is the child and not the tracer, so that signals reach it. -f: every thread. -y: names the files.
  const under = ['strace', '-D', '-f', '-y', '-qq', '-s', String(TRACED_BYTES), '-e', calls, '-o', path];
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
    const write = '7 pwrite64(20</x/recoup.db-wal>, "..evt_1..", 8192, 32) = 8192';
    const sync = '7 fdatasync(20</x/recoup.db-wal>) = 0';
    const begin = '7 fdatasync(20</x/recoup.db-wal> <unfinished ...>';
    const end = '7 <... fdatasync resumed>) = 0';
    const answer = '1 write(24<TCP:[1]>, "HTTP/1.1 200 OK\\r\\n", 17) = 17';
    const isRight = (...lines: readonly string[]): boolean =>
      readOrder(lines.join('\n'), ['evt_1']).every(isDurableFirst);
    expect(isRight(write, sync, answer)).toBe(true);
    expect(isRight(write, begin, end, answer)).toBe(true);
    expect(isRight(write, begin, answer, end)).toBe(false);
    expect(isRight(write, answer, sync)).toBe(false);
    expect(isRight(answer, write, sync)).toBe(false);
    expect(isRight(sync, write, answer)).toBe(false);
    expect(isRight(write, answer)).toBe(false);
  });
});
