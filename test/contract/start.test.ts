import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { instant } from '../../src/domain/instant.ts';
import { SIGNATURE_HEADER, signStripe } from '../../src/providers/stripe/stripe.ts';
import { SUBSCRIBE_EVENTS } from '../../src/providers/stripe/subscribe.ts';
import { lifecycle } from '../../src/simulate/lifecycles.ts';
import { startSegmentStandIn } from '../../src/simulate/vendors/segment.ts';
import { openStore } from '../../src/store/index.ts';
import { churnBusterBody } from './claim-bodies.ts';
import { urlOf, useStartPlace } from './start-process.ts';

const CLAIM_SECRET = 'claim-canary-0123456789abcdef';
const SECRET = 'whsec_canary_of_the_start_suite';
const WRITE_KEY = 'canary-write-key';
const { run, directory } = useStartPlace();

const post = (url: string, body: string): Promise<Response> =>
  fetch(`${url}/webhooks/stripe`, {
    method: 'POST',
    headers: { [SIGNATURE_HEADER]: signStripe(body, SECRET, instant(Date.now())) },
    body,
  });

const cancellation = (livemode: boolean): readonly string[] =>
  lifecycle('voluntary-cancel', {
    account: { shape: 'basil', livemode, customer: 'cus_ada', userId: 'user_ada', planId: 'pro', priceId: 'price_pro' },
    startsAt: Math.floor(Date.now() / 1_000) * 1_000 - 90 * 86_400_000,
  }).map(({ event }) => JSON.stringify(event));

