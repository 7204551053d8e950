import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ToolRecord } from '../../src/destination-kit/record.ts';
import type { BatchAnswer, RecordOutcome } from '../../src/destination-kit/sink.ts';
import { HOUR_MS, type Instant, plus, SECOND_MS } from '../../src/domain/instant.ts';
import type { Store } from '../../src/pipeline/ports.ts';
import {
  makeToolDeliverer,
  type ToolDeliverer,
  type ToolDelivererOptions,
} from '../../src/pipeline/tools/deliver-tools.ts';
import { openStore } from '../../src/store/index.ts';
import { NOW } from './store-samples.ts';
import {
  answers,
  type Behaviour,
  DELIVERED,
  edge,
  makeToolAtHand,
  type ToolAtHand,
  takeAll,
  type Wish,
  want,
} from './tool-at-hand.ts';

const MINUTE_MS = 60 * SECOND_MS;

let store: Store;
let now: Instant;
let tool: ToolAtHand;
let logged: { readonly level: 'warn' | 'error'; readonly details: object; readonly message: string }[];

beforeEach(async () => {
  store = await openStore('sqlite::memory:', { lock: false });
  now = NOW;
  tool = makeToolAtHand();
  logged = [];
});
afterEach(async () => {
  expect(JSON.stringify(logged), 'no person in the log').not.toContain('user_');
  await store.close();
});

const clock = { now: () => now };
const delivererOf = (options: Partial<ToolDelivererOptions> = {}): ToolDeliverer =>
  makeToolDeliverer({
    store,
    sink: tool.sink,
    channel: 'live',
    clock,
    random: () => 0.5,
    log: {
      warn: (details, message) => void logged.push({ level: 'warn', details, message }),
      error: (details, message) => void logged.push({ level: 'error', details, message }),
    },
    ...options,
  });

/** Steps on the virtual clock until nothing waits, or nothing more is due up to `until`. */
const runUntil = async (deliverer: ToolDeliverer, until: Instant): Promise<Instant | null> => {
  for (;;) {
    const { nextAt } = await deliverer.deliverDue(now);
    if (nextAt === null || nextAt > until) return nextAt;
    now = nextAt;
  }
};
const runFor = (deliverer: ToolDeliverer, ms: number): Promise<Instant | null> => runUntil(deliverer, plus(now, ms));

const people = (count: number, from = 0): readonly Wish[] =>
  Array.from({ length: count }, (_, index) => ({ userId: `user_${from + index}`, desired: { in_dunning: true } }));
const wantPeople = (...wishes: readonly Wish[]): Promise<void> => want(store, now, wishes);
const recovered = (userId: string, changes: Partial<Wish> = {}): Wish => ({
  userId,
  desired: { in_dunning: false },
  urgent: true,
  ...changes,
});
const sizes = (): readonly number[] => tool.calls.map(({ length }) => length);
const idsOf = (records: readonly ToolRecord[] | undefined): readonly string[] =>
  (records ?? []).map(({ userId }) => userId);
const counts = async () => (await store.toolCounts()).find(({ channel }) => channel === 'live');
const letters = () => store.deadLetters({ replayed: false, limit: 1_000 });

const unavailable = answers({ answer: 'unavailable', reason: 'HTTP 503' });
const stopped = answers({ answer: 'stopped', reason: 'HTTP 401: check BRAZE_API_KEY' });
const unknown = answers({ answer: 'unknown', reason: 'timed out' });
const throttledUntil = (until: Instant | null): Behaviour =>
  answers({ answer: 'throttled', until, reason: 'HTTP 429' });
/** Refuses a call as a whole while one of these people is in it. */
const refusing =
  (...userIds: readonly string[]): Behaviour =>
  (records, apply) =>
    records.some(({ userId }) => userIds.includes(userId))
      ? { answer: 'refused', reason: 'bad record', tooLarge: false }
      : takeAll(records, apply);
/** Gives one person's record an outcome of its own. */
const except =
  (userId: string, outcome: RecordOutcome): Behaviour =>
  (records, apply) => {
    apply(records.filter((record) => record.userId !== userId));
    return { answer: 'each', outcomes: records.map((record) => (record.userId === userId ? outcome : DELIVERED)) };
  };

