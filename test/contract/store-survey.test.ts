import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Mode } from '../../src/domain/ids.ts';
import type { Store } from '../../src/pipeline/ports.ts';
import { SURVEY_LIMITS } from '../../src/pipeline/survey-ports.ts';
import { openSqliteStore } from '../../src/store/sqlite/open.ts';
import { subscriptionFact } from './doctor-samples.ts';
import { admitPatients } from './doctor-store.ts';
import { delivery, later, NOW } from './store-samples.ts';

describe("the store's survey", () => {
  let store: Store;
  beforeEach(() => {
    store = openSqliteStore({ path: ':memory:', lock: false, busyTimeoutMs: 1_000 });
  });
  afterEach(() => store.close());

  it('is empty for an empty store', async () => {
    expect(await store.survey()).toEqual({
      counts: [],
      sample: [],
      nameless: { profiles: [], more: false },
      crowds: [],
      heard: [],
      apiVersions: {},
      metadataKeys: {},
      behindMs: 0,
    });
  });

  it('tells who is who by mode, with what was learned of each', async () => {
    await admitPatients(
      store,
      [
        { customer: 'cus_A', userId: 'ada' },
        { customer: 'cus_B', mode: 'test' },
      ],
      NOW,
    );
    const { counts, sample } = await store.survey();
    const of = { provider: 'stripe', merchant: '' };
    expect(counts).toEqual([
      { ...of, mode: 'live', customers: 1 },
      { ...of, mode: 'test', customers: 1 },
    ]);
    const [ada, nobody] = sample;
    const facts = [subscriptionFact({ userId: 'ada' })];
    expect(ada).toEqual({
      customer: { ...of, mode: 'live', customer: 'cus_A' },
      userId: 'ada',
      accounts: 1,
      inDunning: false,
      facts,
    });
    expect(nobody).toMatchObject({ customer: { customer: 'cus_B', mode: 'test' }, userId: null });
  });

  it('counts the accounts that one person has', async () => {
    await admitPatients(store, [{ customer: 'cus_A', userId: 'ada' }], NOW);
    await admitPatients(store, [{ customer: 'cus_B', userId: 'ada' }], later(1));
    const { sample } = await store.survey();
    expect(sample.map(({ userId, accounts }) => [userId, accounts])).toEqual([
      ['ada', 2],
      ['ada', 2],
    ]);
  });

  it('tells by which user ids very many accounts are one person, in each mode, the most first', async () => {
    const of = (userId: string, count: number, mode: Mode = 'live') =>
      Array.from({ length: count }, (_, n) => ({ customer: `cus_${mode}_${userId}${n}`, userId, mode }));
    const patients = [
      ...of('ada', 1),
      ...of('agency', 20),
      ...of('dev', 21),
      ...of('admin', 22),
      ...of('dev', 3, 'test'),
    ];
    for (const [n, patient] of patients.entries()) await admitPatients(store, [patient], later(n));
    const { crowds } = await store.survey();
    expect(crowds.map(({ userId, accounts }) => [userId, accounts])).toEqual([
      ['admin', 22],
      ['dev', 21],
    ]);
    expect(crowds[1]?.customer).toEqual({ provider: 'stripe', merchant: '', mode: 'live', customer: 'cus_live_dev0' });
    expect((await store.survey({ ...SURVEY_LIMITS, crowds: 1 })).crowds).toHaveLength(1);
  });

  it('tells who is in dunning without a name, and nobody else', async () => {
    await admitPatients(
      store,
      [{ customer: 'cus_A', userId: 'ada', owes: 5 }, { customer: 'cus_B', owes: 7 }, { customer: 'cus_C' }],
      NOW,
    );
    const { nameless } = await store.survey();
    expect(nameless.more).toBe(false);
    expect(nameless.profiles.map(({ customer }) => customer.customer)).toEqual(['cus_B']);
    expect(nameless.profiles[0]?.view).toContain('"dunning_amount_due":7');
  });

  it('tells what came in, of webhooks alone', async () => {
    const charge = delivery('evt_2', { keys: { eventType: 'charge.failed', mode: 'live' }, receivedAt: later(5) });
    const read = delivery('evt_3', { keys: { eventType: 'invoice.paid', occurredAt: later(9_000) }, source: 'lookup' });
    await store.accept([delivery('evt_1'), charge, { ...charge, keys: { ...charge.keys, eventId: 'evt_4' } }, read]);
    const { heard } = await store.survey();
    expect(heard).toEqual([
      { provider: 'stripe', mode: 'live', eventType: 'charge.failed', count: 2, newestAt: later(5) },
      { provider: 'stripe', mode: 'test', eventType: 'invoice.payment_failed', count: 1, newestAt: NOW },
    ]);
  });

  it('tells the shapes that webhooks came in and the names of their metadata, and stops at no body', async () => {
    const bodies = [
      '{"api_version":"2018-05-21","data":{"object":{"metadata":{"uid":"ada@example.com"}}}}',
      '{"api_version":null,"data":{"object":{"metadata":{"uid":"1","team":"2"}}}}',
      '{"api_version":"2018-05-21","data":{"object":{"metadata":"none"}}}',
      '{"data":[]}',
      'no JSON',
    ];
    await store.accept(bodies.map((rawBody, i) => delivery(`evt_${i}`, { rawBody })));
    const survey = await store.survey();
    expect(survey.apiVersions).toEqual({ '2018-05-21': 2, '': 2 });
    expect(survey.metadataKeys).toMatchObject({ uid: 2, team: 1 });
    expect(JSON.stringify(survey)).not.toContain('ada@example.com');
  });

  it('tells how far a webhook was received before it happened', async () => {
    const early = delivery('evt_1', { keys: { occurredAt: later(40_000) } });
    await store.accept([early, delivery('evt_2')]);
    expect((await store.survey()).behindMs).toBe(40_000);
  });

  it('samples a large store evenly over its age, and reads the facts of a part', async () => {
    const size = 2_000;
    const limits = { ...SURVEY_LIMITS, customers: 400, facts: 40, deliveries: 100 };
    const patients = Array.from({ length: size }, (_, i) => ({
      customer: `cus_${i}`,
      ...(i % 4 > 0 && { userId: `u_${i}` }),
    }));
    await admitPatients(store, patients, NOW);
    const { counts, sample, heard } = await store.survey(limits);
    expect(counts[0]?.customers).toBe(size);
    expect(sample).toHaveLength(limits.customers);
    expect(new Set(sample.map(({ customer }) => customer.customer)).size).toBe(limits.customers);
    expect(sample.filter(({ userId }) => userId !== null).length / sample.length).toBeCloseTo(0.75, 1);
    const quarter = (customer: string): number => Math.floor((Number(customer.slice(4)) * 4) / size);
    for (const wanted of [0, 1, 2, 3]) {
      expect(sample.filter(({ customer }) => quarter(customer.customer) === wanted)).toHaveLength(limits.customers / 4);
    }
    expect(sample.filter(({ facts }) => facts !== null)).toHaveLength(limits.facts);
    expect(heard[0]?.count).toBe(limits.deliveries);
  });
});
