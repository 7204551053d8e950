import { existsSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { instant, plus } from '../../src/domain/instant.ts';
import { SUBSCRIBE_EVENTS } from '../../src/providers/stripe/subscribe.ts';
import { makeMemoryBook, type StripeStandIn, startStripeStandIn } from '../../src/simulate/vendors/stripe.ts';
import { openStore } from '../../src/store/index.ts';
import { type Printed, runInProcess } from './cli-in-process.ts';
import { makeWorkplace, runRecoup } from './cli-process.ts';
import { makeDoctorDoors } from './doctor-doors.ts';
import { admitPatients } from './doctor-store.ts';

const KEY = 'rk_live_canarykey0123456789';
const SECRET = 'whsec_canarysecret';
const workplace = makeWorkplace();
const STORE = `sqlite:${join(workplace.path, 'doctor.db')}`;
/** Nothing listens there. */
const NOWHERE = 'http://127.0.0.1:9';

const run = (args: readonly string[], env: Readonly<Record<string, string>>, policy?: string): Promise<Printed> =>
  runInProcess(args, makeDoctorDoors({ PORT: '9', SEGMENT_HOST: NOWHERE, ...env }, policy));

interface Finding {
  readonly check: string;
  readonly severity: string;
  readonly what: string;
  readonly detail: readonly string[];
}

const findingsOf = (text: string): readonly Finding[] => JSON.parse(text).findings;

describe('recoup doctor', () => {
  const book = makeMemoryBook();
  let stripe: StripeStandIn;
  let metrics: Server;
  let env: Readonly<Record<string, string>>;

  beforeAll(async () => {
    stripe = await startStripeStandIn({ apiKey: KEY, book });
    metrics = createServer((_, response) =>
      response.end(
        'recoup_webhooks_total{provider="stripe",outcome="stored"} 9\nrecoup_webhooks_total{provider="stripe",outcome="refused"} 4\n',
      ),
    );
    await new Promise<void>((done) => metrics.listen(0, '127.0.0.1', done));
    const relay = await openStore(STORE, { lock: true, namespace: 'doctor' });
    const patients = [
      { customer: 'cus_Ada', userId: 'ada' },
      { customer: 'cus_Eve', userId: 'eve@example.com' },
      { customer: 'cus_Nobody', owes: 123.45 },
      { customer: 'cus_Test', mode: 'test' as const },
    ];
    await admitPatients(relay, patients, plus(instant(Date.now()), -60_000));
    env = { DATABASE_URL: STORE, STRIPE_API_KEY: KEY, STRIPE_API_BASE: stripe.url, STRIPE_WEBHOOK_SECRET: SECRET };
    // Kept open, as a relay that runs does.
    closing = () => relay.close();
  });
  let closing: () => Promise<void> = async () => {};
  afterAll(async () => {
    await Promise.all([stripe.close(), closing()]);
    metrics.close();
    workplace.remove();
  });

  const putEndpoint = (changes: Readonly<Record<string, unknown>> = {}): void =>
    book.put({
      id: 'we_1',
      object: 'webhook_endpoint',
      created: 1,
      url: 'https://billing.example.com/webhooks/stripe?token=canarytoken',
      status: 'enabled',
      api_version: '2025-03-31.basil',
      enabled_events: [...SUBSCRIBE_EVENTS],
      ...changes,
    });

  it('works with nothing set at all, says what it could not look at and makes no store', async () => {
    const path = join(workplace.path, 'none.db');
    const { exitCode, text } = await run(['doctor'], { DATABASE_URL: `sqlite:${path}` });
    expect(exitCode).toBe(1);
    expect(text).toContain('STRIPE_WEBHOOK_SECRET is not set');
    expect(text).toMatch(/Could not be checked[\s\S]*\? store: [\s\S]*\n\nWell/);
    expect(existsSync(path)).toBe(false);
  });

  it('reads Stripe, the store of a running relay and its numbers, and shows problems first', async () => {
    putEndpoint({ enabled_events: ['invoice.paid'], api_version: null });
    const { port } = metrics.address() as AddressInfo;
    const { exitCode, flat } = await run(['doctor'], { ...env, PORT: String(port) });
    expect(exitCode).toBe(1);
    const [problems = '', rest = ''] = flat.split('To be looked at');
    expect(problems).toContain('Problems');
    expect(problems).toMatch(/events: \d+ events not sent, .*invoice\.payment_failed among them/);
    expect(problems).toContain('stripe webhook_endpoints update we_1');
    expect(problems).toMatch(/identity: 1 customer in dunning now without a user id, 123\.45 USD at stake/);
    expect(rest).toContain('refused 4 webhooks');
    expect(rest).toContain('names no API version');
    expect(rest).toMatch(/clock: The clock agrees with 127\.0\.0\.1:\d+\./);
  });

  it('fits 80 columns but for what is to be copied, and shows no secret and no address', async () => {
    putEndpoint({ enabled_events: ['*'], url: 'https://billing.example.com/other?token=canarytoken' });
    const seen = [
      await run(['doctor'], env),
      await run(['doctor', '--json'], env),
      await run(['doctor', 'identity'], env),
    ];
    const [screen] = seen;
    expect(screen?.text.split('\n').filter((line) => line.length > 80)).toEqual([]);
    for (const { text } of seen) expect(text).not.toMatch(/canary|@example/);
  });

  it('ends with 0 where nothing is a problem, though something is to be looked at', async () => {
    putEndpoint();
    const fresh = `sqlite:${join(workplace.path, 'well.db')}`;
    const store = await openStore(fresh, { lock: true, namespace: 'doctor' }).catch(() =>
      openStore(fresh, { lock: true, namespace: 'doctor' }),
    );
    await admitPatients(store, [{ customer: 'cus_Ada', userId: 'ada' }], plus(instant(Date.now()), -60_000));
    await store.close();
    const { exitCode, text } = await run(['doctor', '--json'], { ...env, DATABASE_URL: fresh });
    expect(findingsOf(text).filter(({ severity }) => severity === 'problem')).toEqual([]);
    expect(exitCode).toBe(0);
  });

  it('says what is wrong with a setting and ends with 78', async () => {
    const variable = await run(['doctor', '--json'], { ...env, STRIPE_WEBHOOK_SECRET: 'sk_live_canary' });
    expect(variable.exitCode).toBe(78);
    const problems = findingsOf(variable.text).filter(({ severity }) => severity === 'problem');
    expect(problems.map(({ check }) => check)).toEqual(['settings', 'webhook-secrets']);
    expect(variable.text).not.toContain('canary');
    const policy = await run(['doctor', '--json'], env, 'plans: 3');
    expect(policy.exitCode).toBe(78);
    expect(findingsOf(policy.text)).toContainEqual(expect.objectContaining({ check: 'settings', severity: 'problem' }));
  });

  it('tells a refused key, an outage and an account without endpoints apart', async () => {
    book.remove('we_1');
    const [none] = findingsOf((await run(['doctor', '--json'], env)).text).filter(({ check }) => check === 'endpoint');
    expect(none).toMatchObject({ severity: 'problem', what: expect.stringContaining('no live-mode endpoint') });
    // One for the clock and one for the list.
    stripe.script({ kind: 'status', status: 503 }, { kind: 'status', status: 503 });
    const [busy] = findingsOf((await run(['doctor', '--json'], env)).text).filter(({ check }) => check === 'endpoint');
    expect(busy).toMatchObject({ severity: 'unknown' });
    const other = { ...env, STRIPE_API_KEY: 'rk_live_anotherkey' };
    const [refused] = findingsOf((await run(['doctor', '--json'], other)).text).filter(
      ({ check }) => check === 'endpoint',
    );
    expect(refused).toMatchObject({ severity: 'problem', what: expect.stringContaining('does not read') });
  });

  it('sees an event destination that sends thin events', async () => {
    putEndpoint();
    const of = {
      object: 'v2.core.event_destination',
      created: 1,
      status: 'enabled',
      enabled_events: ['v1.invoice.paid'],
    };
    book.put(
      { ...of, id: 'ed_thin', event_payload: 'thin' },
      { ...of, id: 'ed_off', event_payload: 'thin', status: 'disabled' },
      { ...of, id: 'ed_whole', event_payload: 'snapshot' },
    );
    const { text } = await run(['doctor', '--json'], env);
    const thin = findingsOf(text).find(({ what }) => what.includes('thin events'));
    expect(thin?.detail).toEqual(['ed_thin  1 event types']);
  });

  it('is a command of the program, which shows what its own wiring finds', async () => {
    putEndpoint();
    const set = { PORT: '9', SEGMENT_HOST: NOWHERE };
    const read = await runRecoup(workplace.path, ['doctor', '--json'], { ...set, ...env });
    expect(read.stderr).toBe('');
    expect(findingsOf(read.stdout).find(({ check }) => check === 'endpoint')).toMatchObject({ severity: 'ok' });
    const refused = await runRecoup(workplace.path, ['doctor'], { ...set, PORT: 'canary' });
    expect(refused.exitCode).toBe(78);
    expect(refused.stdout).toContain('PORT: expected a TCP port');
    expect(refused.stdout).not.toContain('canary');
  });

  describe('identity', () => {
    it('shows how many thread, where, what is at stake and how to thread the others', async () => {
      const { exitCode, text, flat } = await run(['doctor', 'identity'], env);
      expect(exitCode).toBe(1);
      expect(text).toMatch(/^ {2}live {2}█{19}░{9} {3}66\.6% {2}2 of 3$/m);
      expect(text).toMatch(/^ {2}test {2}░{28} {4}0\.0% {2}0 of 1$/m);
      expect(text).toMatch(/^ {2}█+░+ {2}2 {2}subscription/m);
      expect(text).toMatch(/^ {2}█+░+ {2}1 {2}nowhere$/m);
      expect(flat).toMatch(
        /1 customer in dunning now without a user id, 123\.45 USD at stake: .* cus_Nobody 123\.45 USD/,
      );
      expect(flat).toContain('The newest webhooks carry account_ref');
      expect(text).toContain('subscription_data: { metadata: { user_id: user.id } }');
    });

    it('is a gate for a pipeline', async () => {
      expect((await run(['doctor', 'identity', '--fail-under', '66%'], env)).exitCode).toBe(0);
      const under = await run(['doctor', 'identity', '--fail-under', '95'], env);
      expect(under.exitCode).toBe(1);
      expect(under.text).toContain('66.6% thread, asked for were 95.0%.');
      expect((await run(['doctor', 'identity', '--fail-under', 'most'], env)).exitCode).toBe(2);
    });

    it('gives a program the numbers', async () => {
      const { text } = await run(['doctor', 'identity', '--json'], env, 'user_id_keys: [account_ref]');
      const document = JSON.parse(text);
      expect(document).toMatchObject({
        share: 2 / 3,
        places: { subscription: 2, nowhere: 1 },
        owed: { USD: 123.45 },
        examples: ['cus_Nobody'],
        sampled: false,
      });
      expect(findingsOf(text).some(({ severity }) => severity === 'problem')).toBe(true);
    });

    it('needs a store, and says so', async () => {
      const { exitCode, complaint } = await run(['doctor', 'identity'], {
        ...env,
        DATABASE_URL: 'sqlite:none/none.db',
      });
      expect(exitCode).toBe(1);
      expect(complaint).toContain('There is no store at none/none.db.');
    });
  });
});
