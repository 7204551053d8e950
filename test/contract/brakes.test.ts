import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../src/domain/instant.ts';
import type { Store } from '../../src/pipeline/ports.ts';
import { openStore } from '../../src/store/index.ts';
import { BRAKES, knowCalm, makeBrakesRelay, moved, named } from './brakes-rig.ts';

const FAILED = [0, 0.001] as const;
const PAID = [0.001, 100] as const;
const DAYS_3 = 72 * HOUR_MS;
const STORY = 'recovered-by-retry';
const RELEASE = { actor: 'ada', reason: 'checked' };

describe('the brake of all (G10)', () => {
  let store: Store;
  beforeEach(async () => {
    store = await openStore('sqlite::memory:', { lock: false, namespace: 'test' });
  });
  afterEach(() => store.close());

  /** Of 40 known people 10 fail to pay at once: 4 are a tenth. */
  const tenFail = async (brakes = BRAKES) => {
    const relay = makeBrakesRelay(store, brakes);
    await knowCalm(store, 30);
    await relay.hear(STORY, named('due', 10), FAILED);
    await relay.pass(MINUTE_MS);
    return relay;
  };

  it('engages at the first entry too many of one batch, and holds back that one and all after it', async () => {
    const relay = await tenFail();
    expect(moved(relay.heard, 'entered')).toHaveLength(4);
    expect(await store.brakeStatus()).toMatchObject({
      stop: { entered: 5, known: 40, releasedAt: null },
      held: { share: 6, person: 0 },
    });
    expect(relay.warned).toEqual([expect.stringContaining('the brake engaged')]);
  });

  it('lets what happened be told of everybody', async () => {
    const { heard } = await tenFail();
    expect(heard.filter(({ event }) => event === 'payment_failed')).toHaveLength(10);
    expect(heard.filter(({ type, traits }) => type === 'group' && traits?.in_dunning === true)).toHaveLength(10);
  });

  it('shows who waits as held by the brake, in no messaging audience', async () => {
    const relay = await tenFail();
    const all = await Promise.all(named('due', 10).map((person) => relay.traitsOf(person)));
    expect(all.filter(({ suppression_reason }) => suppression_reason === 'brake')).toHaveLength(6);
    const held = { in_dunning: false, dunning_status: 'held', dunning_suppressed: true };
    for (const traits of all.filter(({ in_dunning }) => !in_dunning)) expect(traits).toMatchObject(held);
  });

  it('lets exits go while it is engaged', async () => {
    const relay = await tenFail();
    await relay.pass(DAYS_3, 6 * HOUR_MS);
    await relay.hear(STORY, named('due', 10), PAID);
    await relay.pass(MINUTE_MS);
    const exits = moved(relay.heard, 'exited').filter((told) => told.includes('first_failure'));
    expect(exits).toHaveLength(4);
  });

  it('thanks those who were told of the failure, uncounted, and nobody who never heard of it', async () => {
    const relay = await tenFail();
    const told = moved(relay.heard, 'entered').map((entry) => entry.split(' ')[0]);
    await relay.pass(DAYS_3, 6 * HOUR_MS);
    await relay.hear(STORY, [...named('due', 10), 'late'], [0, 100]);
    await relay.pass(MINUTE_MS);
    const thanked = () => moved(relay.heard, 'entered').filter((entry) => entry.endsWith(' dunning_recovered'));
    expect(thanked().toSorted()).toEqual(told.map((person) => `${person} dunning_recovered`).toSorted());
    expect((await store.brakeStatus()).held.share, 'six who waited, and one of whom all is heard at once').toBe(7);
    const waiting = named('due', 10).find((person) => !told.includes(person)) ?? '';
    const held = { in_dunning: false, dunning_status: 'recovered', suppression_reason: 'brake' };
    expect(await relay.traitsOf(waiting)).toMatchObject(held);
    // For a week it would be true; then nobody waits any more.
    await relay.pass(8 * DAY_MS, 12 * HOUR_MS);
    expect((await store.brakeStatus()).held.share).toBe(0);
    expect(thanked()).toHaveLength(4);
  });

  it('thanks those who were told of the failure at an earlier stage, though they were held back since', async () => {
    const relay = makeBrakesRelay(store, { ...BRAKES, entriesPerDay: 1, shareAtOnce: null });
    await relay.pass(DAYS_3, DAYS_3);
    await relay.hear(STORY, ['ada'], FAILED);
    await relay.pass(MINUTE_MS);
    await relay.hear('exhausted', ['ada'], [0.001, 73]);
    await relay.pass(MINUTE_MS);
    expect(await relay.traitsOf('ada')).toMatchObject({ suppression_reason: 'brake', dunning_stage: 'retrying' });
    await relay.hear(STORY, ['ada'], PAID);
    await relay.pass(MINUTE_MS);
    expect(await relay.traitsOf('ada')).toMatchObject({ dunning_status: 'recovered', suppression_reason: null });
  });

  it('lets them enter once it is released, each once, and does not engage by them again', async () => {
    const relay = await tenFail();
    expect(await store.releaseBrake(RELEASE, relay.now())).toBe(6);
    await relay.pass(MINUTE_MS);
    const entered = moved(relay.heard, 'entered');
    expect(entered).toHaveLength(10);
    expect(new Set(entered).size).toBe(10);
    expect(await store.brakeStatus()).toMatchObject({ stop: null, held: { share: 0, person: 0 }, past: [RELEASE] });
    expect(await store.releaseBrake(RELEASE, relay.now())).toBeNull();
  });

  it('lets nobody enter on release for whom it is not true any more', async () => {
    const relay = await tenFail();
    const before = moved(relay.heard, 'entered').length;
    await relay.pass(DAYS_3, 6 * HOUR_MS);
    await relay.hear(STORY, named('due', 10), PAID);
    await store.releaseBrake(RELEASE, relay.now());
    await relay.pass(MINUTE_MS);
    expect(
      moved(relay.heard, 'entered')
        .slice(before)
        .filter((told) => !told.includes('recovered')),
    ).toEqual([]);
  });

  it('stays engaged over a restart, and counts anew after a release', async () => {
    const relay = await tenFail();
    await relay.switchTo('enforce');
    await relay.hear(STORY, ['late'], FAILED);
    await relay.pass(2 * HOUR_MS, 10 * MINUTE_MS);
    expect((await store.brakeStatus()).held.share).toBe(7);
    await store.releaseBrake(RELEASE, relay.now());
    await relay.hear(STORY, named('next', 3), FAILED);
    await relay.pass(MINUTE_MS);
    expect((await store.brakeStatus()).stop).toBeNull();
    await relay.hear(STORY, named('more', 3), FAILED);
    await relay.pass(MINUTE_MS);
    expect((await store.brakeStatus()).stop).toMatchObject({ entered: 5 });
  });

  it('does not count those who entered longer ago than the window', async () => {
    const relay = makeBrakesRelay(store, BRAKES);
    await knowCalm(store, 30);
    for (const wave of ['a', 'b', 'c']) {
      await relay.hear(STORY, named(wave, 3), FAILED);
      await relay.pass(HOUR_MS + MINUTE_MS, 10 * MINUTE_MS);
    }
    expect((await store.brakeStatus()).stop).toBeNull();
    expect(moved(relay.heard, 'entered')).toHaveLength(9);
  });

  it.each([
    ['fewer are known than are counted from', { ...BRAKES, fromPeople: 41 }],
    ['the policy sets no share', { ...BRAKES, shareAtOnce: null }],
  ])('never engages while %s', async (_, brakes) => {
    const relay = await tenFail(brakes);
    expect(moved(relay.heard, 'entered')).toHaveLength(10);
    expect((await store.brakeStatus()).stop).toBeNull();
  });

  it('counts and holds nothing while Recoup observes, and counts on the switch to enforce', async () => {
    const relay = makeBrakesRelay(store, BRAKES);
    await knowCalm(store, 30);
    await relay.switchTo('observe');
    await relay.hear(STORY, named('due', 10), FAILED);
    await relay.pass(MINUTE_MS);
    expect(await store.brakeStatus()).toMatchObject({ stop: null, held: { share: 0 } });
    expect(relay.heard).toEqual([]);
    await relay.switchTo('enforce');
    expect(await store.brakeStatus()).toMatchObject({ stop: { entered: 5 }, held: { share: 6 } });
    await store.releaseBrake(RELEASE, relay.now());
    await relay.pass(MINUTE_MS);
    await relay.switchTo('observe');
    await relay.pass(MINUTE_MS);
    const before = relay.heard.length;
    await relay.switchTo('enforce');
    expect(relay.heard.length, 'nothing is told twice').toBe(before);
    expect((await store.brakeStatus()).stop).toBeNull();
  });

  it('lets a person enter no more often than the policy says within 24 hours, and then once there is room', async () => {
    const relay = makeBrakesRelay(store, { ...BRAKES, entriesPerDay: 1, shareAtOnce: null });
    // What happened three days apart is heard of within minutes.
    await relay.pass(DAYS_3, DAYS_3);
    await relay.hear('exhausted', ['ada'], FAILED);
    await relay.pass(MINUTE_MS);
    expect(moved(relay.heard, 'entered')).toHaveLength(1);
    await relay.hear('exhausted', ['ada'], [0.001, 73]);
    await relay.pass(MINUTE_MS);
    expect(await relay.traitsOf('ada')).toMatchObject({ suppression_reason: 'brake', dunning_stage: 'retrying' });
    expect((await store.brakeStatus()).held).toEqual({ share: 0, person: 1 });
    await relay.pass(DAY_MS, HOUR_MS);
    expect(await relay.traitsOf('ada')).toMatchObject({ suppression_reason: null });
    expect(moved(relay.heard, 'entered')).toHaveLength(2);
    expect((await store.brakeStatus()).held.person).toBe(0);
  });
});
