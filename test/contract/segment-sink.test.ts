import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { instant } from '../../src/domain/instant.ts';
import type { SegmentCall } from '../../src/pipeline/ports.ts';
import { toBatches } from '../../src/segment/prepared-call.ts';
import { makeSegmentSink, type SegmentSinkOptions } from '../../src/segment/segment-sink.ts';
import { type SegmentStandIn, startSegmentStandIn } from '../stand-ins/segment.ts';

const NOW = instant(Date.UTC(2026, 0, 5, 12));
const WRITE_KEY = 'wk_test';

let segment: SegmentStandIn;
beforeEach(async () => {
  segment = await startSegmentStandIn(WRITE_KEY);
});
afterEach(async () => segment.close());

const sinkFor = (options: Partial<SegmentSinkOptions> = {}) =>
  makeSegmentSink({ writeKey: WRITE_KEY, host: segment.url, random: () => 0.5, clock: { now: () => NOW }, ...options });

const call = (id: number | string, properties: Readonly<Record<string, unknown>> = {}): SegmentCall => ({
  type: 'track',
  messageId: `m${id}`,
  userId: 'user_1',
  event: 'payment_failed',
  timestamp: '2026-01-05T11:59:59.250Z',
  context: { active: false },
  integrations: { Braze: false },
  properties,
});
const calls = (count: number): readonly SegmentCall[] => Array.from({ length: count }, (_, index) => call(index));
const results = (outcomes: readonly { readonly result: string }[]): readonly string[] =>
  outcomes.map(({ result }) => result);

describe('what arrives', () => {
  test('each kind of call arrives as it was committed, with its own id and time', async () => {
    const identify: SegmentCall = {
      type: 'identify',
      messageId: 'i1',
      userId: 'user_1',
      anonymousId: 'anon_1',
      timestamp: '2026-01-05T12:00:00.000Z',
      context: {},
      integrations: {},
      traits: { in_dunning: true, next_retry_date: null },
    };
    const group: SegmentCall = {
      ...identify,
      type: 'group',
      messageId: 'g1',
      groupId: 'cus_1',
      traits: { plan_id: 'pro' },
    };
    const anonymous: SegmentCall = { ...call('a'), anonymousId: 'anon_2' };
    const { userId: _, ...withoutUser } = anonymous;

    const outcomes = await sinkFor().send([call(1, { amount: 19.99 }), identify, group, withoutUser]);

    expect(results(outcomes)).toEqual(['delivered', 'delivered', 'delivered', 'delivered']);
    expect(segment.dropped).toEqual([]);
    expect(segment.messages.get('m1')).toMatchObject({
      type: 'track',
      event: 'payment_failed',
      userId: 'user_1',
      timestamp: '2026-01-05T11:59:59.250Z',
      properties: { amount: 19.99 },
      integrations: { Braze: false },
      context: { active: false },
    });
    expect(segment.messages.get('i1')).toMatchObject({
      type: 'identify',
      anonymousId: 'anon_1',
      traits: identify.traits,
    });
    expect(segment.messages.get('g1')).toMatchObject({ type: 'group', groupId: 'cus_1', traits: { plan_id: 'pro' } });
    expect(segment.messages.get('ma')).toMatchObject({ anonymousId: 'anon_2' });
    expect(segment.messages.get('ma')).not.toHaveProperty('userId');
  });

  test('order is kept, each id goes out once, one request at a time over one connection, whoever calls', async () => {
    segment.script({ kind: 'slow', ms: 30 });
    const sink = sinkFor();
    const all = calls(6_000);

    const both = await Promise.all([sink.send(all.slice(0, 5_500)), sink.send(all.slice(5_500))]);

    expect(new Set(both.flat().map(({ result }) => result))).toEqual(new Set(['delivered']));
    expect(segment.arrivals).toEqual(all.map(({ messageId }) => messageId));
    expect(segment.mostConcurrent()).toBe(1);
    expect(segment.connections()).toBe(1);
  });

  test('the committed call is not written to, though the SDK writes into the context it is given', async () => {
    const frozen = call(1, { plan: { id: 'pro' } });
    Object.freeze(frozen.context);
    const before = JSON.stringify(frozen);
    await sinkFor().send([frozen]);
    expect(JSON.stringify(frozen)).toBe(before);
    expect(segment.messages.get('m1')?.context).toHaveProperty('library');
  });

  test('calls that share a context object do not mix', async () => {
    const shared = { active: false };
    await sinkFor().send([
      { ...call(1), context: shared },
      { ...call(2), context: shared },
    ]);
    expect(shared).toEqual({ active: false });
    expect(segment.messages.size).toBe(2);
  });

  test('what is changed after the call does not change what is sent', async () => {
    const properties = { amount: 1 };
    const sent = sinkFor().send([call(1, properties)]);
    properties.amount = 2;
    await sent;
    expect(segment.messages.get('m1')?.properties).toEqual({ amount: 1 });
  });

  test('half a character (a lone surrogate) does not swallow the call, and a literal backslash is kept', async () => {
    const outcomes = await sinkFor().send([call(1, { name: 'a\ud800b', path: 'c:\\ud800' }), call(2)]);
    expect(results(outcomes)).toEqual(['delivered', 'delivered']);
    expect(segment.messages.get('m1')?.properties).toEqual({ name: 'a\ufffdb', path: 'c:\\ud800' });
  });

  test('an empty send makes no request', async () => {
    expect(await sinkFor().send([])).toEqual([]);
    expect(segment.requests).toEqual([]);
  });
});

