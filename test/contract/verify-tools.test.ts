import { afterEach, describe, expect, test } from 'vitest';
import { makeActionsSink } from '../../src/destination-kit/actions-sink.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS, plus, SECOND_MS } from '../../src/domain/instant.ts';
import { LOOKS_MS } from '../../src/domain/read-back.ts';
import { TOOL_BENCHES } from '../stand-ins/tool-benches.ts';
import { deliveryOf, NOW, parked } from './store-samples.ts';
import { DELIVERED, onlyRow, settlementOf, want, wanted } from './store-tool-samples.ts';
import { fullState, openVerifyRig, type VerifyRig, type VerifyRigOptions } from './verify-rig.ts';

const READ_BACK = ['braze', 'iterable', 'hubspot', 'hubspot-companies', 'salesforce', 'salesforce-accounts'] as const;
type Key = (typeof READ_BACK)[number];

const ADA = 'user_ada';

let rigs: VerifyRig[] = [];
afterEach(async () => {
  await Promise.all(rigs.map(({ close }) => close()));
  rigs = [];
});

const open = async (key: keyof typeof TOOL_BENCHES, options?: VerifyRigOptions): Promise<VerifyRig> => {
  const rig = await openVerifyRig(TOOL_BENCHES[key], options);
  rigs.push(rig);
  rig.bench.know([ADA]);
  return rig;
};

const inDunning = ({ bench }: VerifyRig) => bench.record(ADA).attributes;
const paid = (rig: VerifyRig) => ({ ...inDunning(rig), in_dunning: false, dunning_amount_due: null });
const countsOf = async ({ store }: VerifyRig) => (await store.verifyCounts())[0];

/** Somebody with the same access says that they are in dunning. */
const interfere = async (rig: VerifyRig): Promise<void> => {
  const { tool, settings, record } = rig.bench;
  const sink = makeActionsSink(tool, settings, { now: rig.now });
  await sink.send([record(ADA, { attributes: { in_dunning: true }, events: [], isNew: false })]);
};

/** A "set" that the tool acknowledges and leaves lying; then they pay, and are cleared. */
const clearBehindALateSet = async (rig: VerifyRig): Promise<void> => {
  await rig.want(ADA, paid(rig));
  await rig.run(SECOND_MS);
  rig.bench.standIn.inject({ kind: 'late' });
  await rig.want(ADA, inDunning(rig));
  await rig.run(SECOND_MS);
  rig.bench.standIn.heal();
  await rig.want(ADA, paid(rig));
  await rig.run(SECOND_MS);
  expect(rig.isFlagged(ADA)).toBe(false);
};

