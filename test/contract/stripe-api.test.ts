import { afterEach, describe, expect, it } from 'vitest';
import { makePace } from '../../src/billing-api/pace.ts';
import { makeStripeApi } from '../../src/billing-api/stripe-api.ts';
import { type Instant, instant, plus, SECOND_MS } from '../../src/domain/instant.ts';
import type { BillingApi } from '../../src/pipeline/api/api-ports.ts';
import {
  customerCreated,
  paymentMethodAttached,
  type StripeAccount,
  subscriptionCreated,
} from '../../src/simulate/stripe-events.ts';
import {
  type MemoryBook,
  makeMemoryBook,
  type StripeStandIn,
  startStripeStandIn,
} from '../../src/simulate/vendors/stripe.ts';

const KEY = 'rk_test_read';
const STARTS_AT = instant(Date.UTC(2026, 4, 1));

const open: { close: () => Promise<void> }[] = [];
afterEach(async () => {
  for (const each of open.splice(0)) await each.close();
});

const accountNo = (number: number): StripeAccount => ({
  shape: 'basil',
  livemode: false,
  customer: `cus_${number}`,
  priceId: 'price_1',
});

const customers = (count: number): MemoryBook => {
  const book = makeMemoryBook();
  for (let number = 1; number <= count; number += 1) {
    const at = STARTS_AT + number * SECOND_MS;
    book.put(
      customerCreated(accountNo(number), { at }).data.object,
      paymentMethodAttached(accountNo(number), { at }).data.object,
      subscriptionCreated(accountNo(number), { subscription: `sub_${number}`, at }).data.object,
    );
  }
  return book;
};

interface Rig {
  readonly stripe: StripeStandIn;
  readonly api: BillingApi;
  readonly slept: readonly Instant[];
}

const rig = async (
  book: MemoryBook,
  options: { key?: string; perSecond?: number; timeoutMs?: number } = {},
): Promise<Rig> => {
  const connected = { acct_1: customers(1) };
  const stripe = await startStripeStandIn({ apiKey: KEY, book, connected });
  let now = STARTS_AT;
  const slept: Instant[] = [];
  const api = makeStripeApi({
    apiKey: options.key ?? KEY,
    base: stripe.url,
    requestsPerSecond: options.perSecond ?? 100,
    timeoutMs: options.timeoutMs ?? 5_000,
    random: () => 0.5,
    clock: { now: () => now },
    sleepUntil: async (at) => {
      slept.push(at);
      if (at > now) now = at;
    },
  });
  open.push(api, stripe);
  return { stripe, api, slept };
};

const idsOf = (answer: Awaited<ReturnType<BillingApi['list']>>): readonly unknown[] =>
  answer.result === 'found' ? answer.value.objects.map(({ id }) => id) : [answer.result];