describe('what goes, and in which order', () => {
  test('whoever differs is sent once, in calls as large as the tool takes, and then all is settled', async () => {
    await wantPeople(...people(160));
    expect(await runFor(delivererOf(), MINUTE_MS)).toBe(null);
    expect(sizes()).toEqual([75, 75, 10]);
    expect(new Set(idsOf(tool.calls.flat())).size).toBe(160);
    expect(await counts()).toMatchObject({ settled: 160, waiting: 0, dead: 0 });
  });

  test('a suppression goes before 500 others that wait longer', async () => {
    await wantPeople(...people(500));
    now = plus(now, HOUR_MS);
    await wantPeople(recovered('user_paid'));
    await delivererOf().deliverDue(now);
    expect(tool.calls[0]?.[0]?.userId).toBe('user_paid');
  });

  test('an event counts as an object of its own, so a call of people with events carries fewer of them', async () => {
    const entered = people(60).map((wish) => ({ ...wish, edges: [edge('entry', 'E', `in_${wish.userId}`, now)] }));
    await wantPeople(...entered);
    await runFor(delivererOf(), MINUTE_MS);
    expect(sizes()).toEqual([37, 23]);
  });

  test('a call keeps below the bytes that the tool takes', async () => {
    tool = makeToolAtHand({ limits: { objects: 75, bytes: 1_000, callsPerSecond: 1_000 } });
    await wantPeople(...people(20).map((wish) => ({ ...wish, desired: { text: 'x'.repeat(400) } })));
    await runFor(delivererOf(), MINUTE_MS);
    expect(tool.calls.flat()).toHaveLength(20);
    expect(Math.max(...sizes())).toBe(2);
    expect(Math.max(...tool.calls.map((call) => JSON.stringify(call).length))).toBeLessThan(1_010);
  });

  test('one person is in a call once, though two customers are linked to that user', async () => {
    await wantPeople({ userId: 'user_1' }, { userId: 'user_2' });
    const rows = await store.nextToolRows({ tool: 'braze', channel: 'live', now, limit: 10 });
    const twins = rows.map((row) => ({ ...row, userId: 'user_1' }));
    const seen: number[] = [];
    const twinStore = {
      ...store,
      nextToolRows: async () => twins.slice(seen.length),
      settleTools: async (settlements: readonly unknown[]) => void seen.push(settlements.length),
      nextToolRetryAt: async () => (seen.length < 2 ? now : null),
    };
    await runFor(delivererOf({ store: twinStore }), MINUTE_MS);
    expect(sizes()).toEqual([1, 1]);
  });

  test('what changed several times while it waited is one record with the newest state', async () => {
    await wantPeople({ userId: 'user_1', desired: { in_dunning: true, dunning_stage: 'first_failure' } });
    await wantPeople({ userId: 'user_1', desired: { in_dunning: true, dunning_stage: 'retrying' } });
    await runFor(delivererOf(), MINUTE_MS);
    expect(tool.calls).toHaveLength(1);
    expect(tool.heldOf('user_1')).toEqual({ in_dunning: true, dunning_stage: 'retrying' });
  });

  test('of an episode that came and went while it waited, the tool hears nothing', async () => {
    await wantPeople({ userId: 'user_1', desired: { in_dunning: true }, edges: [edge('entry', 'E', 'in', now)] });
    await wantPeople({ userId: 'user_1', desired: {}, edges: [edge('exit', 'E', 'out', now)] });
    expect(await runFor(delivererOf(), MINUTE_MS)).toBe(null);
    expect(tool.calls).toEqual([]);
    expect(await counts()).toMatchObject({ settled: 1, waiting: 0 });
  });

  test('an entry and its attributes arrive in one call, and so do an exit and its', async () => {
    const deliverer = delivererOf();
    await wantPeople({ userId: 'user_1', desired: { in_dunning: true }, edges: [edge('entry', 'E', 'in', now)] });
    await runFor(deliverer, MINUTE_MS);
    await wantPeople(recovered('user_1', { edges: [edge('exit', 'E', 'out', now)] }));
    await runFor(deliverer, MINUTE_MS);
    const said = tool.calls.flat().map(({ attributes, events }) => [attributes.in_dunning, events.map(({ id }) => id)]);
    expect(said).toEqual([
      [true, ['in']],
      [false, ['out']],
    ]);
  });

  test('calls leave no faster than the tool allows', async () => {
    tool = makeToolAtHand({ limits: { objects: 10, bytes: 1_000_000, callsPerSecond: 4 } });
    const at: number[] = [];
    tool.always((records, apply) => {
      at.push(now - NOW);
      return takeAll(records, apply);
    });
    await wantPeople(...people(40));
    const deliverer = delivererOf();
    await runFor(deliverer, MINUTE_MS);
    await wantPeople(...people(5, 100));
    await runFor(deliverer, MINUTE_MS);
    expect(at).toEqual([0, 250, 500, 750, 1_000]);
  });

  test('what a recorder takes never reaches the live tool, and what is live never the recorder', async () => {
    const recorder = makeToolAtHand();
    recorder.always((records) => ({ answer: 'each', outcomes: records.map(() => ({ result: 'recorded' })) }));
    await wantPeople({ userId: 'user_live' }, { userId: 'user_test', channel: 'recorder' });
    await runFor(delivererOf(), MINUTE_MS);
    await runFor(delivererOf({ sink: recorder.sink, channel: 'recorder' }), MINUTE_MS);
    expect(idsOf(tool.calls.flat())).toEqual(['user_live']);
    expect(idsOf(recorder.calls.flat())).toEqual(['user_test']);
    expect((await store.toolCounts()).map(({ settled, waiting }) => [settled, waiting])).toEqual([
      [1, 0],
      [1, 0],
    ]);
  });

  test('those who ask are told of each record that was taken or given up, after the store knows', async () => {
    const told: string[] = [];
    tool.always(except('user_1', { result: 'rejected', reason: 'no such attribute' }));
    await wantPeople(...people(2));
    const onSettled: ToolDelivererOptions['onSettled'] = (settled) =>
      told.push(...settled.map(({ row, outcome }) => `${row.userId} ${outcome.result}`));
    await runFor(delivererOf({ onSettled }), MINUTE_MS);
    expect(told).toEqual(['user_0 delivered', 'user_1 rejected']);
  });
});