describe.each(READ_BACK)('%s, read back', (key: Key) => {
  test('holds what it was told of every attribute, also of a text that it cannot hold: no drift', async () => {
    const rig = await open(key);
    const state = fullState(rig.bench.tool.subject);
    const long = `https://pay.example.com/${'x'.repeat(40_000)}`;
    await rig.want(ADA, { ...inDunning(rig), ...state, update_payment_url: long }, true);
    await rig.run(2 * DAY_MS);
    expect(await countsOf(rig)).toMatchObject({ verified: LOOKS_MS.length, drifted: 0, fought: 0 });
  });

  test('has a "set" corrected that it applies behind the "clear"', async () => {
    const rig = await open(key);
    await clearBehindALateSet(rig);
    await rig.run(5 * MINUTE_MS);
    rig.bench.standIn.applyLate();
    expect(rig.isFlagged(ADA)).toBe(true);
    await rig.run(10 * MINUTE_MS);
    expect(rig.isFlagged(ADA)).toBe(false);
    expect(await countsOf(rig)).toMatchObject({ drifted: 1 });
    expect(JSON.stringify(rig.logged)).toMatch(/"rows":1,"attributes":"[a-z]/);
    expect(JSON.stringify(rig.logged)).not.toContain(ADA);
  });

  test('without this layer, goes on taking them for somebody in dunning, for good', async () => {
    const rig = await open(key, { readsBack: false });
    await clearBehindALateSet(rig);
    rig.bench.standIn.applyLate();
    await rig.run(30 * DAY_MS);
    expect(rig.isFlagged(ADA)).toBe(true);
  });

  test('has corrected what a person changed, and is left alone from then on', async () => {
    const rig = await open(key);
    await rig.want(ADA, paid(rig));
    await rig.run(2 * MINUTE_MS);
    await interfere(rig);
    expect(rig.isFlagged(ADA)).toBe(true);
    await rig.run(15 * MINUTE_MS);
    expect(rig.isFlagged(ADA)).toBe(false);
    await rig.run(3 * DAY_MS);
    const before = rig.bench.standIn.requests.length;
    await rig.run(3 * DAY_MS);
    expect(rig.bench.standIn.requests).toHaveLength(before);
    expect(await countsOf(rig)).toMatchObject({ drifted: 1, fought: 0, oldestUnverifiedAt: null });
  });

  test('is not fought with: another writer is answered ever more seldom, and people are told', async () => {
    const rig = await open(key);
    await rig.want(ADA, paid(rig));
    const cleared: number[] = [];
    const overwrite = async (): Promise<void> => {
      if (rig.isFlagged(ADA) !== false) return;
      cleared.push((rig.now() - NOW) / MINUTE_MS);
      await interfere(rig);
    };
    await rig.run(DAY_MS, overwrite);
    const distances = cleared.slice(1).map((at, index) => Math.round(at - (cleared[index] ?? 0)));
    expect(distances.slice(0, 6)).toEqual([1, 1, 5, 30, 120, 360]);
    expect(Math.min(...distances.slice(5))).toBeGreaterThanOrEqual(360);
    expect(cleared.length).toBeLessThan(11);
    const alerts = rig.logged.filter(({ level }) => level === 'error').length;
    expect(await countsOf(rig)).toMatchObject({ fought: 1, drifted: alerts + 2 });
  });
});

describe('whom the tool does not know', () => {
  test('any more is not brought back: somebody deleted them there', async () => {
    const rig = await open('braze', { readerOf: (reader) => ({ ...reader, read: async () => [] }) });
    await rig.want(ADA, paid(rig));
    await rig.run(2 * DAY_MS);
    expect(rig.bench.standIn.requests).toHaveLength(1);
    expect(await countsOf(rig)).toMatchObject({ verified: LOOKS_MS.length, drifted: 0 });
  });

  test.each(['hubspot-companies', 'salesforce', 'salesforce-accounts'] as const)(
    'and %s says so at once: nothing is owed, and nobody looks',
    async (key) => {
      const rig = await open(key, { samplePerHour: 60 });
      const { attributes } = rig.bench.record('nobody');
      await rig.want('nobody', { ...attributes, in_dunning: false });
      await rig.run(2 * DAY_MS);
      expect((await rig.store.findProfiles('cus_of_nobody'))[0]?.tools).toMatchObject([{ status: 'settled' }]);
      expect(await countsOf(rig)).toBeUndefined();
    },
  );
});

describe('a failure that comes while the tool is asked', () => {
  test.each(['decided', 'sent'])('and is %s by then is not cleared by the answer', async (how) => {
    let rig: VerifyRig | undefined;
    const readerOf: VerifyRigOptions['readerOf'] = (reader) => ({
      ...reader,
      read: async (ids) => {
        // As it is before the new failure, and told after it.
        const answer = await reader.read(ids);
        if (rig === undefined) return answer;
        await rig.want(ADA, inDunning(rig));
        if (how === 'sent') await rig.engine.deliverDue(rig.now());
        return answer.map((profile) => ({ ...profile, attributes: { ...profile.attributes, in_dunning: true } }));
      },
    });
    rig = await open('braze', { readerOf });
    await rig.want(ADA, paid(rig));
    await rig.run(2 * MINUTE_MS);
    expect(rig.isFlagged(ADA)).toBe(true);
    await rig.run(HOUR_MS);
    expect(rig.isFlagged(ADA)).toBe(true);
    expect(await countsOf(rig)).toBeUndefined();
  });

  test('after a drift was found: what is asserted is what is wanted by then', async () => {
    const rig = await open('braze');
    await rig.want(ADA, paid(rig));
    await rig.run(SECOND_MS);
    await interfere(rig);
    await rig.engine.verifyDue((NOW + MINUTE_MS) as typeof NOW);
    await rig.want(ADA, inDunning(rig));
    await rig.run(HOUR_MS);
    expect(rig.isFlagged(ADA)).toBe(true);
  });
});

describe('an id that two people had in turn', () => {
  test.each([0, 60])(
    'is held as the newer decision wants it, with a sample of %i: the older row sees nothing',
    async (samplePerHour) => {
      const rig = await open('braze', { samplePerHour });
      await rig.want(ADA, paid(rig));
      await rig.run(SECOND_MS);
      const change = wanted({ userId: ADA, desired: inDunning(rig) });
      await want(rig.store, [change], { customer: 'cus_of_the_next', at: rig.now() });
      await rig.run(2 * DAY_MS);
      expect(rig.isFlagged(ADA)).toBe(true);
      if (samplePerHour === 0) expect(await countsOf(rig)).toBeUndefined();
      else expect(await countsOf(rig)).toMatchObject({ drifted: 0 });
    },
  );
});

describe('a thousand people who paid', () => {
  const REQUESTS = { braze: 20, iterable: 1_000, hubspot: 20 } as const;

  test.each(Object.entries(REQUESTS))('%s: %i requests to see them all', async (key, requests) => {
    const rig = await open(key as keyof typeof REQUESTS);
    const ids = Array.from({ length: 1_000 }, (_, index) => `user_${index}`);
    rig.bench.know(ids);
    const address = (id: string) => (key === 'hubspot' ? { email: `${id}@example.com` } : {});
    for (const id of ids) await rig.want(id, { in_dunning: false, ...address(id) });
    await rig.run(50 * SECOND_MS);
    const before = rig.bench.standIn.requests.length;
    await rig.run(2 * MINUTE_MS);
    expect(rig.bench.standIn.requests.length - before).toBe(requests);
    expect(await countsOf(rig)).toMatchObject({ verified: 1_000, drifted: 0 });
  });
});

describe('whoever is in dunning', () => {
  test('is seen in the course of the sample, so many an hour, and put right', async () => {
    const rig = await open('braze', { samplePerHour: 60 });
    for (let index = 0; index < 100; index += 1) await rig.want(`user_${index}`, { in_dunning: true });
    await rig.run(SECOND_MS);
    const { tool, settings, record } = rig.bench;
    const sink = makeActionsSink(tool, settings, { now: rig.now });
    await sink.send([record('user_99', { attributes: { in_dunning: false }, events: [], isNew: false })]);
    await rig.run(HOUR_MS);
    // 50 at once, 50 after 50 minutes.
    expect(rig.bench.standIn.requests.filter(({ path }) => path === '/users/export/ids').length).toBeGreaterThanOrEqual(
      2,
    );
    expect(rig.isFlagged('user_99')).toBe(true);
  });

  test('is left alone while the decision about what came in fails, and the looks come to rest', async () => {
    const rig = await open('braze', { samplePerHour: 60 });
    await rig.want(ADA, { in_dunning: true });
    await rig.run(SECOND_MS);
    const { tool, settings, record } = rig.bench;
    const sink = makeActionsSink(tool, settings, { now: rig.now });
    await sink.send([record(ADA, { attributes: { in_dunning: false }, events: [], isNew: false })]);
    for (let s = 0; s < 3_600 && (await rig.store.nextVerifyAt('braze')) === null; s += 30)
      await rig.run(30 * SECOND_MS);
    await rig.store.accept([deliveryOf(`cus_of_${ADA}`, 'evt_paid', rig.now())]);
    await rig.store.work(rig.now(), 1, (claim) => parked(claim, plus(rig.now(), DAY_MS)));
    const questions = () => rig.bench.standIn.requests.filter(({ path }) => path === '/users/export/ids').length;
    const before = questions();
    expect(await rig.store.nextVerifyAt('braze')).not.toBeNull();
    await rig.run(2 * MINUTE_MS);
    expect(questions()).toBe(before);
  });

  test('is not sampled where policy says so', async () => {
    const rig = await open('braze', { samplePerHour: 0 });
    await rig.want(ADA, inDunning(rig));
    await rig.run(DAY_MS);
    expect(rig.bench.standIn.requests.filter(({ path }) => path === '/users/export/ids')).toEqual([]);
  });
});

describe('nothing is read', () => {
  test('in observe mode: the vendor hears of nothing', async () => {
    const rig = await open('braze', { observes: true, samplePerHour: 60 });
    await rig.want(ADA, paid(rig));
    await rig.run(2 * DAY_MS);
    // Of a time when it was live.
    await want(rig.store, [wanted({ userId: 'user_bob', desired: paid(rig), urgent: true })], { at: rig.now() });
    const settled = { ...settlementOf(await onlyRow(rig.store), DELIVERED), readsBack: true } as const;
    await rig.store.settleTools([settled], rig.now(), rig.now());
    expect(await rig.store.nextVerifyAt('braze')).not.toBeNull();
    await rig.run(2 * DAY_MS);
    expect(rig.bench.standIn.requests).toEqual([]);
    expect(await rig.store.verifyCounts()).toMatchObject([{ verified: 0, drifted: 0 }]);
  });

  test.each(['slack', 'webhook', 'hubspot-tasks', 'salesforce-tasks', 'zendesk', 'intercom'] as const)(
    'from %s, and nothing waits to be',
    async (key) => {
      const rig = await open(key, { samplePerHour: 60 });
      await rig.want(ADA, { in_dunning: false, task_state: 'closed' });
      await rig.run(SECOND_MS);
      const before = rig.bench.standIn.requests.length;
      await rig.run(2 * DAY_MS);
      expect(rig.bench.standIn.requests).toHaveLength(before);
      expect(await rig.store.verifyCounts()).toEqual([]);
    },
  );
});

describe('a tool that does not tell', () => {
  const failing = (status: number | null): VerifyRigOptions => ({
    readerOf: (reader) => ({
      ...reader,
      read: async () => {
        asked += 1;
        throw Object.assign(new Error('no'), status === null ? {} : { status });
      },
    }),
  });
  let asked = 0;

  test.each([
    [401, 7],
    [403, 7],
    [429, 60],
    [503, 60],
    [null, 60],
  ])(
    'answers %s: it is asked at most %i times in an hour, and what is to be sent goes at once',
    async (status, most) => {
      asked = 0;
      const rig = await open('braze', failing(status));
      await rig.want(ADA, paid(rig));
      await rig.run(HOUR_MS);
      expect(asked).toBeGreaterThan(1);
      expect(asked).toBeLessThanOrEqual(most);
      await rig.want(ADA, inDunning(rig));
      await rig.want('user_bob', paid(rig));
      await rig.run(0);
      expect([rig.isFlagged(ADA), rig.isFlagged('user_bob')]).toEqual([true, false]);
      const stops = rig.logged.filter(({ level }) => level === 'error').length;
      expect(stops).toBe(status === 401 || status === 403 ? asked : 0);
    },
  );

  test('of one person, who is left out; the others are seen', async () => {
    const readerOf: VerifyRigOptions['readerOf'] = (reader) => ({
      ...reader,
      read: (ids) =>
        ids.includes('user_3') ? Promise.reject(Object.assign(new Error('bad id'), { status: 400 })) : reader.read(ids),
    });
    const rig = await open('braze', { readerOf });
    for (let index = 0; index < 10; index += 1) await rig.want(`user_${index}`, paid(rig));
    await rig.run(HOUR_MS);
    expect(await countsOf(rig)).toMatchObject({ verified: 18, drifted: 0 });
  });
});
