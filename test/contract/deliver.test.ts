import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { HOUR_MS, type Instant, instant, plus, SECOND_MS } from '../../src/domain/instant.ts';
import { type Deliverer, type DelivererOptions, makeDeliverer } from '../../src/pipeline/deliver.ts';
import type { Channel, Claim, Commit, SegmentCall, Store } from '../../src/pipeline/ports.ts';
import { makeRecorderSink } from '../../src/segment/recorder-sink.ts';
import { makeSegmentSink } from '../../src/segment/segment-sink.ts';
import { type SegmentStandIn, startSegmentStandIn } from '../../src/simulate/vendors/segment.ts';
import { openStore } from '../../src/store/index.ts';

const START = instant(Date.UTC(2026, 0, 5, 12));
const WRITE_KEY = 'wk_test';

let segment: SegmentStandIn;
let store: Store;
let now: Instant;
let recorded: SegmentCall[];
let warnings: string[];
let errors: string[];

beforeEach(async () => {
  segment = await startSegmentStandIn(WRITE_KEY);
  store = await openStore('sqlite::memory:', { lock: false });
  now = START;
  recorded = [];
  warnings = [];
  errors = [];
});
afterEach(async () => {
  await store.close();
  await segment.close();
});

const clock = { now: () => now };
const random = () => 0.999;
const sinkOf = (timeoutMs = 15_000, writeKey = WRITE_KEY) =>
  makeSegmentSink({ writeKey, host: segment.url, clock, random, timeoutMs });
const delivererOf = (options: Partial<DelivererOptions> = {}): Deliverer =>
  makeDeliverer({
    store,
    sink: sinkOf(),
    recorder: makeRecorderSink((call) => void recorded.push(call)),
    clock,
    random,
    log: {
      warn: (details) => void warnings.push(JSON.stringify(details)),
      error: (details) => void errors.push(JSON.stringify(details)),
    },
    ...options,
  });

/** Steps until nothing is due at this instant. */
const drain = async (deliverer: Deliverer): Promise<Instant | null> => {
  for (;;) {
    const { nextAt } = await deliverer.deliverDue(now);
    if (nextAt === null || nextAt > now) return nextAt;
  }
};

const toCall = (messageId: string): SegmentCall => ({
  type: 'track',
  messageId,
  userId: 'user_1',
  event: 'payment_failed',
  timestamp: new Date(START).toISOString(),
  context: {},
  integrations: {},
  properties: { amount_minor: 4900, currency: 'USD' },
});
const ids = (prefix: string, count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => `${prefix}${index}`);

/** Commits calls to the outbox as the loop does: by a decision on a profile. */
const commitCalls = async (messageIds: readonly string[], channel: Channel = 'segment'): Promise<void> => {
  const eventId = `evt_${messageIds[0]}`;
  const keys = { provider: 'stripe', merchant: '', mode: 'live', customer: 'cus_1', objects: [], eventId } as const;
  const delivery = { ...keys, eventType: 'invoice.payment_failed', occurredAt: now };
  await store.accept([
    { keys: delivery, source: 'webhook', rawBody: '{}', receivedAt: now, end: 'unread', detail: null },
  ]);
  const decide = ({ profileId, version, accounts, commitments }: Claim): Commit => ({
    outcome: 'decided',
    profileId,
    version: version + 1,
    at: now,
    ruleset: 'r1',
    readings: accounts
      .flatMap(({ deliveries }) => deliveries)
      .map(({ seq }) => ({ seq, end: 'understood', detail: 'attempt_failed' })),
    accounts: [],
    outbox: messageIds.map((messageId) => ({ call: toCall(messageId), channel })),
    tools: [],
    suppressions: { begun: [], resumed: [], calls: [] },
    deadLetters: [],
    commitments,
    brake: { held: null, counts: null },
    inDunning: true,
    view: '{}',
    dueAt: null,
    log: [],
  });
  await store.work(now, 1, decide);
};

const outbox = async () => (await store.counts()).outbox;