describe('one call at a time', () => {
  test('state that moved while its call was under way waits on, and goes next', async () => {
    tool.script(async (records, apply) => {
      await wantPeople(recovered('user_0'));
      return takeAll(records, apply);
    });
    await wantPeople(...people(1));
    await runFor(delivererOf(), MINUTE_MS);
    expect(tool.sentTo('user_0').map(({ attributes }) => attributes.in_dunning)).toEqual([true, false]);
    expect(await counts()).toMatchObject({ settled: 1, waiting: 0 });
  });

  test('two steps at once send nobody twice', async () => {
    let underWay = 0;
    tool.always(async (records, apply) => {
      underWay += 1;
      expect(underWay).toBe(1);
      await new Promise((resolve) => setImmediate(resolve));
      underWay -= 1;
      return takeAll(records, apply);
    });
    await wantPeople(...people(10));
    const deliverer = delivererOf();
    await Promise.all([deliverer.deliverDue(now), deliverer.deliverDue(now), deliverer.deliverDue(now)]);
    expect(sizes()).toEqual([10]);
  });

  const dyingStore = (): Store => ({ ...store, settleTools: () => Promise.reject(new Error('killed')) });

  test('a process that dies once the tool took the call asserts it again; an entry may have arrived, so not that', async () => {
    await wantPeople(...people(3).map((wish) => ({ ...wish, edges: [edge('entry', 'E', `in_${wish.userId}`, now)] })));
    await expect(delivererOf({ store: dyingStore() }).deliverDue(now)).rejects.toThrow('killed');
    await runFor(delivererOf(), 5 * MINUTE_MS);
    const [first, ...later] = tool.calls;
    expect(first).toHaveLength(3);
    for (const call of later) expect(call.map(({ events }) => events)).toEqual([[], [], []]);
    expect(later.flat().every(({ attributes }) => attributes.in_dunning === true)).toBe(true);
    expect(await counts()).toMatchObject({ settled: 3, waiting: 0 });
  });

  test('what it carried when it died is taken back, though by then nothing differs from what was acknowledged', async () => {
    const deliverer = delivererOf();
    await wantPeople({ userId: 'user_1', desired: { in_dunning: false } });
    await runFor(deliverer, MINUTE_MS);
    const failed = { userId: 'user_1', desired: { in_dunning: true }, edges: [edge('entry', 'E', 'in', now)] };
    await wantPeople(failed);
    await expect(delivererOf({ store: dyingStore() }).deliverDue(now)).rejects.toThrow('killed');
    await wantPeople(recovered('user_1', { edges: [edge('exit', 'E', 'out', now)] }));
    await runFor(delivererOf(), MINUTE_MS);
    expect(tool.heldOf('user_1')).toEqual({ in_dunning: false });
    expect(tool.applied.map(({ event }) => event.id)).toEqual(['in', 'out']);
  });

  test('a store that could not take the outcome leaves it in doubt for the same process, too', async () => {
    let isFull = true;
    const fullStore: Store = {
      ...store,
      settleTools: (...call) => (isFull ? Promise.reject(new Error('disk full')) : store.settleTools(...call)),
    };
    await wantPeople({ userId: 'user_1', edges: [edge('entry', 'E', 'in', now)] });
    const deliverer = delivererOf({ store: fullStore });
    await expect(deliverer.deliverDue(now)).rejects.toThrow('disk full');
    isFull = false;
    await runFor(deliverer, 5 * MINUTE_MS);
    expect(tool.applied.map(({ event }) => event.id)).toEqual(['in']);
  });

  test('a call that was not taken leaves no doubt behind for the next start', async () => {
    tool.script(unavailable);
    await wantPeople({ userId: 'user_1', edges: [edge('entry', 'E', 'in', now)] });
    await delivererOf().deliverDue(now);
    await runFor(delivererOf(), 5 * MINUTE_MS);
    expect(tool.applied.map(({ event }) => event.id)).toEqual(['in']);
    expect(tool.calls).toHaveLength(2);
  });
});