describe('npm start', () => {
  it('says first that it observes, takes a signed webhook, keeps it and ends with 0 when told to', async () => {
    const relay = run({ STRIPE_WEBHOOK_SECRET: SECRET });
    const url = await urlOf(relay);
    expect(relay.output().stdout).toMatch(/^Recoup OBSERVES/);
    const [body = ''] = cancellation(true);
    expect((await post(url, body)).status).toBe(200);
    expect((await post(url, `${body} `)).status).toBe(200);
    relay.child.kill('SIGTERM');
    expect(await relay.exited).toBe(0);
    const store = await openStore(`sqlite:${join(directory(), 'data/recoup.db')}`, { lock: false });
    const { deliveries } = await store.counts();
    await store.close();
    expect(Object.values(deliveries).reduce((sum, count) => sum + count, 0)).toBe(1);
  });

  it('says what is on, what records, what is off and by which variable, and what to subscribe to', async () => {
    const relay = run({ STRIPE_WEBHOOK_SECRET: SECRET });
    const url = await urlOf(relay);
    const { stdout } = relay.output();
    expect(stdout).toContain(`${url}/webhooks/stripe`);
    expect(stdout).toMatch(/records +every call to Segment, Braze, .* and Slack;/);
    expect(stdout).toMatch(/off +Segment: set SEGMENT_WRITE_KEY/);
    expect(stdout.split(/\s+/)).toEqual(expect.arrayContaining([...SUBSCRIBE_EVENTS]));
    expect(stdout).not.toMatch(/invoice\.created\b/);
  });

  it('keeps a provider without a secret off: 404, and said', async () => {
    const relay = run({});
    const url = await urlOf(relay);
    expect((await post(url, '{}')).status).toBe(404);
    expect(relay.output().stdout).toMatch(/off +Stripe webhooks answer 404: set STRIPE_WEBHOOK_SECRET/);
  });

  it('takes the claims of other recovery tools from who has the secret, and is off without one', async () => {
    const relay = run({ CHURN_BUSTER_WEBHOOK_SECRET: `${CLAIM_SECRET},${'b'.repeat(32)}` });
    const url = await urlOf(relay);
    const claim = (tool: string, secret: string) =>
      fetch(`${url}/webhooks/${tool}`, {
        method: 'POST',
        headers: { authorization: `Basic ${btoa(`recoup:${secret}`)}`, 'content-type': 'application/json' },
        body: churnBusterBody({ type: 'campaign_started' }),
      });
    expect((await claim('churn-buster', CLAIM_SECRET)).status).toBe(200);
    expect((await claim('churn-buster', 'b'.repeat(32))).status).toBe(200);
    expect((await claim('churn-buster', 'c'.repeat(32))).status).toBe(400);
    expect((await claim('churnkey', CLAIM_SECRET)).status).toBe(404);
    const { stdout } = relay.output();
    expect(stdout).toMatch(/on +claims of Churn Buster, as holds: \S+\/webhooks\/churn-buster\n/);
    expect(stdout).toMatch(/off +claims of Churnkey: set CHURNKEY_WEBHOOK_SECRET/);
    expect(stdout).not.toContain(CLAIM_SECRET);
  });

  it('sends to Segment what live webhooks say when it enforces, and shows no secret in anything it prints', async () => {
    const segment = await startSegmentStandIn(WRITE_KEY);
    const relay = run({
      STRIPE_WEBHOOK_SECRET: SECRET,
      MODE: 'enforce',
      NAMESPACE: 'start-suite',
      SEGMENT_WRITE_KEY: WRITE_KEY,
      SEGMENT_HOST: segment.url,
      LOG_LEVEL: 'debug',
    });
    const url = await urlOf(relay);
    expect(relay.output().stdout).toMatch(/^Recoup ENFORCES/);
    for (const body of cancellation(true)) expect((await post(url, body)).status).toBe(200);
    await vi.waitFor(
      () => expect([...segment.messages.values()].map(({ event }) => event)).toContain('subscription_canceled'),
      { timeout: 20_000, interval: 50 },
    );
    await fetch(`${url}/webhooks/stripe`, { method: 'POST', body: SECRET, headers: { [SIGNATURE_HEADER]: SECRET } });
    relay.child.kill('SIGTERM');
    expect(await relay.exited).toBe(0);
    await segment.close();
    const { stdout, stderr } = relay.output();
    expect(stderr).toContain('a webhook was refused');
    expect(stdout + stderr).not.toContain('canary');
  });

  it('sends nothing about test-mode payments when it enforces', async () => {
    const segment = await startSegmentStandIn(WRITE_KEY);
    const relay = run({
      STRIPE_WEBHOOK_SECRET: SECRET,
      MODE: 'enforce',
      NAMESPACE: 'start-suite',
      SEGMENT_WRITE_KEY: WRITE_KEY,
      SEGMENT_HOST: segment.url,
    });
    const url = await urlOf(relay);
    for (const body of cancellation(false)) await post(url, body);
    await vi.waitFor(
      async () =>
        expect(await (await fetch(`${url}/metrics`)).text()).toMatch(/recoup_outbox\{status="recorded"\} [1-9]/),
      { timeout: 20_000, interval: 50 },
    );
    relay.child.kill('SIGTERM');
    await relay.exited;
    await segment.close();
    expect(segment.requests).toEqual([]);
  });

  it('goes on to enforce under another namespace after it has only observed', async () => {
    const segment = await startSegmentStandIn(WRITE_KEY);
    const observing = run({ STRIPE_WEBHOOK_SECRET: SECRET });
    await post(await urlOf(observing), cancellation(true)[0] ?? '');
    observing.child.kill('SIGTERM');
    await observing.exited;
    const enforcing = run({
      MODE: 'enforce',
      NAMESPACE: 'acme-production',
      SEGMENT_WRITE_KEY: WRITE_KEY,
      SEGMENT_HOST: segment.url,
    });
    await urlOf(enforcing);
    enforcing.child.kill('SIGTERM');
    expect(await enforcing.exited).toBe(0);
    await segment.close();
  });

  it('reads .env, and lets the process environment win', async () => {
    writeFileSync(join(directory(), '.env'), `STRIPE_WEBHOOK_SECRET=${SECRET}\nMODE=nonsense\n`);
    const relay = run({ MODE: 'observe' });
    const url = await urlOf(relay);
    expect((await post(url, cancellation(true)[0] ?? '')).status).toBe(200);
  });

  it('prints one JSON line instead with --json', async () => {
    const relay = run({ STRIPE_WEBHOOK_SECRET: SECRET }, ['start', '--json']);
    const said = await vi.waitFor(() => JSON.parse(relay.output().stdout), { timeout: 15_000 });
    expect(said).toMatchObject({ mode: 'observe', sends: false, webhooks: { stripe: `${said.url}/webhooks/stripe` } });
    expect(JSON.stringify(said)).not.toContain('canary');
  });
});