describe('what goes where', () => {
  test('calls arrive once, in the order of their commits, over many steps', async () => {
    const first = ids('a', 1_500);
    const second = ids('b', 1_500);
    await commitCalls(first);
    await commitCalls(second);
    expect(await drain(delivererOf())).toBe(null);
    expect(segment.arrivals).toEqual([...first, ...second]);
    expect(await outbox()).toEqual({ queued: 0, delivered: 3_000, recorded: 0, dead: 0 });
  });

  test('what was committed for the recorder never reaches Segment, sink or not', async () => {
    await commitCalls(ids('test', 3), 'recorder');
    await commitCalls(ids('live', 2));
    await drain(delivererOf());
    expect(recorded.map(({ messageId }) => messageId)).toEqual(ids('test', 3));
    expect(segment.arrivals).toEqual(ids('live', 2));
    expect(await outbox()).toEqual({ queued: 0, delivered: 2, recorded: 3, dead: 0 });
  });

  test('without a sink (observe mode) nothing leaves, and what was queued for Segment waits untouched', async () => {
    await commitCalls(ids('live', 2));
    await commitCalls(ids('seen', 2), 'recorder');
    expect(await drain(delivererOf({ sink: null }))).toBe(null);
    expect(segment.requests).toEqual([]);
    expect(await outbox()).toEqual({ queued: 2, delivered: 0, recorded: 2, dead: 0 });
  });

  test('a Segment that is down does not hold up the recorder', async () => {
    segment.script({ kind: 'status', status: 503, headers: { 'retry-after': '60' } });
    const deliverer = delivererOf();
    await commitCalls(ids('live', 2));
    await drain(deliverer);
    await commitCalls(ids('test', 2), 'recorder');
    await drain(deliverer);
    expect(await outbox()).toMatchObject({ queued: 2, recorded: 2 });
  });

  test('those who ask are told of calls that left the queue, after the store knows', async () => {
    const told: string[] = [];
    const seen: number[] = [];
    segment.refuse(({ messageId }) => messageId === 'a1');
    await commitCalls(ids('a', 3));
    await drain(
      delivererOf({
        onSettled: (settled) => {
          told.push(...settled.map(({ row, outcome }) => `${row.call.messageId} ${outcome.result}`));
          void store.counts().then(({ outbox: { queued } }) => seen.push(queued));
        },
      }),
    );
    expect(told).toEqual(['a0 delivered', 'a1 rejected', 'a2 delivered']);
    expect(seen).toEqual([0]);
  });
});