describe('a call that is refused as a whole', () => {
  test('is halved within one step until the guilty stand alone: 72 of 75 arrive once, 3 are dead letters', async () => {
    const guilty = ['user_0', 'user_37', 'user_74'];
    tool.always(refusing(...guilty));
    await wantPeople(...people(75));
    await delivererOf().deliverDue(now);
    expect(await counts()).toMatchObject({ settled: 72, waiting: 0, dead: 3 });
    const dead = await letters();
    expect(dead.map(({ subject }) => subject).toSorted()).toEqual(guilty.map((userId) => `braze ${userId}`));
    expect(dead[0]).toMatchObject({ kind: 'tool', amountMinor: 4900, currency: 'USD' });
    expect(dead[0]?.message).toContain('bad record');
    // Two calls per guilty record and level of halving, at most, and the first.
    expect(tool.calls.length).toBeLessThanOrEqual(1 + 3 * 2 * Math.ceil(Math.log2(75)));
  });

  test('is paid for in calls: the rest that follows keeps the average below what the tool allows', async () => {
    tool = makeToolAtHand({ limits: { objects: 8, bytes: 1_000_000, callsPerSecond: 10 } });
    tool.always(refusing('user_3'));
    await wantPeople(...people(9));
    const { nextAt } = await delivererOf().deliverDue(now);
    expect(nextAt).toBe(plus(NOW, tool.calls.length * 100));
  });

  test('a tool that throttles meanwhile is left alone; what was not sent waits, undamaged', async () => {
    tool.script(refusing('user_0'), takeAll, throttledUntil(plus(now, 10 * SECOND_MS)));
    tool.always(refusing('user_0'));
    await wantPeople(...people(8).toReversed());
    const deliverer = delivererOf();
    await deliverer.deliverDue(now);
    expect(sizes()).toEqual([8, 4, 4]);
    expect(await counts()).toMatchObject({ settled: 4, waiting: 4, dead: 0 });
    await runFor(deliverer, MINUTE_MS);
    expect(await counts()).toMatchObject({ settled: 7, dead: 1 });
  });

  const takesAtMost =
    (most: number): Behaviour =>
    (records, apply) =>
      records.length > most ? { answer: 'refused', reason: 'HTTP 413', tooLarge: true } : takeAll(records, apply);

  test('for its size: later calls are half as large, double again after 20 good ones, never above the limit', async () => {
    tool = makeToolAtHand({ limits: { objects: 8, bytes: 1_000_000, callsPerSecond: 1_000 } });
    tool.script(takesAtMost(4));
    await wantPeople(...people(4 * 20 + 8 * 25));
    await runFor(delivererOf(), MINUTE_MS);
    const [refused, ...good] = sizes();
    expect(refused).toBe(8);
    // The two halves are good calls, too.
    expect(good.slice(0, 20)).toEqual(Array(20).fill(4));
    expect(new Set(good.slice(20))).toEqual(new Set([8]));
    expect(await counts()).toMatchObject({ waiting: 0, dead: 0 });
  });

  test('alone and still too large, a record is a dead letter', async () => {
    tool.always(takesAtMost(0));
    await wantPeople(...people(1));
    await runFor(delivererOf(), MINUTE_MS);
    expect(sizes()).toEqual([1]);
    expect(await counts()).toMatchObject({ dead: 1 });
  });
});