describe('reading Stripe', () => {
  it('gives pages newest first and says whether there are more', async () => {
    const { api } = await rig(customers(5));
    const first = await api.list('/v1/customers', { limit: 3 }, '');
    expect(idsOf(first)).toEqual(['cus_5', 'cus_4', 'cus_3']);
    expect(first).toMatchObject({ value: { hasMore: true } });
    const second = await api.list('/v1/customers', { limit: 3, starting_after: 'cus_3' }, '');
    expect(idsOf(second)).toEqual(['cus_2', 'cus_1']);
    expect(second).toMatchObject({ value: { hasMore: false } });
  });

  it('passes lists and comparisons on as Stripe reads them', async () => {
    const { api, stripe } = await rig(customers(2));
    const answer = await api.list(
      '/v1/subscriptions',
      { status: 'all', 'created[gte]': 0, expand: ['data.default_payment_method'] },
      '',
    );
    expect(answer).toMatchObject({ value: { objects: [{ default_payment_method: { id: 'pm_2' } }, {}] } });
    expect(stripe.requests[0]?.query).toMatchObject({ 'created[gte]': '0', 'expand[]': 'data.default_payment_method' });
  });

  it('reads a connected account under its own name, and no other', async () => {
    const { api, stripe } = await rig(customers(3));
    expect(idsOf(await api.list('/v1/customers', {}, 'acct_1'))).toEqual(['cus_1']);
    expect(await api.list('/v1/customers', {}, 'acct_2')).toMatchObject({ result: 'stopped' });
    expect(stripe.requests.map(({ merchant }) => merchant)).toEqual(['acct_1', 'acct_2']);
  });

  it('pins the version in which objects are shown', async () => {
    const { api, stripe } = await rig(customers(1));
    await api.fetch('/v1/customers/cus_1', {}, '');
    expect(stripe.requests[0]?.apiVersion).toMatch(/^\d{4}-\d{2}-\d{2}\.[a-z]+$/);
  });

  it('knows an object that is gone, and a cursor whose object is gone', async () => {
    const { api } = await rig(customers(1));
    expect(await api.fetch('/v1/customers/cus_9', {}, '')).toEqual({ result: 'missing' });
    expect(await api.list('/v1/customers', { starting_after: 'cus_9' }, '')).toEqual({ result: 'missing' });
  });

  it('waits as long as a rate limit asks, and so does everybody else', async () => {
    const { api, stripe, slept } = await rig(customers(1));
    stripe.script({ kind: 'status', status: 429, headers: { 'retry-after': '7' } });
    const answer = await api.fetch('/v1/customers/cus_1', {}, '');
    expect(answer).toMatchObject({ result: 'retry', at: plus(STARTS_AT, 7 * SECOND_MS) });
    expect(await api.fetch('/v1/customers/cus_1', {}, '')).toMatchObject({ result: 'found' });
    expect(slept).toContain(plus(STARTS_AT, 7 * SECOND_MS));
  });

  it.each([
    ['an outage', { kind: 'status', status: 503, body: '<html>' } as const],
    ['an outage in JSON', { kind: 'status', status: 500 } as const],
    ['a lock on the object', { kind: 'status', status: 409 } as const],
    ['a hang', { kind: 'hang' } as const],
  ])('is told to come again after %s', async (_, fault) => {
    const { api, stripe } = await rig(customers(1), { timeoutMs: 400 });
    stripe.script(fault);
    expect(await api.fetch('/v1/customers/cus_1', {}, '')).toMatchObject({ result: 'retry' });
    expect(await api.fetch('/v1/customers/cus_1', {}, '')).toMatchObject({ result: 'found' });
  });

  it('is told to come again after a connection that broke twice', async () => {
    const { api, stripe } = await rig(customers(1));
    stripe.script({ kind: 'reset' }, { kind: 'reset' });
    expect(await api.fetch('/v1/customers/cus_1', {}, '')).toMatchObject({ result: 'retry' });
  });

  it('stops at a key that is refused, and shows it to nobody', async () => {
    const { api } = await rig(customers(1), { key: 'rk_test_zzz9' });
    const answer = await api.fetch('/v1/customers/cus_1', {}, '');
    expect(answer).toMatchObject({ result: 'stopped', reason: expect.stringContaining('STRIPE_API_KEY') });
    expect(JSON.stringify(answer)).not.toContain('zzz9');
  });

  it('stops at a key that lacks a permission, and names those that are needed', async () => {
    const { api, stripe } = await rig(customers(1));
    stripe.script({ kind: 'status', status: 403, body: '{"error":{"message":"rk_test_read may not cus_1"}}' });
    const answer = await api.list('/v1/customers', {}, '');
    expect(answer).toMatchObject({ result: 'stopped', reason: expect.stringMatching(/read access to .*invoices/) });
    expect(JSON.stringify(answer)).not.toMatch(/rk_test|cus_1/);
  });

  it("takes an answer that is not Stripe's for none", async () => {
    const { api, stripe } = await rig(customers(1));
    const strange = { kind: 'status', body: '{"hello":"world"}' } as const;
    stripe.script({ ...strange, status: 302 }, { ...strange, status: 200 });
    expect(await api.fetch('/v1/customers/cus_1', {}, '')).toMatchObject({ result: 'stopped' });
    expect(await api.list('/v1/customers', {}, '')).toMatchObject({ result: 'stopped' });
  });

  it('lets no more calls leave than the budget, whoever asks', async () => {
    const { api, slept } = await rig(customers(1), { perSecond: 10 });
    await Promise.all(Array.from({ length: 21 }, () => api.fetch('/v1/customers/cus_1', {}, '')));
    const last = Math.max(...slept) - STARTS_AT;
    expect(last).toBe(1_900);
  });

  it('knows the mode of its key, and refuses a key of none', async () => {
    const options = { base: 'http://127.0.0.1:1', requestsPerSecond: 1, clock: { now: () => STARTS_AT } };
    const modeOf = (apiKey: string): string => makeStripeApi({ ...options, apiKey }).mode;
    expect(['sk_live_1', 'rk_live_1', 'sk_test_1', 'rk_test_1'].map(modeOf)).toEqual(['live', 'live', 'test', 'test']);
    expect(() => modeOf('sk_org_live_1')).toThrow(/neither live nor test/);
  });
});

describe('the budget of calls', () => {
  it('holds back whoever waited already when the provider asks for rest', async () => {
    let now = STARTS_AT;
    const sleepers: { readonly at: Instant; readonly wake: () => void }[] = [];
    const sleepUntil = (at: Instant) => new Promise<void>((wake) => sleepers.push({ at, wake }));
    const pace = makePace({ perSecond: 1, clock: { now: () => now }, sleepUntil });
    await pace.turn();
    let left = false;
    const second = pace.turn().then(() => {
      left = true;
    });
    const wakeNext = async (): Promise<Instant | undefined> => {
      const next = sleepers.shift();
      now = next?.at ?? now;
      next?.wake();
      await new Promise(setImmediate);
      return next?.at;
    };
    await new Promise(setImmediate);
    pace.pause(plus(STARTS_AT, 7 * SECOND_MS));
    expect(await wakeNext()).toBeLessThan(plus(STARTS_AT, 2 * SECOND_MS));
    expect(left).toBe(false);
    expect(await wakeNext()).toBe(plus(STARTS_AT, 7 * SECOND_MS));
    while (!left) await wakeNext();
    await second;
    expect(now).toBeGreaterThanOrEqual(plus(STARTS_AT, 7 * SECOND_MS));
  });
});