describe('a start that must not go on', () => {
  it.each([
    [{ MODE: 'enforce' }, /^NAMESPACE: expected .+ Example: NAMESPACE=\S+\n$/],
    [{ MODE: 'enforce', NAMESPACE: 'canary' }, /^SEGMENT_WRITE_KEY: expected .+MODE=observe/],
    [{ HOST: '0.0.0.0' }, /^API_TOKEN, GUARD_TOKEN: expected .+\n$/],
    [{ STRIPE_WEBHOOK_SECRET: 'sk_live_canary' }, /^STRIPE_WEBHOOK_SECRET: expected .+\n$/],
  ])('ends with 78 and one line for %j, without a value', async (variables, line) => {
    const relay = run(variables);
    expect(await relay.exited).toBe(78);
    const { stdout, stderr } = relay.output();
    expect(stderr).toMatch(line);
    expect(stderr.trimEnd()).not.toContain('\n');
    expect(stdout + stderr).not.toContain('canary');
  });

  it('ends with 78 and the line and column of a mistake in the policy.yaml of the working directory', async () => {
    writeFileSync(join(directory(), 'policy.yaml'), 'plans:\n  high_valu: [pro]\n');
    const relay = run({});
    expect(await relay.exited).toBe(78);
    expect(relay.output().stderr).toMatch(
      /policy\.yaml:2:3: plans\.high_valu: unknown setting; did you mean high_value\?/,
    );
  });

  it('ends with 78 when something went to Segment under another namespace', async () => {
    const segment = await startSegmentStandIn(WRITE_KEY);
    const enforcing = {
      MODE: 'enforce',
      STRIPE_WEBHOOK_SECRET: SECRET,
      SEGMENT_WRITE_KEY: WRITE_KEY,
      SEGMENT_HOST: segment.url,
    };
    const first = run({ ...enforcing, NAMESPACE: 'staging' });
    const url = await urlOf(first);
    for (const body of cancellation(true)) await post(url, body);
    await vi.waitFor(() => expect(segment.messages.size).toBeGreaterThan(0), { timeout: 20_000, interval: 50 });
    first.child.kill('SIGTERM');
    await first.exited;
    await segment.close();
    const second = run({ ...enforcing, NAMESPACE: 'production' });
    expect(await second.exited).toBe(78);
    expect(second.output().stderr).toMatch(/NAMESPACE=staging/);
  });

  it('ends with 75 and says who runs when another relay has the store, and leaves that one alone', async () => {
    const first = run({ STRIPE_WEBHOOK_SECRET: SECRET });
    const url = await urlOf(first);
    const second = run({ STRIPE_WEBHOOK_SECRET: SECRET });
    expect(await second.exited).toBe(75);
    expect(second.output().stderr).toMatch(new RegExp(`Another relay runs .*pid ${first.child.pid}`));
    expect((await post(url, cancellation(true)[0] ?? '')).status).toBe(200);
  });

  it('ends with 75 and one line when the port is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const address = other.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const relay = run({ PORT: String(port) });
    expect(await relay.exited).toBe(75);
    other.close();
    expect(relay.output().stderr).toBe(
      `Another program listens on 127.0.0.1 port ${port}. Stop it, or set PORT to a free port.\n`,
    );
  });
});

describe('stopping', () => {
  it('waits for a request under way, and not at a second signal', async () => {
    const relay = run({ STRIPE_WEBHOOK_SECRET: SECRET });
    const url = await urlOf(relay);
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    socket.on('error', () => {});
    socket.write('POST /webhooks/stripe HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\nExpect: 100-continue\r\n\r\n');
    await once(socket, 'data');
    relay.child.kill('SIGTERM');
    await vi.waitFor(() => expect(relay.output().stderr).toContain('stopping'), { timeout: 10_000 });
    // The same Ctrl+C, passed on by a launcher: no second wish.
    relay.child.kill('SIGTERM');
    await fetch(`${url}/healthz`).catch(() => {});
    expect(relay.child.exitCode).toBeNull();
    await vi.waitFor(() => expect(relay.child.kill('SIGTERM')).toBe(false), { timeout: 10_000 });
    expect(await relay.exited).toBe(1);
    socket.destroy();
  });

  it('frees the store at once for the next relay', async () => {
    for (const _ of [1, 2]) {
      const relay = run({});
      await urlOf(relay);
      relay.child.kill('SIGINT');
      expect(await relay.exited).toBe(0);
    }
  });
});
