import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AUDIENCES } from '../../audiences/index.ts';
import { SILENT_LOG } from '../../src/config/log.ts';
import { parsePolicy } from '../../src/config/policy.ts';
import { instant } from '../../src/domain/instant.ts';
import type { SegmentCall, SegmentSink, Store } from '../../src/pipeline/ports.ts';
import { makeRelay, type RelayOptions } from '../../src/pipeline/relay.ts';
import { isMembership } from '../../src/pipeline/transitions.ts';
import { PROVIDERS } from '../../src/providers/index.ts';
import { SIGNATURE_HEADER, signStripe } from '../../src/providers/stripe/stripe.ts';
import { makeRecorderSink } from '../../src/segment/recorder-sink.ts';
import { lifecycle } from '../../src/simulate/lifecycles.ts';
import { openStore } from '../../src/store/index.ts';
import { DEFAULT_POLICY } from '../default-policy.ts';

const NOW = instant(Date.UTC(2026, 10, 21, 12));
const SECRET = 'whsec_relay';

let store: Store;
let sent: SegmentCall[];
let recorded: SegmentCall[];

const segment: SegmentSink = {
  name: 'segment',
  send: async (calls) => {
    sent.push(...calls);
    return calls.map(() => ({ result: 'delivered' }));
  },
  close: async () => {},
};

const relayWith = (options: Partial<RelayOptions> = {}) => {
  return makeRelay({
    store,
    policy: DEFAULT_POLICY,
    audiences: AUDIENCES,
    tools: [],
    namespace: 'relay-suite',
    providers: PROVIDERS,
    code: 'test',
    secretsOf: () => [SECRET],
    segment,
    recorder: makeRecorderSink((call) => recorded.push(call)),
    deliverTestMode: false,
    clock: { now: () => NOW },
    random: () => 0.5,
    log: SILENT_LOG,
    ...options,
  });
};

const ACCOUNT = {
  shape: 'basil',
  livemode: true,
  customer: 'cus_ada',
  userId: 'user_ada',
  planId: 'pro',
  priceId: 'price_pro',
} as const;

const cancellation = (livemode: boolean) =>
  lifecycle('voluntary-cancel', {
    account: { ...ACCOUNT, livemode },
    startsAt: NOW - 90 * 86_400_000,
  }).map(({ event }) => JSON.stringify(event));

const sendFailure = (relay: ReturnType<typeof relayWith>) =>
  sendAll(
    relay,
    lifecycle('renewal-failed', { account: ACCOUNT, startsAt: NOW - 5_000 }).map(({ event }) => JSON.stringify(event)),
  );

const send = (relay: ReturnType<typeof relayWith>, livemode: boolean) => sendAll(relay, cancellation(livemode));

const sendAll = async (relay: ReturnType<typeof relayWith>, bodies: readonly string[]): Promise<readonly number[]> => {
  const statuses: number[] = [];
  for (const body of bodies) {
    const headers = { [SIGNATURE_HEADER]: signStripe(body, SECRET, NOW) };
    const answer = await relay.receiver.receive({ provider: 'stripe', headers, rawBody: Buffer.from(body) });
    statuses.push(answer.status);
  }
  return statuses;
};

beforeEach(async () => {
  store = await openStore('sqlite::memory:', { lock: false, namespace: 'relay-suite' });
  sent = [];
  recorded = [];
});
afterEach(() => store.close());

describe('the steps joined', () => {
  it('turn webhooks into Segment calls without anybody waking anything', async () => {
    const relay = relayWith();
    await relay.start();
    expect(new Set(await send(relay, true))).toEqual(new Set([200]));
    await vi.waitFor(() => expect(sent.map(({ event }) => event)).toContain('subscription_canceled'), {
      timeout: 10_000,
    });
    await relay.stop();
    expect(recorded).toEqual([]);
  });

  it.each([
    ['live payments without Segment', { segment: null }, true],
    ['test-mode payments', {}, false],
  ])('record %s and send nothing', async (_, options, livemode) => {
    const relay = relayWith(options);
    await relay.start();
    await send(relay, livemode);
    await vi.waitFor(() => expect(recorded.map(({ event }) => event)).toContain('subscription_canceled'), {
      timeout: 10_000,
    });
    await relay.stop();
    expect(sent).toEqual([]);
  });

  it('send test-mode payments when told to', async () => {
    const relay = relayWith({ deliverTestMode: true });
    await relay.start();
    await send(relay, false);
    await vi.waitFor(() => expect(sent.length).toBeGreaterThan(0), { timeout: 10_000 });
    await relay.stop();
  });

  it('tell everybody what a release with new rules changes, though nothing is due and no event is said again', async () => {
    const before = relayWith();
    await before.start();
    await sendFailure(before);
    const tracks = () => sent.filter(({ type }) => type === 'track').map(({ event }) => event);
    const all = ['Audience Entered', 'payment_failed', 'subscription_past_due'];
    await vi.waitFor(() => expect(tracks().toSorted()).toEqual(all), { timeout: 10_000 });
    await before.stop();

    const policy = parsePolicy('update_payment_url: https://app.example.com/pay/{user_id}\n');
    if (!policy.ok) throw new Error(policy.errors.join('\n'));
    const after = relayWith({ policy: policy.value });
    await after.start();
    const lastUrl = () =>
      sent.findLast((call) => call.type === 'identify' && !isMembership(call))?.traits?.update_payment_url;
    await vi.waitFor(() => expect(lastUrl()).toBe('https://app.example.com/pay/user_ada'), { timeout: 10_000 });
    await after.stop();
    expect(tracks().toSorted()).toEqual(all);
  });

  it('tell of what the store threw, for webhooks and for decisions, so that a broken disk can end the process', async () => {
    const faults: unknown[] = [];
    const broken = Object.assign(new Error('disk I/O error'), { errcode: 1_034 });
    const fail = () => Promise.reject(broken);
    const relay = relayWith({
      store: { ...store, accept: fail, work: fail },
      onStoreFault: (error) => faults.push(error),
    });
    await relay.start();
    expect(new Set(await send(relay, true))).toEqual(new Set([503]));
    await vi.waitFor(() => expect(faults.length).toBeGreaterThan(cancellation(true).length), { timeout: 10_000 });
    await relay.stop();
    expect(new Set(faults)).toEqual(new Set([broken]));
  });
});
