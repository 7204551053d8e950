import { describe, expect, it, onTestFinished } from 'vitest';
import { AUDIENCES } from '../../audiences/index.ts';
import { SILENT_LOG } from '../../src/config/log.ts';
import type { Secret } from '../../src/config/secret.ts';
import { DAY_MS, instant, plus, SECOND_MS, toIso } from '../../src/domain/instant.ts';
import { makeApp } from '../../src/http/app.ts';
import { makeMetrics } from '../../src/http/metrics.ts';
import { makeServer } from '../../src/http/server.ts';
import { RECOVERY_TOOLS } from '../../src/interventions/index.ts';
import { operator } from '../../src/interventions/operator/operator.ts';
import { intervene } from '../../src/pipeline/interventions/intervene.ts';
import { runDue } from '../../src/pipeline/loop.ts';
import { makeReceiver, toDelivery } from '../../src/pipeline/receive.ts';
import { makeRules } from '../../src/pipeline/rules.ts';
import { stripe } from '../../src/providers/stripe/stripe.ts';
import { openStore } from '../../src/store/index.ts';
import { DEFAULT_POLICY } from '../default-policy.ts';
import { fails } from '../scenario/stripe-happenings.ts';
import { TOKEN } from './http-door.ts';

/** What operators post, behind the real door on a real store; the loop has not read all of it. */

const NOW = instant(Date.UTC(2026, 10, 21, 12));
const FAILED_AT = plus(NOW, -DAY_MS);
const CLOCK = { now: () => NOW };
const providers = { stripe };
const rules = makeRules({ policy: DEFAULT_POLICY, namespace: 'test', audiences: AUDIENCES, providers });

const failing = (user: string) =>
  fails({ invoice: `in_${user}`, subscription: `sub_${user}`, amount: 4900 }, { retryAt: plus(NOW, DAY_MS) })(
    {
      shape: 'basil',
      livemode: true,
      customer: `cus_${user}`,
      userId: `us/er ${user}`,
      planId: 'pro',
      priceId: 'price_pro',
    },
    FAILED_AT,
  ).map((event) => toDelivery(stripe, JSON.stringify(event), FAILED_AT));