describe('limits that the SDK does not keep', () => {
  test('an event over 32 KB is refused alone, before it can spoil its batch', async () => {
    const outcomes = await sinkFor().send([call(1), call(2, { text: 'x'.repeat(33_000) }), call(3)]);
    expect(results(outcomes)).toEqual(['delivered', 'rejected', 'delivered']);
    expect(outcomes[1]).toMatchObject({ reason: expect.stringContaining('32768') });
    expect(segment.requests.map(({ status }) => status)).toEqual([200]);
  });

  test('size is counted in bytes, not in characters', async () => {
    const outcomes = await sinkFor().send([call(1, { text: 'é'.repeat(17_000) })]);
    expect(results(outcomes)).toEqual(['rejected']);
    expect(segment.requests).toEqual([]);
  });

  test('the largest event that is let through is one that Segment takes', async () => {
    let low = 30_000;
    let high = 33_000;
    const isTaken = async (length: number) =>
      results(await sinkFor().send([call(`len${length}`, { text: 'x'.repeat(length) })]))[0] === 'delivered';
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (await isTaken(middle)) low = middle;
      else high = middle;
    }
    expect(low).toBeGreaterThan(31_500);
    expect(segment.requests.every(({ status }) => status === 200)).toBe(true);
  });

  test('batches stay below 500 KB with everything that the SDK adds', async () => {
    const heavy = Array.from({ length: 100 }, (_, index) => call(index, { text: 'ü'.repeat(10_000) }));
    const outcomes = await sinkFor().send(heavy);
    expect(new Set(results(outcomes))).toEqual(new Set(['delivered']));
    expect(segment.requests.length).toBeGreaterThanOrEqual(4);
    for (const { bytes, status } of segment.requests) {
      expect(bytes).toBeLessThanOrEqual(500_000);
      expect(status).toBe(200);
    }
  });

  test('a batch holds 2500 events at most however small they are', () => {
    const tiny = Array.from({ length: 2_501 }, (_, index) => ({ call: call(index), bytes: 10 }));
    expect(toBatches(tiny).map((batch) => batch.length)).toEqual([2_500, 1]);
  });

  test('2501 small events all count: above 2500 in a batch Segment answers 200 and drops them', async () => {
    const small = Array.from(
      { length: 2_501 },
      (_, index): SegmentCall => ({ ...call(index), context: {}, integrations: {} }),
    );
    const outcomes = await sinkFor().send(small);
    expect(outcomes.every(({ result }) => result === 'delivered')).toBe(true);
    expect(segment.dropped).toEqual([]);
    expect(Math.max(...segment.requests.map(({ events }) => events))).toBeLessThanOrEqual(2_500);
  });
});