describe('a record of its own fate', () => {
  test('one that is rejected is a dead letter; the others of its call are not touched', async () => {
    tool.always(except('user_3', { result: 'rejected', reason: 'bad value' }));
    await wantPeople(...people(10));
    await runFor(delivererOf(), MINUTE_MS);
    expect(await counts()).toMatchObject({ settled: 9, dead: 1 });
    expect(sizes()).toEqual([10]);
  });

  test('one to be tried again waits by its own doubling time and holds up nobody', async () => {
    const at: number[] = [];
    tool.always((records, apply) => {
      if (idsOf(records).includes('user_0')) at.push(now - NOW);
      return except('user_0', { result: 'retry', at: null, reason: 'busy' })(records, apply);
    });
    await wantPeople(...people(3));
    const deliverer = delivererOf();
    await runFor(deliverer, 10 * SECOND_MS);
    expect(at).toEqual([0, 500, 1_500, 3_500, 7_500]);
    await wantPeople(...people(1, 50));
    now = plus(now, 1);
    await deliverer.deliverDue(now);
    expect(tool.heldOf('user_50')).toEqual({ in_dunning: true });
    expect(deliverer.paused()).toBe(null);
  });

  test('one that names its instant waits until then, at least a second and at most an hour', async () => {
    const deliverer = delivererOf();
    const waits: number[] = [];
    for (const [index, ms] of [-5, 30 * SECOND_MS, 48 * HOUR_MS].entries()) {
      const userId = `user_${index}`;
      tool.script(except(userId, { result: 'retry', at: plus(now, ms), reason: 'busy' }));
      await wantPeople({ userId });
      waits.push(((await deliverer.deliverDue(now)).nextAt ?? now) - now);
      now = plus(now, HOUR_MS);
      await runFor(deliverer, SECOND_MS);
      now = plus(now, SECOND_MS);
    }
    expect(waits).toEqual([SECOND_MS, 30 * SECOND_MS, HOUR_MS]);
  });

  test('an answer that leaves a record out says nothing of it: it is asserted again', async () => {
    tool.script((records, apply) => {
      apply(records.slice(0, 1));
      return { answer: 'each', outcomes: [DELIVERED] };
    });
    await wantPeople(...people(2));
    const deliverer = delivererOf();
    await deliverer.deliverDue(now);
    expect(await counts()).toMatchObject({ settled: 1, waiting: 1 });
    await runFor(deliverer, 5 * MINUTE_MS);
    expect(tool.heldOf('user_1')).toEqual({ in_dunning: true });
    expect(tool.sentTo('user_0')).toHaveLength(1);
  });
});

