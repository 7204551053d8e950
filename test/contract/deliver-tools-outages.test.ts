import { describe, expect, test } from 'vitest';
import { HOUR_MS, plus, SECOND_MS } from '../../src/domain/instant.ts';
import { NOW } from './store-samples.ts';
import { type Behaviour, edge, makeToolAtHand, takeAll, type Wish } from './tool-at-hand.ts';
import {
  counts,
  delivererOf,
  except,
  idsOf,
  MINUTE_MS,
  people,
  recovered,
  rig,
  runFor,
  sizes,
  stopped,
  throttledUntil,
  unavailable,
  unknown,
  useToolRig,
  wantPeople,
} from './tool-rig.ts';

useToolRig();

describe('a tool that does not take calls', () => {
  test('throttled: nothing before the instant that it names, and a little later lest all be back on the dot', async () => {
    rig.tool.script(throttledUntil(plus(rig.now, 30 * SECOND_MS)));
    await wantPeople(...people(3));
    const deliverer = delivererOf();
    expect((await deliverer.deliverDue(rig.now)).nextAt).toBe(plus(NOW, 30_500));
    expect(deliverer.paused()).toMatchObject({ until: plus(NOW, 30_500), reason: 'HTTP 429' });
    rig.now = plus(NOW, 30_499);
    await wantPeople(recovered('user_9'));
    await deliverer.deliverDue(rig.now);
    expect(rig.tool.calls).toHaveLength(1);
    await runFor(deliverer, MINUTE_MS);
    expect(await counts()).toMatchObject({ settled: 4 });
    expect(deliverer.paused()).toBe(null);
    expect(rig.logged).toHaveLength(1);
    expect(rig.logged[0]).toMatchObject({ level: 'warn', details: { tool: 'braze', reason: 'HTTP 429' } });
  });

  const bounds: readonly [string, number | null, number][] = [
    ['a past instant', -HOUR_MS, SECOND_MS],
    ['a day', 24 * HOUR_MS, HOUR_MS],
    ['none', null, SECOND_MS],
  ];
  test.each(bounds)('throttled until %s: at least a second, at most an hour', async (_, ms, expected) => {
    rig.tool.script(throttledUntil(ms === null ? null : plus(rig.now, ms)));
    await wantPeople(...people(1));
    expect((await delivererOf().deliverDue(rig.now)).nextAt).toBe(plus(NOW, expected));
  });

  test('out of order: pauses of full jitter that double from a second to five minutes', async () => {
    rig.tool.always(unavailable);
    await wantPeople(...people(1));
    const deliverer = delivererOf({ random: () => 0.999 });
    const waits: number[] = [];
    for (let index = 0; index < 11; index += 1) {
      const { nextAt } = await deliverer.deliverDue(rig.now);
      waits.push((nextAt ?? rig.now) - rig.now);
      rig.now = nextAt ?? rig.now;
    }
    const bounds = [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300].map((seconds) => seconds * SECOND_MS);
    expect(waits).toEqual(bounds.map((ms) => Math.floor(ms * 0.999)));
  });

  test('from five failures in a row on one record alone probes, an urgent one first, until one is taken', async () => {
    rig.tool.script(unavailable, unavailable, unknown, unavailable, unavailable, unavailable, throttledUntil(null));
    await wantPeople(...people(60));
    const deliverer = delivererOf();
    for (let index = 0; index < 5; index += 1) rig.now = (await deliverer.deliverDue(rig.now)).nextAt ?? rig.now;
    await wantPeople(recovered('user_paid'));
    for (let index = 0; index < 3; index += 1) rig.now = (await deliverer.deliverDue(rig.now)).nextAt ?? rig.now;
    expect(sizes()).toEqual([60, 60, 60, 60, 60, 1, 1, 1]);
    expect(idsOf(rig.tool.calls[5])).toEqual(['user_paid']);
    expect(rig.tool.heldOf('user_paid')).toEqual({ in_dunning: false });
    await deliverer.deliverDue(rig.now);
    expect(sizes().at(-1)).toBe(60);
  });

  test('a suppression whose outcome is never known keeps no other waiting, though one record alone probes', async () => {
    rig.tool.always(except('user_bad', { result: 'unknown', reason: 'HTTP 500' }));
    const deliverer = delivererOf();
    await wantPeople(recovered('user_bad'));
    await runFor(deliverer, HOUR_MS);
    await wantPeople(recovered('user_paid'));
    await runFor(deliverer, HOUR_MS);
    expect(rig.tool.heldOf('user_paid')).toEqual({ in_dunning: false });
    expect(await counts()).toMatchObject({ settled: 1, waiting: 1, dead: 0 });
  });

  test('an outage of five hours ends with the present state alone: no stale flag is ever sent', async () => {
    rig.tool.always(unavailable);
    const deliverer = delivererOf();
    await wantPeople(
      ...people(20).map((wish) => ({ ...wish, edges: [edge('entry', 'E', `in_${wish.userId}`, rig.now)] })),
    );
    await runFor(deliverer, HOUR_MS);
    const paid = people(15).map(({ userId }) =>
      recovered(userId, { edges: [edge('exit', 'E', `out_${userId}`, rig.now)] }),
    );
    await wantPeople(...paid);
    await runFor(deliverer, 4 * HOUR_MS);
    const before = rig.tool.calls.length;
    rig.tool.always(takeAll);
    await runFor(deliverer, HOUR_MS);
    const sent = rig.tool.calls.slice(before).flat();
    expect(sent.filter(({ attributes }) => attributes.in_dunning === true)).toHaveLength(5);
    expect(sent).toHaveLength(20);
    expect(rig.tool.applied.map(({ event }) => event.id).toSorted()).toEqual(
      [15, 16, 17, 18, 19].map((index) => `in_user_${index}`),
    );
    expect(await counts()).toMatchObject({ settled: 20, waiting: 0, dead: 0 });
  });
});

