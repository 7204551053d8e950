import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SIGNATURE_HEADER, signStripe } from '../../src/providers/stripe/stripe.ts';
import { event, exchange, NOW, openDoor, post, rows, SECRET, signed } from './http-door.ts';

describe('webhooks over HTTP', () => {
  it('stores a signed webhook exactly as it came and answers 200 as JSON', async () => {
    const door = await openDoor();
    const response = await post(door, event('evt_1', ' \n'));
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toMatch(/^application\/json/);
    expect(await response.json()).toEqual({ received: true });
    expect(await rows(door)).toBe(1);
  });

  it('says nothing of what it is built with', async () => {
    const door = await openDoor();
    const response = await post(door, event('evt_1'));
    expect(response.headers.get('x-powered-by')).toBeNull();
    expect(response.headers.get('etag')).toBeNull();
  });

  it('stores one row for fifty posts of one event at once, and answers all of them 200 with the same body', async () => {
    const door = await openDoor();
    const responses = await Promise.all(Array.from({ length: 50 }, () => post(door, event('evt_1'))));
    const bodies = await Promise.all(responses.map((response) => response.text()));
    expect(new Set(responses.map(({ status }) => status))).toEqual(new Set([200]));
    expect(new Set(bodies).size).toBe(1);
    expect(await rows(door)).toBe(1);
  });

  it('refuses a body with a byte changed on the way', async () => {
    const door = await openDoor();
    const { headers } = signed(event('evt_1'));
    const response = await post(door, event('evt_2'), { ...(headers && { headers }) });
    expect({ status: response.status, rows: await rows(door) }).toEqual({ status: 400, rows: 0 });
  });

  it('refuses a genuine signature under a second header of the same name', async () => {
    const door = await openDoor();
    const body = event('evt_1');
    const lines = ['POST /webhooks/stripe HTTP/1.1', 'Host: x', 'Connection: close', `Content-Length: ${body.length}`];
    const signature = `Stripe-Signature: ${signStripe(body, SECRET, NOW)}`;
    const answer = await exchange(door, `${[...lines, signature, signature].join('\r\n')}\r\n\r\n${body}`);
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(await rows(door)).toBe(0);
  });

  it('takes a body of 512 KB', async () => {
    const door = await openDoor();
    const body = event('evt_1').padEnd(512 * 1024, ' ');
    expect((await post(door, body)).status).toBe(200);
  });

  it('answers 413 to a body of 513 KB and closes the connection', async () => {
    const door = await openDoor();
    const body = event('evt_1').padEnd(513 * 1024, ' ');
    const response = await post(door, body);
    expect(response.status).toBe(413);
    expect(response.headers.get('connection')).toBe('close');
    expect(await rows(door)).toBe(0);
  });

  it('answers 413 to a body without a length as soon as it has grown too large', async () => {
    const door = await openDoor();
    const head = 'POST /webhooks/stripe HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n';
    const chunk = `10000\r\n${'x'.repeat(0x10000)}\r\n`;
    const answer = await exchange(door, head, ...Array.from({ length: 9 }, () => chunk));
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
  });

  it.each(['gzip', 'deflate', 'br', 'gzip, gzip', 'unknown'])(
    'refuses a body in the encoding %s unread: a small one can hold a huge one',
    async (encoding) => {
      const door = await openDoor();
      const bomb = gzipSync(Buffer.alloc(10 * 1024 * 1024));
      const response = await post(door, bomb, { headers: { 'content-encoding': encoding } });
      expect({ status: response.status, rows: await rows(door) }).toEqual({ status: 415, rows: 0 });
    },
  );

  it('answers 200 to a genuine depth bomb, keeps it as a dead letter and goes on', async () => {
    const door = await openDoor();
    const bomb = `${'['.repeat(200_000)}${']'.repeat(200_000)}`;
    expect((await post(door, bomb)).status).toBe(200);
    expect((await door.store.counts()).deliveries.dead_letter).toBe(1);
    expect((await post(door, event('evt_1'))).status).toBe(200);
  });

  it('answers 400 to a depth bomb that nobody signed', async () => {
    const door = await openDoor();
    const bomb = `${'['.repeat(200_000)}${']'.repeat(200_000)}`;
    const response = await post(door, bomb, { headers: { [SIGNATURE_HEADER]: 't=1,v1=00' } });
    expect({ status: response.status, rows: await rows(door) }).toEqual({ status: 400, rows: 0 });
  });

  it.each(['/webhooks/chargebee', '/webhooks/__proto__', '/webhooks/', '/webhooks/stripe/x', '/nothing'])(
    'answers 404 to a post to %s',
    async (path) => {
      const door = await openDoor();
      const response = await fetch(`${door.url}${path}`, signed(event('evt_1')));
      expect({ status: response.status, rows: await rows(door) }).toEqual({ status: 404, rows: 0 });
    },
  );

  it('never answers 5xx to garbage in a signature header, whatever bytes it holds', async () => {
    const door = await openDoor();
    const bytes = fc.uint8Array({ minLength: 1, maxLength: 80 });
    await fc.assert(
      fc.asyncProperty(bytes, async (garbage) => {
        const head = 'POST /webhooks/stripe HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 2\r\n';
        const answer = await exchange(door, `${head}Stripe-Signature: `, garbage, '\r\n\r\n{}');
        expect(answer).toMatch(/^(HTTP\/1\.1 4\d\d |$)/);
        expect(answer).not.toMatch(/node_modules|\bat .*:\d+:\d+/);
      }),
      { numRuns: 150, interruptAfterTimeLimit: 15_000 },
    );
    expect(await rows(door)).toBe(0);
  });

  it.each([
    ['a length and a chunked body at once', 'Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
    ['two lengths', 'Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}'],
    ['a header folded over lines', 'X-A: b\r\n c\r\nContent-Length: 2\r\nTransfer-Encoding : chunked\r\n\r\n{}'],
  ])('refuses a request with %s, and closes the connection', async (_, rest) => {
    const door = await openDoor();
    const answer = await exchange(door, `POST /webhooks/stripe HTTP/1.1\r\nHost: x\r\n${rest}`);
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
  });

  it('answers a path that cannot be decoded with 4xx and no stack', async () => {
    const door = await openDoor();
    const answer = await exchange(door, 'POST /webhooks/%E0%A4%A HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    expect(answer).toMatch(/^HTTP\/1\.1 4/);
    expect(answer).not.toMatch(/URIError|node_modules/);
  });

  it('closes a connection whose headers or body trickle in', async () => {
    const door = await openDoor();
    const head = 'POST /webhooks/stripe HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n';
    const [headers, body] = await Promise.all([exchange(door, head), exchange(door, `${head}\r\n{"id`)]);
    expect(headers).toMatch(/^HTTP\/1\.1 408 /);
    expect(body).toMatch(/^HTTP\/1\.1 408 /);
  });

  it('answers 503 with Retry-After while the store fails, and says so at /readyz and not at /healthz', async () => {
    const door = await openDoor({ broken: true });
    const response = await post(door, event('evt_1'));
    expect(response.status).toBe(503);
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await response.text()).not.toMatch(/disk/);
    expect((await fetch(`${door.url}/readyz`)).status).toBe(503);
    expect((await fetch(`${door.url}/healthz`)).status).toBe(200);
  });
});

describe('stopping the door', () => {
  it('lets a request under way finish, and takes no new connection', async () => {
    const door = await openDoor();
    const body = event('evt_1');
    const head = [
      'POST /webhooks/stripe HTTP/1.1',
      'Host: x',
      `Content-Length: ${body.length}`,
      `Stripe-Signature: ${signStripe(body, SECRET, NOW)}`,
    ].join('\r\n');
    const socket = connect(Number(new URL(door.url).port), '127.0.0.1');
    const answer = new Promise<string>((resolve) => {
      let text = '';
      socket.on('data', (chunk) => {
        text += chunk.toString();
      });
      socket.on('close', () => resolve(text));
    });
    // The interim answer shows that the request has reached the app.
    socket.write(`${head}\r\nExpect: 100-continue\r\n\r\n`);
    await new Promise((resolve) => socket.once('data', resolve));
    const stopped = door.server.stop(5_000);
    socket.write(body);
    expect(await answer).toMatch(/HTTP\/1\.1 200 OK/);
    await stopped;
    await expect(fetch(`${door.url}/healthz`)).rejects.toThrow();
    expect(await rows(door)).toBe(1);
  });

  it('cuts off what does not finish in time', async () => {
    const door = await openDoor();
    const head = 'POST /webhooks/stripe HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\nExpect: 100-continue\r\n\r\n';
    const socket = connect(Number(new URL(door.url).port), '127.0.0.1');
    socket.on('error', () => {});
    const closed = new Promise((resolve) => socket.on('close', resolve));
    socket.write(head);
    await new Promise((resolve) => socket.once('data', resolve));
    await door.server.stop(20);
    await closed;
  });
});
