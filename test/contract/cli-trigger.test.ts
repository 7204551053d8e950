import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { instant } from '../../src/domain/instant.ts';
import { stripe } from '../../src/providers/stripe/stripe.ts';
import { makeWorkplace, runRecoup } from './cli-process.ts';

const SECRET = 'whsec_trigger';
const workplace = makeWorkplace();
afterAll(workplace.remove);

interface Webhook {
  readonly path: string;
  readonly verified: boolean;
  readonly body: { readonly type: string; readonly livemode: boolean; readonly created: number; readonly id: string };
}

/** A relay's front door: it checks signatures and answers what it is told to. */
const openDoor = async (status: number) => {
  const received: Webhook[] = [];
  const server = createServer(async (request, response) => {
    received.push(await toWebhook(request));
    response.writeHead(status).end('{}');
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, port, received, close: () => server.close() };
};

const toWebhook = async (request: IncomingMessage): Promise<Webhook> => {
  const rawBody = Buffer.concat(await request.toArray());
  const { ok } = stripe.verify({ rawBody, headers: request.headers, secrets: [SECRET], now: instant(Date.now()) });
  return { path: request.url ?? '', verified: ok, body: JSON.parse(rawBody.toString('utf8')) };
};

describe('recoup trigger', () => {
  let door: Awaited<ReturnType<typeof openDoor>>;
  beforeEach(async () => {
    door = await openDoor(200);
  });
  afterEach(() => door.close());
  const trigger = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
    runRecoup(workplace.path, ['trigger', ...args], env);

  it('posts signed test-mode webhooks of the past, in order, and says where to look next', async () => {
    const now = Date.now() / 1000;
    const { exitCode, stdout } = await trigger(['recovered-by-retry', '--url', door.url, '--user', 'ada'], {
      STRIPE_WEBHOOK_SECRET: `${SECRET},whsec_older`,
    });
    expect(exitCode).toBe(0);
    expect(door.received.map(({ body }) => body.type)).toEqual([
      'charge.failed',
      'payment_intent.payment_failed',
      'invoice.payment_failed',
      'customer.subscription.updated',
      'charge.succeeded',
      'payment_intent.succeeded',
      'invoice_payment.paid',
      'invoice.paid',
      'invoice.payment_succeeded',
      'customer.subscription.updated',
    ]);
    for (const { path, verified, body } of door.received) {
      expect({ path, verified, livemode: body.livemode }).toEqual({
        path: '/webhooks/stripe',
        verified: true,
        livemode: false,
      });
      expect(body.created).toBeLessThanOrEqual(now + 60);
    }
    expect(stdout).toMatch(/^--> charge\.failed evt_\w+\n<-- \[200\] \d+ ms$/m);
    expect(stdout).toContain('profile ada');
  });

  it('finds the relay by HOST and PORT, sends live mode when asked, and tells a program what it sent', async () => {
    const env = { HOST: '127.0.0.1', PORT: String(door.port), STRIPE_WEBHOOK_SECRET: SECRET };
    const { exitCode, stdout } = await trigger(['renewal-failed', '--live', '--json', '--shape', 'legacy'], env);
    expect(exitCode).toBe(0);
    const told = JSON.parse(stdout);
    expect(told.sent.map(({ id }: { id: string }) => id)).toEqual(door.received.map(({ body }) => body.id));
    expect(door.received.every(({ body }) => body.livemode)).toBe(true);
    expect(told).toMatchObject({ lifecycle: 'renewal-failed', user: expect.stringMatching(/^user_\w+$/) });
  });

  it('makes a customer, a subscription and an invoice for each run, uses them throughout, and names them', async () => {
    const args = ['renewal-failed', '--url', door.url, '--secret', SECRET, '--user', 'bob'];
    const runs = [];
    for (const _ of [1, 2]) runs.push(JSON.parse((await trigger([...args, '--json'])).stdout));
    for (const kind of ['customer', 'subscription', 'invoice']) {
      expect(new Set(runs.map((run) => run[kind])).size, kind).toBe(2);
    }
    const notices = door.received.filter(({ body }) => body.type === 'invoice.payment_failed').map(({ body }) => body);
    expect(notices).toHaveLength(2);
    for (const [index, notice] of notices.entries()) {
      const { customer, subscription, invoice } = runs[index];
      expect(notice).toMatchObject({ data: { object: { id: invoice, customer } } });
      expect(JSON.stringify(notice)).toContain(subscription);
    }
    expect((await trigger(args)).stdout).toMatch(/user bob: cus_\w+, sub_\w+, in_\w+\./);
  });

  it.each(['legacy', 'basil', 'endive'])(
    'introduces the customer by the address that it was given before anything fails, in the shape %s',
    async (shape) => {
      const args = ['out-of-order', '--url', door.url, '--secret', SECRET, '--shape', shape];
      expect((await trigger([...args, '--email', 'ada@example.com', '--user', 'ada'])).exitCode).toBe(0);
      const [first, ...others] = door.received.map(({ body }) => body);
      expect(first).toMatchObject({
        type: 'customer.created',
        data: { object: { email: 'ada@example.com', metadata: { user_id: 'ada' } } },
      });
      expect(others.every(({ created }) => created > (first?.created ?? Number.POSITIVE_INFINITY))).toBe(true);
    },
  );

  it('ends with code 2 on an address that is none', async () => {
    const { exitCode, stderr } = await trigger([
      'renewal-failed',
      '--url',
      door.url,
      '--email',
      'ada',
      '--secret',
      SECRET,
    ]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('ada@example.com');
  });

  it('ends with code 1 and names the likely cause when the relay refuses the signature', async () => {
    door.close();
    door = await openDoor(400);
    const { exitCode, stderr } = await trigger(['exhausted', '--url', door.url, '--secret', 'whsec_other']);
    expect(exitCode).toBe(1);
    expect(stderr).toContain('STRIPE_WEBHOOK_SECRET is another');
    expect(stderr).not.toContain('whsec_other');
    expect(door.received).toHaveLength(1);
  });

  it('ends with code 1 and says how to start a relay when none answers; to a program as JSON', async () => {
    door.close();
    const { exitCode, stderr, stdout } = await trigger(['exhausted', '--url', door.url, '--secret', SECRET, '--json']);
    expect(exitCode).toBe(1);
    expect(stdout).toBe('');
    expect(JSON.parse(stderr).error.message).toContain(`No relay answers at ${door.url}. Start one`);
  });

  it('ends with code 2 when it has no secret to sign with', async () => {
    const { exitCode, stderr } = await trigger(['exhausted', '--url', door.url]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('Set STRIPE_WEBHOOK_SECRET');
  });
});
