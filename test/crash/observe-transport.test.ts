import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { makeRandom } from '../../src/simulate/random.ts';
import { spawnRelay } from './relay-process.ts';
import { startSenders } from './senders.ts';
import { drawWebhooks } from './webhooks.ts';

/**
 * What leaves is looked at where it would leave: the whole relay as a process with the credentials of every tool, all of
 * whose addresses lead to one listener that counts connections, and the system calls of every thread.
 */

const SECRET = 'whsec_crash';
const CUSTOMERS = 6;
const canTrace = spawnSync('strace', ['-o', '/dev/null', 'true']).status === 0;

interface Listener {
  readonly url: string;
  readonly connections: () => number;
  readonly close: () => void;
}

/** Takes whatever comes, refuses it, and counts. */
const listen = async (): Promise<Listener> => {
  let connections = 0;
  const server = createServer((_, response) => response.writeHead(503).end()).on('connection', () => {
    connections += 1;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const close = (): void => {
    server.closeAllConnections();
    server.close();
  };
  return { url: `http://127.0.0.1:${port}`, connections: () => connections, close };
};

/** Segment and every tool, as an owner would set them. */
const credentials = (url: string): Readonly<Record<string, string>> => ({
  SEGMENT_WRITE_KEY: 'write_key',
  SEGMENT_HOST: url,
  BRAZE_API_KEY: 'key',
  BRAZE_REST_ENDPOINT: url,
  ITERABLE_API_KEY: 'key',
  ITERABLE_BASE_URL: url,
  HUBSPOT_ACCESS_TOKEN: 'token',
  HUBSPOT_BASE_URL: url,
  SALESFORCE_LOGIN_URL: url,
  SALESFORCE_CLIENT_ID: 'id',
  SALESFORCE_CLIENT_SECRET: 'secret',
  SLACK_WEBHOOK_URL: `${url}/services/secret`,
  OUTBOUND_WEBHOOK_URL: `${url}/hook`,
  OUTBOUND_WEBHOOK_SECRET: `whsec_${Buffer.alloc(32, 7).toString('base64')}`,
  ZENDESK_BASE_URL: url,
  ZENDESK_EMAIL: 'agent@example.com',
  ZENDESK_API_TOKEN: 'token',
  INTERCOM_ACCESS_TOKEN: 'token',
  INTERCOM_BASE_URL: url,
});

const numberIn = (metrics: string, name: string): number =>
  Number(new RegExp(`^${name.replace(/[{}]/g, '\\$&')} (\\d+)$`, 'm').exec(metrics)?.[1] ?? Number.NaN);

interface Left {
  readonly connections: number;
  /** Lines of the trace that open a connection to another address; null where nothing can be traced. */
  readonly connects: readonly string[] | null;
  /** Calls to Segment that were recorded, and that wait. */
  readonly calls: { readonly recorded: number; readonly queued: number };
}

/** Failures, recoveries and lost customers through the whole process; ends once it has decided all of them. */
const runIn = async (mode: 'observe' | 'enforce'): Promise<Left> => {
  const directory = mkdtempSync(join(tmpdir(), 'recoup-observe-'));
  const listener = await listen();
  const trace = join(directory, 'trace.log');
  const under = canTrace ? ['strace', '-D', '-f', '-qq', '-e', 'trace=connect', '-o', trace] : [];
  const variables = {
    MODE: mode,
    NAMESPACE: 'acme',
    STRIPE_WEBHOOK_SECRET: SECRET,
    LOG_LEVEL: 'silent',
    ...credentials(listener.url),
  };
  const relay = spawnRelay({ directory, variables, under });
  try {
    const webhooks = drawWebhooks(makeRandom(5), CUSTOMERS, Date.now());
    const senders = startSenders({ webhooks, secret: SECRET, connections: 2, random: makeRandom(5) });
    const url = await relay.url;
    senders.pointAt(url);
    await senders.finished;
    const metrics = async (): Promise<string> => (await fetch(`${url}/metrics`)).text();
    const read = await vi.waitFor(
      async () => {
        const text = await metrics();
        expect(numberIn(text, 'recoup_deliveries{end="unread"}')).toBe(0);
        expect(numberIn(text, 'recoup_profiles_in_dunning')).toBeGreaterThan(0);
        const said = mode === 'observe' ? 'recorded' : 'queued';
        expect(numberIn(text, `recoup_outbox{status="${said}"}`)).toBeGreaterThan(CUSTOMERS);
        if (mode === 'enforce') expect(listener.connections()).toBeGreaterThan(1);
        return text;
      },
      { timeout: 40_000, interval: 200 },
    );
    await relay.stop();
    const lines = canTrace ? readFileSync(trace, 'utf8').split('\n') : null;
    return {
      connections: listener.connections(),
      connects: lines?.filter((line) => /\bconnect\(.*AF_INET6?\b/.test(line)) ?? null,
      calls: {
        recorded: numberIn(read, 'recoup_outbox{status="recorded"}'),
        queued: numberIn(read, 'recoup_outbox{status="queued"}'),
      },
    };
  } finally {
    await relay.kill();
    listener.close();
    rmSync(directory, { recursive: true, force: true });
  }
};

describe('what leaves the process', () => {
  const runs = new Map<string, Promise<Left>>();
  const leftIn = (mode: 'observe' | 'enforce'): Promise<Left> => {
    const left = runs.get(mode) ?? runIn(mode);
    runs.set(mode, left);
    return left;
  };

  it('is nothing while it observes, whatever credentials are set and whatever happens', async () => {
    const left = await leftIn('observe');
    expect(left.connections).toBe(0);
    expect(left.calls.recorded).toBeGreaterThan(CUSTOMERS);
  }, 90_000);

  it('is seen by the same eyes where it enforces', async () => {
    expect((await leftIn('enforce')).connections).toBeGreaterThan(1);
  }, 90_000);

  it('is nothing by the system calls of any thread, which show it where it enforces', async (context) => {
    if (!canTrace) context.skip('strace is not installed or may not trace here: only the listener has looked');
    expect((await leftIn('observe')).connects).toEqual([]);
    expect((await leftIn('enforce')).connects?.length).toBeGreaterThan(1);
  }, 90_000);
});