describe('a tool that does not take calls', () => {
  test('throttled: nothing before the instant that it names, and a little later lest all be back on the dot', async () => {
    tool.script(throttledUntil(plus(now, 30 * SECOND_MS)));
    await wantPeople(...people(3));
    const deliverer = delivererOf();
    expect((await deliverer.deliverDue(now)).nextAt).toBe(plus(NOW, 30_500));
    expect(deliverer.paused()).toMatchObject({ until: plus(NOW, 30_500), reason: 'HTTP 429' });
    now = plus(NOW, 30_499);
    await wantPeople(recovered('user_9'));
    await deliverer.deliverDue(now);
    expect(tool.calls).toHaveLength(1);
    await runFor(deliverer, MINUTE_MS);
    expect(await counts()).toMatchObject({ settled: 4 });
    expect(deliverer.paused()).toBe(null);
    expect(logged).toHaveLength(1);
    expect(logged[0]).toMatchObject({ level: 'warn', details: { tool: 'braze', reason: 'HTTP 429' } });
  });

  const bounds: readonly [string, number | null, number][] = [
    ['a past instant', -HOUR_MS, SECOND_MS],
    ['a day', 24 * HOUR_MS, HOUR_MS],
    ['none', null, SECOND_MS],
  ];
  test.each(bounds)('throttled until %s: at least a second, at most an hour', async (_, ms, expected) => {
    tool.script(throttledUntil(ms === null ? null : plus(now, ms)));
    await wantPeople(...people(1));
    expect((await delivererOf().deliverDue(now)).nextAt).toBe(plus(NOW, expected));
  });

  test('out of order: pauses of full jitter that double from a second to five minutes', async () => {
    tool.always(unavailable);
    await wantPeople(...people(1));
    const deliverer = delivererOf({ random: () => 0.999 });
    const waits: number[] = [];
    for (let index = 0; index < 11; index += 1) {
      const { nextAt } = await deliverer.deliverDue(now);
      waits.push((nextAt ?? now) - now);
      now = nextAt ?? now;
    }
    const bounds = [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300].map((seconds) => seconds * SECOND_MS);
    expect(waits).toEqual(bounds.map((ms) => Math.floor(ms * 0.999)));
  });

  test('from five failures in a row on one record alone probes, an urgent one first, until one is taken', async () => {
    tool.script(unavailable, unavailable, unknown, unavailable, unavailable, unavailable, throttledUntil(null));
    await wantPeople(...people(60));
    const deliverer = delivererOf();
    for (let index = 0; index < 5; index += 1) now = (await deliverer.deliverDue(now)).nextAt ?? now;
    await wantPeople(recovered('user_paid'));
    for (let index = 0; index < 3; index += 1) now = (await deliverer.deliverDue(now)).nextAt ?? now;
    expect(sizes()).toEqual([60, 60, 60, 60, 60, 1, 1, 1]);
    expect(idsOf(tool.calls[5])).toEqual(['user_paid']);
    expect(tool.heldOf('user_paid')).toEqual({ in_dunning: false });
    await deliverer.deliverDue(now);
    expect(sizes().at(-1)).toBe(60);
  });

  test('an outage of five hours ends with the present state alone: no stale flag is ever sent', async () => {
    tool.always(unavailable);
    const deliverer = delivererOf();
    await wantPeople(...people(20).map((wish) => ({ ...wish, edges: [edge('entry', 'E', `in_${wish.userId}`, now)] })));
    await runFor(deliverer, HOUR_MS);
    const paid = people(15).map(({ userId }) =>
      recovered(userId, { edges: [edge('exit', 'E', `out_${userId}`, now)] }),
    );
    await wantPeople(...paid);
    await runFor(deliverer, 4 * HOUR_MS);
    const before = tool.calls.length;
    tool.always(takeAll);
    await runFor(deliverer, HOUR_MS);
    const sent = tool.calls.slice(before).flat();
    expect(sent.filter(({ attributes }) => attributes.in_dunning === true)).toHaveLength(5);
    expect(sent).toHaveLength(20);
    expect(tool.applied.map(({ event }) => event.id).toSorted()).toEqual(
      [15, 16, 17, 18, 19].map((index) => `in_user_${index}`),
    );
    expect(await counts()).toMatchObject({ settled: 20, waiting: 0, dead: 0 });
  });
});

describe('a tool that refuses us', () => {
  test('is told loudly once a minute what to do, and consumes nothing', async () => {
    tool.always(stopped);
    await wantPeople(...people(3));
    const deliverer = delivererOf();
    expect((await deliverer.deliverDue(now)).nextAt).toBe(plus(NOW, MINUTE_MS));
    await runFor(deliverer, 5 * MINUTE_MS - 1);
    expect(logged.map(({ level }) => level)).toEqual(Array(5).fill('error'));
    expect(logged[0]?.message).toMatch(/key.*permissions.*address/);
    expect(logged[0]?.details).toMatchObject({ tool: 'braze', reason: expect.stringContaining('BRAZE_API_KEY') });
    tool.always(takeAll);
    await runFor(deliverer, 2 * MINUTE_MS);
    expect(await counts()).toMatchObject({ settled: 3, dead: 0 });
  });

  test('stops alone: another tool goes on', async () => {
    const other = makeToolAtHand({ tool: 'iterable' });
    tool.always(stopped);
    await wantPeople(...people(3));
    await wantPeople(...people(3, 10).map((wish) => ({ ...wish, tool: 'iterable' })));
    const [stoppedOne, otherOne] = [delivererOf(), delivererOf({ sink: other.sink })];
    await stoppedOne.deliverDue(now);
    await runFor(otherOne, MINUTE_MS);
    expect(other.calls.flat()).toHaveLength(3);
    expect(stoppedOne.paused()).not.toBe(null);
    expect(otherOne.paused()).toBe(null);
  });
});