const openDoor = async (options: { readonly token?: Secret | null; readonly broken?: boolean } = {}) => {
  const store = await openStore('sqlite::memory:', { lock: false, namespace: 'test' });
  await store.accept([...failing('ada'), ...failing('bob')]);
  const world = { store, rules, providers, channelFor: () => 'recorder' as const, toolsFor: () => [] };
  await runDue(world, FAILED_AT);
  await runDue(world, plus(FAILED_AT, 20 * SECOND_MS));
  const accept = options.broken ? () => Promise.reject(new Error('disk full')) : store.accept;
  const app = makeApp({
    receiver: makeReceiver({
      store,
      providers: [stripe, operator, ...RECOVERY_TOOLS],
      secretsOf: () => [],
      clock: CLOCK,
    }),
    store,
    metrics: makeMetrics(store, CLOCK),
    apiToken: options.token ?? null,
    operators: {
      intervene: (...asked) => intervene({ store: { ...store, accept }, rules, providers }, ...asked),
      clock: CLOCK,
    },
    log: SILENT_LOG,
  });
  const server = makeServer({ app, host: '127.0.0.1', port: 0, onError: () => {} });
  const url = await server.start();
  onTestFinished(async () => {
    await server.stop(0);
    await store.close();
  });
  const post = async (path: string, body: unknown, headers: Readonly<Record<string, string>> = {}) => {
    const response = await fetch(`${url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
    return { status: response.status, body: await response.json() };
  };
  const stored = async () =>
    (await store.findProfiles('cus_ada')).flatMap(({ deliveries }) =>
      deliveries.filter(({ eventType }) => eventType.startsWith('operator.')),
    );
  return { post, stored, store, world };
};

const ADA = `/v1/profiles/${encodeURIComponent('us/er ada')}`;
const HANNA = { actor: 'hanna' };

describe('POST /v1/profiles/<id>/…', () => {
  it('answers 202 with what was stored, which is durable by then', async () => {
    const door = await openDoor();
    const answer = await door.post(`${ADA}/hold`, { ...HANNA, for: '3d', reason: 'ticket 7', request_id: 'r-1' });
    expect(answer).toEqual({
      status: 202,
      body: {
        action: 'hold',
        request_id: 'r-1',
        at: toIso(NOW),
        repeated: false,
        people: [
          {
            user_id: 'us/er ada',
            dunning_status: 'held',
            dunning_stage: 'first_failure',
            suppression_reason: 'held',
            accounts: [
              {
                provider: 'stripe',
                merchant: '',
                mode: 'live',
                customer: 'cus_ada',
                holds: [
                  {
                    source: 'operator',
                    hold_id: 'hold',
                    cause: 'held',
                    actor: 'hanna',
                    reason: 'ticket 7',
                    from: toIso(NOW),
                    until: toIso(plus(NOW, 3 * DAY_MS)),
                  },
                ],
                invoices: [],
              },
            ],
          },
        ],
      },
    });
    expect(await door.stored()).toMatchObject([
      { eventId: 'operator:r-1:cus_ada', eventType: 'operator.hold_placed', end: 'unread' },
    ]);
  });

  it('takes the same Idempotency-Key once, and refuses it for anything else', async () => {
    const door = await openDoor();
    const key = { 'idempotency-key': 'k-1' };
    const first = await door.post(`${ADA}/exclude`, HANNA, key);
    expect(first.body).toMatchObject({ request_id: 'k-1', repeated: false });
    expect(await door.post(`${ADA}/exclude`, HANNA, key)).toEqual({
      status: 202,
      body: { ...first.body, repeated: true },
    });
    const other = await door.post(`${ADA}/exclude`, { ...HANNA, for: '1d' }, key);
    expect(other).toMatchObject({ status: 409, body: { error: expect.stringMatching(/used for something else/) } });
    expect(await door.stored()).toHaveLength(1);
  });

  it('of many who ask the same at once stores one', async () => {
    const door = await openDoor();
    const asked = Array.from({ length: 10 }, () => door.post(`${ADA}/hold`, { ...HANNA, request_id: 'r-1' }));
    const answers = await Promise.all(asked);
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 202));
    expect(answers.filter(({ body }) => !body.repeated)).toHaveLength(1);
    expect(await door.stored()).toHaveLength(1);
  });

  it('does what the commands do', async () => {
    const door = await openDoor();
    await door.post(`${ADA}/hold`, HANNA);
    expect((await door.post(`${ADA}/resume`, HANNA)).body.people).toMatchObject([{ dunning_status: 'active' }]);
    const marked = await door.post('/v1/profiles/cus_bob/mark-recovered', HANNA);
    expect(marked.body.people).toMatchObject([{ dunning_status: 'recovered', accounts: [{ invoices: ['in_bob'] }] }]);
    while ((await runDue(door.world, NOW)) > 0);
    const [bob] = await door.store.findProfiles('cus_bob');
    expect(JSON.parse(bob?.view ?? '{}').traits).toMatchObject({ dunning_status: 'recovered' });
  });

  it.each([
    ['nobody', '/v1/profiles/nobody/hold', HANNA, 404, /Nobody is known/],
    ['no actor', `${ADA}/hold`, {}, 400, /^actor: /],
    ['a misspelt field', `${ADA}/hold`, { ...HANNA, untill: '2027-01-01T00:00:00Z' }, 400, /not understood/],
    ['an instant without a zone', `${ADA}/hold`, { ...HANNA, until: '2027-01-01T00:00:00' }, 400, /^until: .*zone/],
    ['a past expiry', `${ADA}/hold`, { ...HANNA, until: '2020-01-01T00:00:00Z' }, 400, /expiry is past/],
    ['two expiries', `${ADA}/hold`, { ...HANNA, for: '1d', until: '2027-01-01T00:00:00Z' }, 400, /not both/],
    ['no duration', `${ADA}/hold`, { ...HANNA, for: 'soon' }, 400, /^for: /],
    ['a list', `${ADA}/hold`, [], 400, /not understood/],
    ['what is no JSON', `${ADA}/hold`, '{', 400, /not valid JSON/],
    ['a body without end', `${ADA}/hold`, { ...HANNA, reason: 'x'.repeat(20_000) }, 413, /16 KB/],
    ['nothing to resume', `${ADA}/resume`, HANNA, 409, /nothing to resume/],
    ['an episode that is not open', `${ADA}/mark-recovered`, { ...HANNA, episode: 'dun_x' }, 409, /not open/],
  ])('refuses %s with one clear error, and stores nothing', async (_what, path, body, status, error) => {
    const door = await openDoor();
    const answer = await door.post(path, body);
    expect(answer).toMatchObject({ status, body: { error: expect.stringMatching(error) } });
    expect(await door.stored()).toEqual([]);
  });

  it('is for the bearer of the token only, once one is set', async () => {
    const door = await openDoor({ token: TOKEN });
    expect((await door.post(`${ADA}/hold`, HANNA)).status).toBe(401);
    expect(await door.stored()).toEqual([]);
    const authorization = `Bearer ${TOKEN.reveal()}`;
    expect((await door.post(`${ADA}/hold`, HANNA, { authorization })).status).toBe(202);
  });

  it('does not say that it is stored where the disk takes no more', async () => {
    const door = await openDoor({ broken: true });
    expect((await door.post(`${ADA}/hold`, HANNA)).status).toBe(500);
  });

  it('is no webhook: the door of that name is closed', async () => {
    const door = await openDoor();
    expect((await door.post('/webhooks/operator', HANNA)).status).toBe(404);
  });
});
