import { describe, expect, test } from 'vitest';
import { HOUR_MS, plus, SECOND_MS } from '../../src/domain/instant.ts';
import { NOW } from './store-samples.ts';
import { type Behaviour, DELIVERED, edge, makeToolAtHand, takeAll } from './tool-at-hand.ts';
import {
  counts,
  delivererOf,
  except,
  idsOf,
  letters,
  MINUTE_MS,
  people,
  refusing,
  rig,
  runFor,
  sizes,
  throttledUntil,
  useToolRig,
  wantPeople,
} from './tool-rig.ts';

useToolRig();

describe('a call that is refused as a whole', () => {
  test('is halved within one step until the guilty stand alone: 72 of 75 arrive once, 3 are dead letters', async () => {
    const guilty = ['user_0', 'user_37', 'user_74'];
    rig.tool.always(refusing(...guilty));
    await wantPeople(...people(75));
    await delivererOf().deliverDue(rig.now);
    expect(await counts()).toMatchObject({ settled: 72, waiting: 0, dead: 3 });
    const dead = await letters();
    expect(dead.map(({ subject }) => subject).toSorted()).toEqual(guilty.map((userId) => `braze ${userId}`));
    expect(dead[0]).toMatchObject({ kind: 'tool', amountMinor: 4900, currency: 'USD' });
    expect(dead[0]?.message).toContain('bad record');
    // Two calls per guilty record and level of halving, at most, and the first.
    expect(rig.tool.calls.length).toBeLessThanOrEqual(1 + 3 * 2 * Math.ceil(Math.log2(75)));
  });

  test('is paid for in calls: the rest that follows keeps the average below what the tool allows', async () => {
    rig.tool = makeToolAtHand({ limits: { objects: 8, bytes: 1_000_000, callsPerSecond: 10 } });
    rig.tool.always(refusing('user_3'));
    await wantPeople(...people(9));
    const { nextAt } = await delivererOf().deliverDue(rig.now);
    expect(nextAt).toBe(plus(NOW, rig.tool.calls.length * 100));
  });

  test('a tool that throttles meanwhile is left alone; what was not sent waits, undamaged', async () => {
    rig.tool.script(refusing('user_0'), takeAll, throttledUntil(plus(rig.now, 10 * SECOND_MS)));
    rig.tool.always(refusing('user_0'));
    await wantPeople(...people(8).toReversed());
    const deliverer = delivererOf();
    await deliverer.deliverDue(rig.now);
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
    rig.tool = makeToolAtHand({ limits: { objects: 8, bytes: 1_000_000, callsPerSecond: 1_000 } });
    rig.tool.script(takesAtMost(4));
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
    rig.tool.always(takesAtMost(0));
    await wantPeople(...people(1));
    await runFor(delivererOf(), MINUTE_MS);
    expect(sizes()).toEqual([1]);
    expect(await counts()).toMatchObject({ dead: 1 });
  });
});

describe('a record of its own fate', () => {
  test('one that is rejected is a dead letter; the others of its call are not touched', async () => {
    rig.tool.always(except('user_3', { result: 'rejected', reason: 'bad value' }));
    await wantPeople(...people(10));
    await runFor(delivererOf(), MINUTE_MS);
    expect(await counts()).toMatchObject({ settled: 9, dead: 1 });
    expect(sizes()).toEqual([10]);
  });

  test('one to be tried again waits by its own doubling time and holds up nobody', async () => {
    const at: number[] = [];
    rig.tool.always((records, apply) => {
      if (idsOf(records).includes('user_0')) at.push(rig.now - NOW);
      return except('user_0', { result: 'retry', at: null, reason: 'busy' })(records, apply);
    });
    await wantPeople(...people(3));
    const deliverer = delivererOf();
    await runFor(deliverer, 10 * SECOND_MS);
    expect(at).toEqual([0, 500, 1_500, 3_500, 7_500]);
    await wantPeople(...people(1, 50));
    rig.now = plus(rig.now, 1);
    await deliverer.deliverDue(rig.now);
    expect(rig.tool.heldOf('user_50')).toEqual({ in_dunning: true });
    expect(deliverer.paused()).toBe(null);
  });

  test('one that names its instant waits until then, at least a second and at most an hour', async () => {
    const deliverer = delivererOf();
    const waits: number[] = [];
    for (const [index, ms] of [-5, 30 * SECOND_MS, 48 * HOUR_MS].entries()) {
      const userId = `user_${index}`;
      rig.tool.script(except(userId, { result: 'retry', at: plus(rig.now, ms), reason: 'busy' }));
      await wantPeople({ userId });
      waits.push(((await deliverer.deliverDue(rig.now)).nextAt ?? rig.now) - rig.now);
      rig.now = plus(rig.now, HOUR_MS);
      await runFor(deliverer, SECOND_MS);
      rig.now = plus(rig.now, SECOND_MS);
    }
    expect(waits).toEqual([SECOND_MS, 30 * SECOND_MS, HOUR_MS]);
  });

  test('an answer that leaves a record out says nothing of it: it is asserted again', async () => {
    rig.tool.script((records, apply) => {
      apply(records.slice(0, 1));
      return { answer: 'each', outcomes: [DELIVERED] };
    });
    await wantPeople(...people(2));
    const deliverer = delivererOf();
    await deliverer.deliverDue(rig.now);
    expect(await counts()).toMatchObject({ settled: 1, waiting: 1 });
    await runFor(deliverer, 5 * MINUTE_MS);
    expect(rig.tool.heldOf('user_1')).toEqual({ in_dunning: true });
    expect(rig.tool.sentTo('user_0')).toHaveLength(1);
  });
});

describe('news that a tool refuses', () => {
  test('keeps back none of the news behind it', async () => {
    const edges = Array.from({ length: 15 }, (_, index) => edge('news', 'dun_1', `news_${index}`, rig.now));
    await wantPeople({ userId: 'user_0', desired: {}, edges });
    rig.tool.script(except('user_0', { result: 'rejected', reason: 'one of them is bad', partly: true }));
    await runFor(delivererOf(), MINUTE_MS);
    expect(rig.tool.applied.map(({ event }) => event.id)).toEqual(edges.slice(10).map(({ event }) => event.id));
    expect(await letters()).toHaveLength(1);
    expect(await counts()).toMatchObject({ settled: 1, waiting: 0 });
  });

  test('reaches a receiver that is too slow for ten of them in one call', async () => {
    const edges = Array.from({ length: 12 }, (_, index) => edge('news', 'dun_1', `news_${index}`, rig.now));
    await wantPeople({ userId: 'user_0', desired: {}, edges });
    rig.tool = makeToolAtHand({ resendsUnknownEvents: true });
    rig.tool.always((records, apply) => {
      const isTooMuch = records.some(({ events }) => events.length > 3);
      return isTooMuch ? { answer: 'unknown', reason: 'no answer in time' } : takeAll(records, apply);
    });
    await runFor(delivererOf(), HOUR_MS);
    expect(rig.tool.applied.map(({ event }) => event.id)).toEqual(edges.map(({ event }) => event.id));
    expect(await counts()).toMatchObject({ settled: 1, waiting: 0, dead: 0 });
  });
});
