import { connect } from 'node:net';
import { onTestFinished } from 'vitest';
import { SILENT_LOG } from '../../src/config/log.ts';
import { type Secret, toSecret } from '../../src/config/secret.ts';
import { instant } from '../../src/domain/instant.ts';
import { makeApp } from '../../src/http/app.ts';
import type { BodyRoom } from '../../src/http/body-room.ts';
import { makeMetrics } from '../../src/http/metrics.ts';
import { makeServer, type Server } from '../../src/http/server.ts';
import type { Store } from '../../src/pipeline/ports.ts';
import { makeReceiver } from '../../src/pipeline/receive.ts';
import { SIGNATURE_HEADER, signStripe, stripe } from '../../src/providers/stripe/stripe.ts';
import { openStore } from '../../src/store/index.ts';

export const NOW = instant(Date.UTC(2026, 10, 21, 12));
export const SECRET = 'whsec_canary_of_the_http_suite';
export const TOKEN = toSecret('canary-operator-token-0123456789');
const TIMEOUTS = { headersMs: 150, requestMs: 300, checkEveryMs: 20 };

const CLOCK = { now: () => NOW };

export interface Door {
  readonly url: string;
  readonly store: Store;
  readonly server: Server;
}

interface DoorOptions {
  /** Stands for a disk that takes no more. */
  readonly broken?: boolean;
  readonly apiToken?: Secret | null;
  readonly onProbe?: () => void;
  readonly bodyRoom?: BodyRoom;
  readonly timeouts?: typeof TIMEOUTS;
}

/** A door with everything real behind it but the loop; closed when the test has ended. */
export const openDoor = async (options: DoorOptions = {}): Promise<Door> => {
  const store = await openStore('sqlite::memory:', { lock: false });
  const full = () => Promise.reject(new Error('database or disk is full'));
  const probe = (): Promise<void> => {
    options.onProbe?.();
    return store.probe();
  };
  const behind: Store = options.broken ? { ...store, accept: full, probe: full, counts: full } : { ...store, probe };
  const metrics = makeMetrics(behind, CLOCK);
  const receiver = makeReceiver({
    store: behind,
    providers: [stripe],
    secretsOf: (provider) => (provider === 'stripe' ? [SECRET] : []),
    clock: CLOCK,
    onReport: ({ provider, outcome }) => metrics.webhookAnswered(provider, outcome),
  });
  const { apiToken = null, bodyRoom, timeouts = TIMEOUTS } = options;
  const parts = { receiver, store: behind, metrics, apiToken, log: SILENT_LOG };
  const app = makeApp({ ...parts, ...(bodyRoom && { bodyRoom }) });
  const server = makeServer({ app, host: '127.0.0.1', port: 0, onError: () => {}, timeouts });
  onTestFinished(async () => {
    await server.stop(0);
    await store.close();
  });
  return { url: await server.start(), store, server };
};

/** The body of a signed event, with `extra` at its end. */
export const event = (id: string, extra = ''): string =>
  `{"id":"${id}","object":"event","type":"invoice.paid","created":${NOW / 1_000},"livemode":true,` +
  `"data":{"object":{"id":"in_1","object":"invoice","customer":"cus_1"}}${extra}}`;

/** What Stripe would post. */
export const signed = (body: string | Uint8Array): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json', [SIGNATURE_HEADER]: signStripe(body, SECRET, NOW) },
  body: Buffer.from(body),
});

/** Posts a body as Stripe would, but for what `init` replaces. */
export const post = (door: Door, body: string | Uint8Array, init: RequestInit = {}): Promise<Response> => {
  const request = signed(body);
  const headers = { ...request.headers, ...init.headers };
  return fetch(`${door.url}/webhooks/stripe`, { ...request, ...init, headers });
};

/** Deliveries stored. */
export const rows = async ({ store }: Door): Promise<number> =>
  Object.values((await store.counts()).deliveries).reduce((sum, count) => sum + count, 0);

/** Writes bytes to the door as they are; resolves with all that came back when the door closed the connection. */
export const exchange = (door: Door, ...chunks: readonly (string | Uint8Array)[]): Promise<string> =>
  new Promise((resolve) => {
    let answer = '';
    const socket = connect(Number(new URL(door.url).port), '127.0.0.1');
    socket
      .on('data', (chunk) => {
        answer += chunk.toString('latin1');
      })
      .on('error', () => {})
      .on('close', () => resolve(answer));
    for (const chunk of chunks) socket.write(chunk);
  });