describe('what Segment or the SDK would lose without a word is rejected', () => {
  const circular: Record<string, unknown> = {};
  circular.self = circular;
  const { userId: _, ...nobody } = call(1);
  const cases: readonly (readonly [string, SegmentCall])[] = [
    ['a BigInt', call(1, { big: 1n })],
    ['a circular reference', call(1, circular)],
    ['no id', nobody],
    ['an empty user id', { ...call(1), userId: '' }],
    ['a message id over 100 characters', { ...call(1), messageId: 'm'.repeat(101) }],
    ['a track call without an event', { ...call(1), event: '' }],
    ['a group call without a group', { ...call(1), type: 'group' }],
  ];
  test.each(cases)('%s', async (_name, bad) => {
    const outcomes = await sinkFor().send([call('before'), bad, call('after')]);
    expect(results(outcomes)).toEqual(['delivered', 'rejected', 'delivered']);
    expect(segment.arrivals).toEqual(['mbefore', 'mafter']);
  });
});

describe('what an answer means', () => {
  const answerTo = async (status: number, headers: Readonly<Record<string, string>> = {}) => {
    segment.script({ kind: 'status', status, headers });
    return (await sinkFor().send([call(1)]))[0];
  };

  test.each([408, 429, 500, 501, 502, 503, 504, 511])('%i: again later, and the batch behind waits', async (status) => {
    segment.script({ kind: 'status', status });
    const outcomes = await sinkFor().send(calls(3_000));
    expect(new Set(results(outcomes))).toEqual(new Set(['retry']));
    expect(segment.requests).toHaveLength(1);
    expect(segment.messages.size).toBe(0);
  });

  test.each([301, 302, 304, 307])(
    '%i is not delivered and not followed, though the SDK counts it as success',
    async (status) => {
      expect(await answerTo(status, { location: `${segment.url}/elsewhere` })).toMatchObject({ result: 'stopped' });
      expect(segment.requests).toHaveLength(1);
    },
  );

  test.each([401, 403])('%i stops the sink and names the key, not the calls', async (status) => {
    const outcome = await answerTo(status);
    expect(outcome).toMatchObject({ result: 'stopped', reason: expect.stringContaining('SEGMENT_WRITE_KEY') });
    expect(JSON.stringify(outcome)).not.toContain(WRITE_KEY);
  });

  test('a wrong write key is noticed', async () => {
    expect(await sinkFor({ writeKey: 'wk_other' }).send([call(1)])).toMatchObject([{ result: 'stopped' }]);
  });

  test('404 stops the sink and names the host: a mistyped host must not kill the whole outbox', async () => {
    expect(await answerTo(404)).toMatchObject({ result: 'stopped', reason: expect.stringContaining('SEGMENT_HOST') });
  });

  const afterSeconds = (seconds: number) => ({ result: 'retry', at: NOW + seconds * 1_000 });
  test.each([
    ['7', 7],
    ['0', 1],
    ['86400', 3_600],
    [new Date(NOW + 90_000).toUTCString(), 90],
    [new Date(NOW - 90_000).toUTCString(), 1],
    [new Date(NOW + 86_400_000).toUTCString(), 3_600],
  ])('Retry-After %s waits %i seconds', async (header, seconds) => {
    expect(await answerTo(429, { 'retry-after': header })).toMatchObject(afterSeconds(seconds));
    expect(await answerTo(503, { 'retry-after': header })).toMatchObject(afterSeconds(seconds));
  });

  test.each(['-5', 'soon', '1.5', '2026'.repeat(9), ''])(
    'Retry-After "%s" is ignored: within the backoff',
    async (header) => {
      const outcome = await answerTo(429, { 'retry-after': header });
      const seconds = header.startsWith('2026') ? 3_600 : 0.5;
      expect(outcome).toMatchObject(afterSeconds(seconds));
    },
  );

  test('without Retry-After the wait doubles from 1 s to 300 s, under full jitter, and starts anew after a success', async () => {
    const sink = sinkFor({ random: () => 0.999_999 });
    const waits: number[] = [];
    for (let failure = 0; failure < 11; failure += 1) {
      segment.script({ kind: 'status', status: 500 });
      const [outcome] = await sink.send([call(1)]);
      if (outcome?.result === 'retry') waits.push(Math.round((outcome.at - NOW) / 1_000));
    }
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]);
    expect(await sink.send([call(1)])).toMatchObject([{ result: 'delivered' }]);
    segment.script({ kind: 'status', status: 500 });
    expect(await sink.send([call(2)])).toMatchObject([{ result: 'retry', at: NOW + 999 }]);
  });

  test('the SDK adds no retry of its own: one request for one send', async () => {
    await answerTo(500);
    await answerTo(429, { 'retry-after': '1' });
    expect(segment.requests).toHaveLength(2);
  });

  test('large error pages are read to the end, so that the connection is used again', async () => {
    const sink = sinkFor();
    for (let index = 0; index < 5; index += 1) {
      segment.script({ kind: 'status', status: 502, body: 'x'.repeat(300_000) });
      await sink.send([call(index)]);
    }
    expect(segment.connections()).toBe(1);
  });
});