describe('a call without an answer', () => {
  /** Applies the call and never says so. */
  const appliedUnsaid: Behaviour = (records, apply) => {
    apply(records);
    return { answer: 'unknown', reason: 'timed out' };
  };

  test('is asserted again, also where the state went back to what was last acknowledged', async () => {
    const deliverer = delivererOf();
    await wantPeople({ userId: 'user_1', desired: { in_dunning: false } });
    await runFor(deliverer, MINUTE_MS);
    tool.script(appliedUnsaid);
    await wantPeople({ userId: 'user_1', desired: { in_dunning: true } });
    await deliverer.deliverDue(now);
    await wantPeople(recovered('user_1'));
    await runFor(deliverer, HOUR_MS);
    expect(tool.heldOf('user_1')).toEqual({ in_dunning: false });
  });

  test('may be applied behind a later one: what it named is asserted once more when that is over', async () => {
    const held: (() => void)[] = [];
    tool.script((records, apply) => {
      held.push(() => apply(records));
      return { answer: 'unknown', reason: 'timed out' };
    });
    const deliverer = delivererOf();
    await wantPeople({ userId: 'user_1', desired: { in_dunning: true } });
    await deliverer.deliverDue(now);
    await wantPeople(recovered('user_1'));
    const again = await runFor(deliverer, 30 * SECOND_MS);
    expect(tool.heldOf('user_1')).toEqual({ in_dunning: false });
    for (const applyLate of held) applyLate();
    expect(tool.heldOf('user_1')).toEqual({ in_dunning: true });
    expect(again).toBe(plus(NOW, MINUTE_MS));
    expect(await runFor(deliverer, MINUTE_MS)).toBe(null);
    expect(tool.heldOf('user_1')).toEqual({ in_dunning: false });
    expect(await counts()).toMatchObject({ settled: 1, waiting: 0 });
  });

  test('of a process that died since is asserted once more, too', async () => {
    tool.script(unknown);
    await wantPeople(...people(1));
    await delivererOf().deliverDue(now);
    now = plus(now, SECOND_MS);
    const born = delivererOf();
    expect(await runFor(born, 30 * SECOND_MS)).toBe(plus(NOW, SECOND_MS + MINUTE_MS));
    expect(await runFor(born, MINUTE_MS)).toBe(null);
    expect(tool.calls).toHaveLength(3);
  });

  const entered: Wish = { userId: 'user_1', desired: { in_dunning: true } };
  test.each([
    [false, 1],
    [true, 2],
  ])('its entry goes again only where the tool deduplicates (%s)', async (resendsUnknownEvents, times) => {
    tool = makeToolAtHand({ resendsUnknownEvents });
    tool.script(appliedUnsaid);
    await wantPeople({ ...entered, edges: [edge('entry', 'E', 'in', now)] });
    await runFor(delivererOf(), HOUR_MS);
    expect(tool.applied.map(({ event }) => event.id)).toEqual(Array(times).fill('in'));
    expect(await counts()).toMatchObject({ settled: 1 });
  });

  test('its exit always goes again', async () => {
    const deliverer = delivererOf();
    await wantPeople({ ...entered, edges: [edge('entry', 'E', 'in', now)] });
    await runFor(deliverer, MINUTE_MS);
    tool.script(unknown);
    await wantPeople(recovered('user_1', { edges: [edge('exit', 'E', 'out', now)] }));
    await runFor(deliverer, HOUR_MS);
    expect(tool.applied.map(({ event }) => event.id)).toEqual(['in', 'out']);
  });

  test('its entry may have begun a flow, so the exit goes', async () => {
    tool.script(unknown);
    const deliverer = delivererOf();
    await wantPeople({ ...entered, edges: [edge('entry', 'E', 'in', now)] });
    await deliverer.deliverDue(now);
    await wantPeople(recovered('user_1', { edges: [edge('exit', 'E', 'out', now)] }));
    await runFor(deliverer, HOUR_MS);
    expect(tool.applied.map(({ event }) => event.id)).toEqual(['out']);
  });
});