describe('a Segment that does not take calls', () => {
  test('nothing is sent before the pause is over, however often it is woken; then all, in order, once', async () => {
    const deliverer = delivererOf();
    segment.script({ kind: 'status', status: 429, headers: { 'retry-after': '30' } });
    await commitCalls(ids('a', 5));
    expect(await drain(deliverer)).toBe(plus(START, 30 * SECOND_MS));
    expect(deliverer.paused()).toMatchObject({ until: plus(START, 30 * SECOND_MS) });

    now = plus(START, 30 * SECOND_MS - 1);
    await commitCalls(ids('b', 5));
    await drain(deliverer);
    await drain(deliverer);
    expect(segment.requests).toHaveLength(1);

    now = plus(START, 30 * SECOND_MS);
    expect(await drain(deliverer)).toBe(null);
    expect(segment.arrivals).toEqual([...ids('a', 5), ...ids('b', 5)]);
    expect(deliverer.paused()).toBe(null);
    expect(warnings).toHaveLength(1);
  });

  test('a call without an answer is repeated after a pause under the same id, so Segment keeps one', async () => {
    const deliverer = delivererOf({ sink: sinkOf(80) });
    segment.script({ kind: 'hang', apply: true });
    await commitCalls(ids('a', 2));
    const nextAt = await drain(deliverer);
    expect(nextAt).toBe(plus(START, 999));
    expect(await outbox()).toMatchObject({ queued: 2, delivered: 0 });
    now = nextAt ?? now;
    await drain(deliverer);
    expect([...segment.messages.keys()]).toEqual(ids('a', 2));
    expect(segment.arrivals).toHaveLength(4);
    expect(await outbox()).toMatchObject({ queued: 0, delivered: 2 });
  });

  test('for 96 hours a call waits; then it is a dead letter that says why, and the call behind it goes on', async () => {
    const deliverer = delivererOf();
    await commitCalls(['old']);
    const refuseForAnHour = { kind: 'status', status: 503, headers: { 'retry-after': '3600' } } as const;
    for (let hour = 0; hour < 96; hour += 1) {
      now = plus(START, hour * HOUR_MS);
      segment.script(refuseForAnHour);
      await drain(deliverer);
    }
    expect(await outbox()).toMatchObject({ queued: 1, dead: 0 });
    await commitCalls(['young']);

    now = plus(START, 96 * HOUR_MS);
    segment.script(refuseForAnHour);
    await drain(deliverer);
    expect(await outbox()).toMatchObject({ queued: 1, dead: 1 });
    const [letter] = await store.deadLetters({ replayed: false, limit: 10 });
    expect(letter).toMatchObject({ kind: 'call', amountMinor: 4900 });
    expect(letter?.subject).toContain('old');
    expect(letter?.message).toMatch(/96 hours.*503/);

    now = plus(now, HOUR_MS);
    await drain(deliverer);
    expect([...segment.messages.keys()]).toEqual(['young']);

    // Replayed, it is asked for anew: one more hiccup does not kill it again.
    await store.replayDeadLetters(null, now);
    segment.script({ kind: 'status', status: 500 });
    now = (await drain(deliverer)) ?? now;
    expect(await outbox()).toMatchObject({ queued: 1, dead: 0 });
    await drain(deliverer);
    expect([...segment.messages.keys()]).toEqual(['young', 'old']);
  });

  test('the 96 hours are hours of asking: a relay that was down for a week still asks', async () => {
    await commitCalls(['a']);
    now = plus(START, 7 * 24 * HOUR_MS);
    segment.script({ kind: 'status', status: 500 });
    const deliverer = delivererOf();
    const nextAt = await drain(deliverer);
    expect(await outbox()).toMatchObject({ queued: 1, dead: 0 });
    now = nextAt ?? now;
    await drain(deliverer);
    expect([...segment.messages.keys()]).toEqual(['a']);
  });
});

describe('a Segment that refuses us', () => {
  test('is told loudly once a minute, uses up no time of any call, and all goes out once the key is right', async () => {
    const refused = sinkOf(15_000, 'wk_revoked');
    const mended = sinkOf();
    let current = refused;
    const deliverer = delivererOf({ sink: { ...refused, send: (calls) => current.send(calls) } });
    await commitCalls(ids('a', 3));
    expect(await drain(deliverer)).toBe(plus(START, 60 * SECOND_MS));
    now = plus(START, 59 * SECOND_MS);
    await drain(deliverer);
    expect(errors).toHaveLength(1);
    expect(errors[0]).toContain('SEGMENT_WRITE_KEY');
    expect(errors[0]).not.toContain('wk_revoked');

    now = plus(START, 200 * HOUR_MS);
    await drain(deliverer);
    expect(errors).toHaveLength(2);
    expect(await outbox()).toMatchObject({ queued: 3, dead: 0 });

    current = mended;
    now = plus(now, 60 * SECOND_MS);
    segment.script({ kind: 'status', status: 500 });
    now = (await drain(deliverer)) ?? now;
    expect(await outbox()).toMatchObject({ queued: 3, dead: 0 });
    await drain(deliverer);
    expect([...segment.messages.keys()]).toEqual(ids('a', 3));
  });
});

describe('a process that dies', () => {
  test('after Segment took the calls and before the store knew: they go out again under the same ids', async () => {
    segment.script({ kind: 'hang', apply: true });
    await commitCalls(ids('a', 3));
    // The dead process: its step never ends, so nothing of it is ever settled.
    const died = delivererOf().deliverDue(now);
    await until(() => segment.arrivals.length === 3);
    expect(await outbox()).toMatchObject({ queued: 3 });

    await drain(delivererOf());
    expect([...segment.messages.keys()]).toEqual(ids('a', 3));
    expect(await outbox()).toMatchObject({ queued: 0, delivered: 3 });
    await segment.close();
    await died;
    expect(await outbox()).toMatchObject({ queued: 0, delivered: 3 });
  });
});

const until = async (isDone: () => boolean): Promise<void> => {
  while (!isDone()) await new Promise((resolve) => setImmediate(resolve));
};
