import { describe, expect, test } from 'vitest';
import { HOUR_MS, plus, SECOND_MS } from '../../src/domain/instant.ts';
import type { Store } from '../../src/pipeline/ports.ts';
import type { ToolDelivererOptions } from '../../src/pipeline/tools/deliver-tools.ts';
import { deliveryOf, NOW } from './store-samples.ts';
import { edge, makeToolAtHand, takeAll, type Wish } from './tool-at-hand.ts';
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
  unavailable,
  useToolRig,
  wantPeople,
} from './tool-rig.ts';

useToolRig();

describe('what goes, and in which order', () => {
  test('whoever differs is sent once, in calls as large as the tool takes, and then all is settled', async () => {
    await wantPeople(...people(160));
    expect(await runFor(delivererOf(), MINUTE_MS)).toBe(null);
    expect(sizes()).toEqual([75, 75, 10]);
    expect(new Set(idsOf(rig.tool.calls.flat())).size).toBe(160);
    expect(await counts()).toMatchObject({ settled: 160, waiting: 0, dead: 0 });
  });

  test('what may be stale waits for the decision, and is not asked for without a rest', async () => {
    await wantPeople(...people(1));
    const [person] = people(1);
    await rig.store.accept([deliveryOf(`cus_${person?.userId}`, 'evt_paid', rig.now)]);
    expect(await delivererOf().deliverDue(rig.now)).toEqual({ settled: 0, nextAt: plus(rig.now, SECOND_MS) });
    expect(rig.tool.calls).toEqual([]);
  });

  test.each([[['in_B']], [[]]])(
    'of what may be stale the exit goes alone; the rest (%j) with the decision',
    async (entries) => {
      const deliverer = delivererOf();
      const lead = (id: string, changes: Partial<Wish> = {}): Wish => ({
        userId: 'user_1',
        desired: { in_dunning: true, dunning_episode_id: id },
        ...changes,
      });
      await wantPeople(lead('A', { edges: [edge('entry', 'A', 'in_A', rig.now)] }));
      await runFor(deliverer, MINUTE_MS);
      rig.now = plus(rig.now, SECOND_MS);
      await wantPeople(
        lead('B', {
          edges: [edge('exit', 'A', 'out_A', rig.now), ...entries.map((id) => edge('entry', 'B', id, rig.now))],
        }),
      );
      await rig.store.accept([deliveryOf('cus_user_1', 'evt_unread', rig.now)]);
      const { nextAt } = await deliverer.deliverDue(rig.now);
      expect(rig.tool.applied.map(({ event }) => event.id)).toEqual(['in_A', 'out_A']);
      expect(rig.tool.heldOf('user_1')).toMatchObject({ dunning_episode_id: 'A' });
      expect(await counts()).toMatchObject({ settled: 0, waiting: 1 });
      expect((await deliverer.deliverDue(nextAt ?? rig.now)).nextAt).toBe(plus(nextAt ?? rig.now, SECOND_MS));
      await wantPeople(lead('B'));
      await runFor(deliverer, MINUTE_MS);
      expect(rig.tool.applied.map(({ event }) => event.id)).toEqual(['in_A', 'out_A', ...entries]);
      expect(rig.tool.heldOf('user_1')).toMatchObject({ dunning_episode_id: 'B' });
      expect(await counts()).toMatchObject({ settled: 1, waiting: 0 });
    },
  );

  test('a suppression goes before 500 others that wait longer', async () => {
    await wantPeople(...people(500));
    rig.now = plus(rig.now, HOUR_MS);
    await wantPeople(recovered('user_paid'));
    await delivererOf().deliverDue(rig.now);
    expect(rig.tool.calls[0]?.[0]?.userId).toBe('user_paid');
  });

  test('an event counts as an object of its own, so a call of people with events carries fewer of them', async () => {
    const entered = people(60).map((wish) => ({ ...wish, edges: [edge('entry', 'E', `in_${wish.userId}`, rig.now)] }));
    await wantPeople(...entered);
    await runFor(delivererOf(), MINUTE_MS);
    expect(sizes()).toEqual([37, 23]);
  });

  test('a call keeps below the bytes that the tool takes', async () => {
    rig.tool = makeToolAtHand({ limits: { objects: 75, bytes: 1_000, callsPerSecond: 1_000 } });
    await wantPeople(...people(20).map((wish) => ({ ...wish, desired: { text: 'x'.repeat(400) } })));
    await runFor(delivererOf(), MINUTE_MS);
    expect(rig.tool.calls.flat()).toHaveLength(20);
    expect(Math.max(...sizes())).toBe(2);
    expect(Math.max(...rig.tool.calls.map((call) => JSON.stringify(call).length))).toBeLessThan(1_010);
  });

  test('one person is in a call once, though two customers are linked to that user', async () => {
    await wantPeople({ userId: 'user_1' }, { userId: 'user_2' });
    const rows = await rig.store.nextToolRows({ tool: 'braze', channel: 'live', now: rig.now, limit: 10 });
    const twins = rows.map((row) => ({ ...row, userId: 'user_1' }));
    const seen: number[] = [];
    const twinStore = {
      ...rig.store,
      nextToolRows: async () => twins.slice(seen.length),
      settleTools: async (settlements: readonly unknown[]) => void seen.push(settlements.length),
      nextToolRetryAt: async () => (seen.length < 2 ? rig.now : null),
    };
    await runFor(delivererOf({ store: twinStore }), MINUTE_MS);
    expect(sizes()).toEqual([1, 1]);
  });

  test('what changed several times while it waited is one record with the newest state', async () => {
    await wantPeople({ userId: 'user_1', desired: { in_dunning: true, dunning_stage: 'first_failure' } });
    await wantPeople({ userId: 'user_1', desired: { in_dunning: true, dunning_stage: 'retrying' } });
    await runFor(delivererOf(), MINUTE_MS);
    expect(rig.tool.calls).toHaveLength(1);
    expect(rig.tool.heldOf('user_1')).toEqual({ in_dunning: true, dunning_stage: 'retrying' });
  });

  test('of an episode that came and went while it waited, the tool hears nothing', async () => {
    await wantPeople({ userId: 'user_1', desired: { in_dunning: true }, edges: [edge('entry', 'E', 'in', rig.now)] });
    await wantPeople({ userId: 'user_1', desired: {}, edges: [edge('exit', 'E', 'out', rig.now)] });
    expect(await runFor(delivererOf(), MINUTE_MS)).toBe(null);
    expect(rig.tool.calls).toEqual([]);
    expect(await counts()).toMatchObject({ settled: 1, waiting: 0 });
  });

  test('an entry and its attributes arrive in one call, and so do an exit and its', async () => {
    const deliverer = delivererOf();
    await wantPeople({ userId: 'user_1', desired: { in_dunning: true }, edges: [edge('entry', 'E', 'in', rig.now)] });
    await runFor(deliverer, MINUTE_MS);
    await wantPeople(recovered('user_1', { edges: [edge('exit', 'E', 'out', rig.now)] }));
    await runFor(deliverer, MINUTE_MS);
    const said = rig.tool.calls
      .flat()
      .map(({ attributes, events }) => [attributes.in_dunning, events.map(({ id }) => id)]);
    expect(said).toEqual([
      [true, ['in']],
      [false, ['out']],
    ]);
  });

  test('calls leave no faster than the tool allows', async () => {
    rig.tool = makeToolAtHand({ limits: { objects: 10, bytes: 1_000_000, callsPerSecond: 4 } });
    const at: number[] = [];
    rig.tool.always((records, apply) => {
      at.push(rig.now - NOW);
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
    expect(idsOf(rig.tool.calls.flat())).toEqual(['user_live']);
    expect(idsOf(recorder.calls.flat())).toEqual(['user_test']);
    expect((await rig.store.toolCounts()).map(({ settled, waiting }) => [settled, waiting])).toEqual([
      [1, 0],
      [1, 0],
    ]);
  });

  test('those who ask are told of each record that was taken or given up, after the store knows', async () => {
    const told: string[] = [];
    rig.tool.always(except('user_1', { result: 'rejected', reason: 'no such attribute' }));
    await wantPeople(...people(2));
    const onSettled: ToolDelivererOptions['onSettled'] = (settled) =>
      told.push(...settled.map(({ row, outcome }) => `${row.userId} ${outcome.result}`));
    await runFor(delivererOf({ onSettled }), MINUTE_MS);
    expect(told).toEqual(['user_0 delivered', 'user_1 rejected']);
  });
});

describe('one call at a time', () => {
  test('state that moved while its call was under way waits on, and goes next', async () => {
    rig.tool.script(async (records, apply) => {
      await wantPeople(recovered('user_0'));
      return takeAll(records, apply);
    });
    await wantPeople(...people(1));
    await runFor(delivererOf(), MINUTE_MS);
    expect(rig.tool.sentTo('user_0').map(({ attributes }) => attributes.in_dunning)).toEqual([true, false]);
    expect(await counts()).toMatchObject({ settled: 1, waiting: 0 });
  });

  test('two steps at once send nobody twice', async () => {
    let underWay = 0;
    rig.tool.always(async (records, apply) => {
      underWay += 1;
      expect(underWay).toBe(1);
      await new Promise((resolve) => setImmediate(resolve));
      underWay -= 1;
      return takeAll(records, apply);
    });
    await wantPeople(...people(10));
    const deliverer = delivererOf();
    await Promise.all([deliverer.deliverDue(rig.now), deliverer.deliverDue(rig.now), deliverer.deliverDue(rig.now)]);
    expect(sizes()).toEqual([10]);
  });

  const dyingStore = (): Store => ({ ...rig.store, settleTools: () => Promise.reject(new Error('killed')) });

  test('a process that dies once the tool took the call asserts it again; an entry may have arrived, so not that', async () => {
    await wantPeople(
      ...people(3).map((wish) => ({ ...wish, edges: [edge('entry', 'E', `in_${wish.userId}`, rig.now)] })),
    );
    await expect(delivererOf({ store: dyingStore() }).deliverDue(rig.now)).rejects.toThrow('killed');
    await runFor(delivererOf(), 5 * MINUTE_MS);
    const [first, ...later] = rig.tool.calls;
    expect(first).toHaveLength(3);
    for (const call of later) expect(call.map(({ events }) => events)).toEqual([[], [], []]);
    expect(later.flat().every(({ attributes }) => attributes.in_dunning === true)).toBe(true);
    expect(await counts()).toMatchObject({ settled: 3, waiting: 0 });
  });

  test('what it carried when it died is taken back, though by then nothing differs from what was acknowledged', async () => {
    const deliverer = delivererOf();
    await wantPeople({ userId: 'user_1', desired: { in_dunning: false } });
    await runFor(deliverer, MINUTE_MS);
    const failed = { userId: 'user_1', desired: { in_dunning: true }, edges: [edge('entry', 'E', 'in', rig.now)] };
    await wantPeople(failed);
    await expect(delivererOf({ store: dyingStore() }).deliverDue(rig.now)).rejects.toThrow('killed');
    await wantPeople(recovered('user_1', { edges: [edge('exit', 'E', 'out', rig.now)] }));
    await runFor(delivererOf(), MINUTE_MS);
    expect(rig.tool.heldOf('user_1')).toEqual({ in_dunning: false });
    expect(rig.tool.applied.map(({ event }) => event.id)).toEqual(['in', 'out']);
  });

  test('a store that could not take the outcome leaves it in doubt for the same process, too', async () => {
    let isFull = true;
    const fullStore: Store = {
      ...rig.store,
      settleTools: (...call) => (isFull ? Promise.reject(new Error('disk full')) : rig.store.settleTools(...call)),
    };
    await wantPeople({ userId: 'user_1', edges: [edge('entry', 'E', 'in', rig.now)] });
    const deliverer = delivererOf({ store: fullStore });
    await expect(deliverer.deliverDue(rig.now)).rejects.toThrow('disk full');
    isFull = false;
    await runFor(deliverer, 5 * MINUTE_MS);
    expect(rig.tool.applied.map(({ event }) => event.id)).toEqual(['in']);
  });

  test('a call that was not taken leaves no doubt behind for the next start', async () => {
    rig.tool.script(unavailable);
    await wantPeople({ userId: 'user_1', edges: [edge('entry', 'E', 'in', rig.now)] });
    await delivererOf().deliverDue(rig.now);
    await runFor(delivererOf(), 5 * MINUTE_MS);
    expect(rig.tool.applied.map(({ event }) => event.id)).toEqual(['in']);
    expect(rig.tool.calls).toHaveLength(2);
  });
});