describe('96 hours', () => {
  const hourly = async (deliverer: ToolDeliverer, hours: number): Promise<void> => {
    for (let hour = 0; hour < hours; hour += 1) {
      await deliverer.deliverDue(now);
      now = plus(now, HOUR_MS);
    }
  };
  const refusals: readonly [string, BatchAnswer, RegExp][] = [
    ['out of order', { answer: 'unavailable', reason: 'HTTP 503' }, /not taken for 96 hours, last: HTTP 503/],
    ['throttling', { answer: 'throttled', until: null, reason: 'HTTP 429' }, /not taken for 96 hours, last: HTTP 429/],
    ['silent', { answer: 'unknown', reason: 'timed out' }, /not taken for 96 hours, last: timed out/],
  ];
  test.each(refusals)(
    'asked in vain of a tool that is %s, a record is a dead letter that says why',
    async (_, answer, why) => {
      tool.always(answers(answer));
      await wantPeople({ userId: 'user_1', amountMinor: 12_300 });
      const deliverer = delivererOf();
      await hourly(deliverer, 96);
      expect(await counts()).toMatchObject({ waiting: 1, dead: 0 });
      await hourly(deliverer, 1);
      expect(await counts()).toMatchObject({ waiting: 0, dead: 1 });
      const [letter] = await letters();
      expect(letter).toMatchObject({ kind: 'tool', amountMinor: 12_300, currency: 'USD' });
      expect(letter?.message).toMatch(why);

      // Replayed, it is asked for anew: one more hiccup does not kill it again.
      await store.replayDeadLetters(null, now);
      await hourly(deliverer, 1);
      expect(await counts()).toMatchObject({ waiting: 1, dead: 0 });
    },
  );

  test('run for a record alone, too, while the tool takes all others', async () => {
    tool.always(except('user_0', { result: 'retry', at: null, reason: 'busy' }));
    const deliverer = delivererOf();
    await wantPeople(...people(1));
    for (let hour = 0; hour <= 96; hour += 1) {
      expect(await counts()).toMatchObject({ dead: 0 });
      await wantPeople(...people(1, hour + 1));
      await deliverer.deliverDue(now);
      now = plus(now, HOUR_MS);
    }
    expect(await counts()).toMatchObject({ settled: 97, waiting: 0, dead: 1 });
  });

  test('are hours of asking: a relay that was down for a week still asks', async () => {
    await wantPeople(...people(1));
    now = plus(now, 7 * 24 * HOUR_MS);
    tool.script(unavailable);
    const deliverer = delivererOf();
    await deliverer.deliverDue(now);
    expect(await counts()).toMatchObject({ waiting: 1, dead: 0 });
    await runFor(deliverer, HOUR_MS);
    expect(await counts()).toMatchObject({ settled: 1 });
  });

  test('do not run while the tool refuses us', async () => {
    tool.always(stopped);
    await wantPeople(...people(2));
    const deliverer = delivererOf();
    await hourly(deliverer, 200);
    tool.always(unavailable);
    await hourly(deliverer, 90);
    expect(await counts()).toMatchObject({ waiting: 2, dead: 0 });
    await hourly(deliverer, 8);
    expect(await counts()).toMatchObject({ dead: 2 });
  });

  test('start anew when something is taken: no one who came later dies with an old one', async () => {
    tool.always(unavailable);
    const deliverer = delivererOf();
    await wantPeople(...people(1));
    await hourly(deliverer, 90);
    await wantPeople(recovered('user_9'));
    tool.script(takeAll);
    await hourly(deliverer, 1);
    await wantPeople(recovered('user_8'));
    await hourly(deliverer, 10);
    expect(await letters()).toHaveLength(0);
    expect(await counts()).toMatchObject({ settled: 1, waiting: 2 });
  });
});
