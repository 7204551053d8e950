import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { SegmentCall } from '../../src/pipeline/ports.ts';
import { toBatches } from '../../src/segment/prepared-call.ts';
import { type SegmentStandIn, startSegmentStandIn } from '../../src/simulate/vendors/segment.ts';
import { call, calls, makeSink, results, WRITE_KEY } from './segment-calls.ts';

let segment: SegmentStandIn;
beforeEach(async () => {
  segment = await startSegmentStandIn(WRITE_KEY);
});
afterEach(async () => segment.close());

const sinkFor = () => makeSink(segment);

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