describe('a tool that refuses us', () => {
  test('is told loudly once a minute what to do, and consumes nothing', async () => {
    rig.tool.always(stopped);
    await wantPeople(...people(3));
    const deliverer = delivererOf();
    expect((await deliverer.deliverDue(rig.now)).nextAt).toBe(plus(NOW, MINUTE_MS));
    await runFor(deliverer, 5 * MINUTE_MS - 1);
    expect(rig.logged.map(({ level }) => level)).toEqual(Array(5).fill('error'));
    expect(rig.logged[0]?.message).toMatch(/key.*permissions.*address/);
    expect(rig.logged[0]?.details).toMatchObject({ tool: 'braze', reason: expect.stringContaining('BRAZE_API_KEY') });
    rig.tool.always(takeAll);
    await runFor(deliverer, 2 * MINUTE_MS);
    expect(await counts()).toMatchObject({ settled: 3, dead: 0 });
  });

  test('stops alone: another tool goes on', async () => {
    const other = makeToolAtHand({ tool: 'iterable' });
    rig.tool.always(stopped);
    await wantPeople(...people(3));
    await wantPeople(...people(3, 10).map((wish) => ({ ...wish, tool: 'iterable' })));
    const [stoppedOne, otherOne] = [delivererOf(), delivererOf({ sink: other.sink })];
    await stoppedOne.deliverDue(rig.now);
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
    rig.tool.script(appliedUnsaid);
    await wantPeople({ userId: 'user_1', desired: { in_dunning: true } });
    await deliverer.deliverDue(rig.now);
    await wantPeople(recovered('user_1'));
    await runFor(deliverer, HOUR_MS);
    expect(rig.tool.heldOf('user_1')).toEqual({ in_dunning: false });
  });

  test('may be applied behind a later one: what it named is asserted once more when that is over', async () => {
    const held: (() => void)[] = [];
    rig.tool.script((records, apply) => {
      held.push(() => apply(records));
      return { answer: 'unknown', reason: 'timed out' };
    });
    const deliverer = delivererOf();
    await wantPeople({ userId: 'user_1', desired: { in_dunning: true } });
    await deliverer.deliverDue(rig.now);
    await wantPeople(recovered('user_1'));
    const again = await runFor(deliverer, 30 * SECOND_MS);
    expect(rig.tool.heldOf('user_1')).toEqual({ in_dunning: false });
    for (const applyLate of held) applyLate();
    expect(rig.tool.heldOf('user_1')).toEqual({ in_dunning: true });
    expect(again).toBe(plus(NOW, MINUTE_MS));
    expect(await runFor(deliverer, MINUTE_MS)).toBe(null);
    expect(rig.tool.heldOf('user_1')).toEqual({ in_dunning: false });
    expect(await counts()).toMatchObject({ settled: 1, waiting: 0 });
  });

  test('of a process that died since is asserted once more, too', async () => {
    rig.tool.script(unknown);
    await wantPeople(...people(1));
    await delivererOf().deliverDue(rig.now);
    rig.now = plus(rig.now, SECOND_MS);
    const born = delivererOf();
    expect(await runFor(born, 30 * SECOND_MS)).toBe(plus(NOW, SECOND_MS + MINUTE_MS));
    expect(await runFor(born, MINUTE_MS)).toBe(null);
    expect(rig.tool.calls).toHaveLength(3);
  });

  const entered: Wish = { userId: 'user_1', desired: { in_dunning: true } };
  test.each([
    [false, 1],
    [true, 2],
  ])('its entry goes again only where the tool deduplicates (%s)', async (resendsUnknownEvents, times) => {
    rig.tool = makeToolAtHand({ resendsUnknownEvents });
    rig.tool.script(appliedUnsaid);
    await wantPeople({ ...entered, edges: [edge('entry', 'E', 'in', rig.now)] });
    await runFor(delivererOf(), HOUR_MS);
    expect(rig.tool.applied.map(({ event }) => event.id)).toEqual(Array(times).fill('in'));
    expect(await counts()).toMatchObject({ settled: 1 });
  });

  test('its exit always goes again', async () => {
    const deliverer = delivererOf();
    await wantPeople({ ...entered, edges: [edge('entry', 'E', 'in', rig.now)] });
    await runFor(deliverer, MINUTE_MS);
    rig.tool.script(unknown);
    await wantPeople(recovered('user_1', { edges: [edge('exit', 'E', 'out', rig.now)] }));
    await runFor(deliverer, HOUR_MS);
    expect(rig.tool.applied.map(({ event }) => event.id)).toEqual(['in', 'out']);
  });

  test('its entry may have begun a flow, so the exit goes', async () => {
    rig.tool.script(unknown);
    const deliverer = delivererOf();
    await wantPeople({ ...entered, edges: [edge('entry', 'E', 'in', rig.now)] });
    await deliverer.deliverDue(rig.now);
    await wantPeople(recovered('user_1', { edges: [edge('exit', 'E', 'out', rig.now)] }));
    await runFor(deliverer, HOUR_MS);
    expect(rig.tool.applied.map(({ event }) => event.id)).toEqual(['out']);
  });
});
