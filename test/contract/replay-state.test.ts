import { expect, it } from 'vitest';
import { SILENT_LOG } from '../../src/config/log.ts';
import { parsePolicy } from '../../src/config/policy.ts';
import { DAY_MS, HOUR_MS, type Instant, instant, plus } from '../../src/domain/instant.ts';
import type { SegmentCall, SegmentSink } from '../../src/pipeline/ports.ts';
import { makeRelay } from '../../src/pipeline/relay.ts';
import { PROVIDERS } from '../../src/providers/index.ts';
import { SIGNATURE_HEADER, signStripe } from '../../src/providers/stripe/stripe.ts';
import { makeRecorderSink } from '../../src/segment/recorder-sink.ts';
import { lifecycle } from '../../src/simulate/lifecycles.ts';
import { openStore } from '../../src/store/index.ts';

const SECRET = 'whsec_replay';
const START = instant(Date.UTC(2026, 10, 1, 12));
const HEARTBEAT_MS = HOUR_MS;

/** The renewal fails on day 0 and is paid on day 3. */
const WEBHOOKS = lifecycle('recovered-by-retry', {
  account: { shape: 'basil', livemode: true, customer: 'cus_ada', userId: 'user_ada', priceId: 'price_pro' },
  startsAt: START,
});

it('a replay after an outage in which the customer paid leaves Segment with the present state, not with that of then', async () => {
  const store = await openStore('sqlite::memory:', { lock: false });
  const policy = parsePolicy('');
  if (!policy.ok) throw new Error('the default policy is wrong');
  let now: Instant = START;
  let down = true;
  const heard: SegmentCall[] = [];
  const segment: SegmentSink = {
    name: 'segment',
    send: async (calls) => {
      if (down) return calls.map(() => ({ result: 'retry', at: plus(now, HEARTBEAT_MS), reason: 'HTTP 503' }));
      heard.push(...calls);
      return calls.map(() => ({ result: 'delivered' }));
    },
    close: async () => {},
  };
  const relay = makeRelay({
    store,
    segment,
    policy: policy.value,
    namespace: 'replay-suite',
    providers: PROVIDERS,
    secretsOf: () => [SECRET],
    recorder: makeRecorderSink(),
    deliverTestMode: false,
    clock: { now: () => now },
    random: () => 0.5,
    log: SILENT_LOG,
  });
  const settle = async (): Promise<void> => {
    while ((await relay.runDue(now)) > 0);
    while ((await relay.deliverDue(now)).settled > 0);
  };
  const post = async (day: number): Promise<void> => {
    for (const { event } of WEBHOOKS.filter(({ atMs }) => Math.floor(atMs / DAY_MS) === day)) {
      const body = JSON.stringify(event);
      const headers = { [SIGNATURE_HEADER]: signStripe(body, SECRET, now) };
      await relay.receiver.receive({ provider: 'stripe', headers, rawBody: Buffer.from(body) });
    }
  };
  const letHoursPass = async (hours: number): Promise<void> => {
    for (let hour = 0; hour < hours; hour += 1) {
      now = plus(now, HEARTBEAT_MS);
      await settle();
    }
  };

  await post(0);
  await letHoursPass(73);
  await post(3);
  await letHoursPass(37);
  const dead = await store.deadLetters({ replayed: false, limit: 100 });
  expect(dead.map(({ payload }) => JSON.parse(payload).traits?.in_dunning)).toContain(true);
  down = false;
  await letHoursPass(2);
  expect(heard.filter(({ type }) => type === 'identify').at(-1)?.traits).toMatchObject({ in_dunning: false });
  const before = heard.length;
  await store.replayDeadLetters(null, now);
  await letHoursPass(1);

  expect(heard.filter(({ event }) => event === 'payment_failed')).toHaveLength(1);
  for (const type of ['identify', 'group']) {
    const states = heard.slice(before).filter((call) => call.type === type);
    expect(states.map(({ traits }) => traits?.in_dunning)).toEqual([false]);
    expect(states[0]?.traits).toMatchObject({ dunning_status: 'recovered' });
  }
  expect(new Set(heard.map(({ messageId }) => messageId)).size).toBe(heard.length);
  await store.close();
});
