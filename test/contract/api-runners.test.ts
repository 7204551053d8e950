import { setTimeout as delay } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { makeStripeApi } from '../../src/billing-api/stripe-api.ts';
import { instant } from '../../src/domain/instant.ts';
import { makeApiRunners } from '../../src/pipeline/api/runners.ts';
import { stripe } from '../../src/providers/stripe/stripe.ts';
import { makeMemoryBook, startStripeStandIn } from '../../src/simulate/vendors/stripe.ts';
import { openStore } from '../../src/store/index.ts';
import { DEFAULT_POLICY } from '../default-policy.ts';
import { delivery } from './store-samples.ts';

const clock = { now: () => instant(Date.now()) };
const thin = (id: string) => {
  const about = { type: 'v1.invoice.paid', createdAt: clock.now(), account: '', relatedObject: null };
  const lookUp = JSON.stringify({ id, ...about, snapshotEvent: `full_${id}` });
  return delivery(id, { keys: { customer: null }, lookUp, receivedAt: clock.now() });
};

const openRunners = async (apiKey: string | null) => {
  const standIn = await startStripeStandIn({ apiKey: 'rk_test_standin', book: makeMemoryBook() });
  const store = await openStore('sqlite::memory:', { lock: false });
  onTestFinished(async () => {
    await store.close();
    await standIn.close();
  });
  const said: string[] = [];
  const write = (details: object, message: string): void => void said.push(`${message} ${JSON.stringify(details)}`);
  const sleepUntil = (at: number): Promise<void> => delay(at - clock.now(), undefined, { ref: false });
  const api =
    apiKey === null ? null : makeStripeApi({ apiKey, base: standIn.url, requestsPerSecond: 10, clock, sleepUntil });
  const runners = makeApiRunners({
    store,
    api,
    provider: stripe,
    eventTypes: ['invoice.paid'],
    isEventType: () => true,
    policy: DEFAULT_POLICY,
    clock,
    random: () => 0.5,
    log: { warn: write, error: write },
    onStored: () => undefined,
  });
  return { runners, store, standIn, said };
};

it('a stop waits for nothing that Stripe wants waited for', async () => {
  const { runners, store, standIn } = await openRunners('rk_test_standin');
  await store.accept(Array.from({ length: 8 }, (_, n) => thin(`evt_${n}`)));
  // The first is told to rest for an hour, and the others wait for it before they leave.
  const rest = { kind: 'status', status: 429, headers: { 'retry-after': '3600' } } as const;
  standIn.script(...Array.from({ length: 8 }, () => rest));
  const asked = new Promise((resolve) => standIn.afterEach(resolve));
  await runners.start();
  await asked;
  await runners.stop();
  expect((await store.apiCounts()).lookUps.event).toBe(8);
});

it('without a key says at the start how much waits for one, and asks nothing', async () => {
  const { runners, store, standIn, said } = await openRunners(null);
  await store.accept([thin('evt_a'), thin('evt_b')]);
  await runners.start();
  await runners.stop();
  expect(said.join()).toMatch(/wait for STRIPE_API_KEY.*"count":2/);
  expect(standIn.requests).toEqual([]);
});

it('without a key and without anything that waits says nothing', async () => {
  const { runners, said } = await openRunners(null);
  await runners.start();
  expect(said).toEqual([]);
});