describe('no answer', () => {
  test('a refused connection is tried again later: nothing was sent', async () => {
    await segment.close();
    expect(await sinkFor().send([call(1)])).toMatchObject([
      { result: 'retry', reason: expect.stringContaining('ECONNREFUSED') },
    ]);
  });

  test.each(['hang', 'reset'] as const)(
    '%s after Segment took the calls is unknown, and repeating it adds no id',
    async (kind) => {
      segment.script({ kind, apply: true });
      const sink = sinkFor({ timeoutMs: 80 });
      const two = [call(1), call(2)];
      expect(results(await sink.send(two))).toEqual(['unknown', 'unknown']);
      expect(results(await sink.send(two))).toEqual(['delivered', 'delivered']);
      expect(segment.messages.size).toBe(2);
      expect(segment.arrivals).toEqual(['m1', 'm2', 'm1', 'm2']);
    },
  );

  test('calls behind one without an answer are not sent before it', async () => {
    segment.script({ kind: 'hang', apply: true });
    const outcomes = await sinkFor({ timeoutMs: 80 }).send(calls(2_600));
    expect(outcomes[0]).toMatchObject({ result: 'unknown' });
    expect(outcomes.at(-1)).toMatchObject({ result: 'retry' });
    expect(segment.requests).toHaveLength(1);
  });
});

describe('a batch that Segment refuses for its content', () => {
  test.each([400, 413])('%i for one call is its rejection', async (status) => {
    segment.script({ kind: 'status', status });
    expect(await sinkFor().send([call(1)])).toMatchObject([{ result: 'rejected' }]);
  });

  test('is halved until the culprits stand alone; the others arrive once and in order', async () => {
    segment.refuse(({ messageId }) => messageId === 'm37' || messageId === 'm900');
    const outcomes = await sinkFor().send(calls(1_000));
    const rejected = outcomes.flatMap(({ result }, index) => (result === 'rejected' ? [index] : []));
    expect(rejected).toEqual([37, 900]);
    expect(segment.arrivals).toEqual(
      calls(1_000)
        .map(({ messageId }) => messageId)
        .filter((id) => id !== 'm37' && id !== 'm900'),
    );
    expect(segment.requests.length).toBeLessThan(45);
  });

  test('keeps what was already taken when Segment fails half way', async () => {
    segment.refuse(({ messageId }) => messageId === 'm0');
    const unharmed = { kind: 'slow', ms: 0 } as const;
    segment.script(unharmed, unharmed, unharmed, unharmed);
    segment.script({ kind: 'status', status: 503 });
    const outcomes = await sinkFor().send(calls(4));
    expect(results(outcomes)).toEqual(['rejected', 'delivered', 'retry', 'retry']);
  });
});
