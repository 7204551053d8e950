import { request } from 'node:http';
import { describe, expect, it, onTestFinished } from 'vitest';
import { SILENT_LOG } from '../../src/config/log.ts';
import type { Secret } from '../../src/config/secret.ts';
import { makeApp } from '../../src/http/app.ts';
import { makeMetrics } from '../../src/http/metrics.ts';
import { makeServer } from '../../src/http/server.ts';
import { makeReceiver } from '../../src/pipeline/receive.ts';
import { guardRig } from './guard-rig.ts';
import { NOW, TOKEN } from './http-door.ts';

/** Who is on this machine: by where the request comes from, the name that it asks, and the page that makes it. */

const CLOCK = { now: () => NOW };

const openDoor = async (token: Secret | null = null) => {
  const { store, guard, status } = await guardRig('memory');
  const app = makeApp({
    receiver: makeReceiver({ store, providers: [], secretsOf: () => [], clock: CLOCK }),
    store,
    metrics: makeMetrics(store, CLOCK),
    apiToken: token,
    guard: { guard, status, token, clock: CLOCK },
    operators: {
      intervene: () => Promise.resolve({ ok: false, code: 'unknown', message: 'Nobody.' }),
      clock: CLOCK,
    },
    log: SILENT_LOG,
  });
  const server = makeServer({ app, host: '127.0.0.1', port: 0, onError: () => {} });
  onTestFinished(() => server.stop(0));
  const { port } = new URL(await server.start());
  /** Not by `fetch`, which lets nobody say to which host it speaks. */
  return (method: string, path: string, headers: Readonly<Record<string, string>>) =>
    new Promise<number | undefined>((resolve, reject) => {
      const asked = request({ host: '127.0.0.1', port, method, path, headers }, (answer) => {
        answer.resume().on('end', () => resolve(answer.statusCode));
      });
      asked.on('error', reject).end(method === 'POST' ? '{"actor":"hanna"}' : undefined);
    });
};

const ROUTES = [
  ['GET', '/metrics', 200],
  ['GET', '/v1/guard/user_ada', 200],
  ['GET', '/v1/status/user_ada', 200],
  ['POST', '/v1/profiles/user_ada/hold', 404],
] as const;
const JSON_BODY = { 'content-type': 'application/json' };

describe('a caller on this machine', () => {
  it.each(ROUTES)('needs no token where it asks this machine by its name: %s %s', async (method, path, status) => {
    const ask = await openDoor();
    for (const host of ['localhost:8484', '127.0.0.1:8484', 'LOCALHOST', '[::1]:8484', '127.9.9.9'])
      expect([host, await ask(method, path, { host, ...JSON_BODY })]).toEqual([host, status]);
  });

  it.each(ROUTES)('is a stranger where it asks by another name: %s %s', async (method, path) => {
    const ask = await openDoor();
    for (const host of [
      'evil.example',
      'localhost.evil.example',
      '127.0.0.1.evil.example',
      '10.0.0.7',
      'evil@localhost',
    ])
      expect([host, await ask(method, path, { host, ...JSON_BODY })]).toEqual([host, 403]);
  });

  it.each(ROUTES)('may ask by any name with the token: %s %s', async (method, path, status) => {
    const ask = await openDoor(TOKEN);
    const authorization = `Bearer ${TOKEN.reveal()}`;
    const headers = { host: 'recoup.example', origin: 'https://recoup.example', authorization, ...JSON_BODY };
    expect(await ask(method, path, headers)).toBe(status);
  });

  it.each(['https://evil.example', 'http://localhost.evil.example', 'http://127.0.0.1@evil.example', 'null'])(
    'changes nothing for a page of %s',
    async (origin) => {
      const ask = await openDoor();
      expect(await ask('POST', '/v1/profiles/u/hold', { host: 'localhost', origin, ...JSON_BODY })).toBe(403);
    },
  );

  it('may do so from a page of this machine', async () => {
    const ask = await openDoor();
    const headers = { host: 'localhost', origin: 'http://localhost:3000', ...JSON_BODY };
    expect(await ask('POST', '/v1/profiles/u/hold', headers)).toBe(404);
  });
});
