import { expect, test } from 'vitest';
import { AUDIENCES } from '../../audiences/index.ts';
import { DAY_MS, type Instant, plus } from '../../src/domain/instant.ts';
import { runDue, type World } from '../../src/pipeline/loop.ts';
import { makeRules } from '../../src/pipeline/rules.ts';
import { stripe } from '../../src/providers/stripe/stripe.ts';
import { type Door, NOW, openDoor, post } from '../contract/http-door.ts';
import { DEFAULT_POLICY } from '../default-policy.ts';
import { BASES } from './stripe-fuzz-bases.ts';
import { type Draw, drawFrom, mutated, pick } from './stripe-fuzz-mutations.ts';

const PROVING = process.env.PROVE !== undefined;
const RUNS = PROVING ? 5_000 : 250;
const SEED = Number(process.env.FUZZ_SEED ?? 20_260_921);
const CUSTOMERS = 24;
const HORIZON_MS = 120 * DAY_MS;

const providers = { stripe };

const worldOf = ({ store }: Door): World => ({
  store,
  rules: makeRules({ policy: DEFAULT_POLICY, namespace: 'test', audiences: AUDIENCES, providers }),
  providers,
  channelFor: () => 'recorder',
  toolsFor: () => [],
});

/** One of a few customers' events, most with an id and a second of their own, some told twice. */
const bodyOf = (run: number, draw: Draw): string => {
  const of = Math.floor(draw() * CUSTOMERS);
  const id = draw() < 0.9 ? `evt_${run}` : `evt_${Math.floor(run / 2)}`;
  const second = NOW / 1_000 - Math.floor(draw() * 5_000_000);
  const base = { ...pick(draw, BASES), id, created: second };
  const owned = JSON.stringify(base).replace(/"(cus|in|sub|pi|ch|pm)_(\d)"/g, `"$1_${of}_$2"`);
  return mutated(JSON.parse(owned), draw);
};

/** Where the store keeps a body: twice the same place is one delivery. */
const placeOf = (rawBody: string): string => {
  const { merchant, mode, eventId } = stripe.admit(rawBody, NOW).keys;
  return JSON.stringify([merchant, mode, eventId]);
};

const settle = async (world: World, until: Instant): Promise<void> => {
  for (let now: Instant | null = NOW; now !== null && now <= until; now = await world.store.nextDueAt())
    while ((await runDue(world, now)) > 0);
};

test(
  `each of ${RUNS} mutated bodies is answered, stored once and decided on, whatever came with it`,
  async () => {
    const door = await openDoor();
    const world = worldOf(door);
    const places = new Set<string>();
    const answers = new Map<number, number>();
    for (let run = 0; run < RUNS; run += 1) {
      const rawBody = bodyOf(run, drawFrom(SEED + run));
      const { status } = await post(door, rawBody);
      answers.set(status, (answers.get(status) ?? 0) + 1);
      if (status === 200) places.add(placeOf(rawBody));
      if (run % 10 === 0) await runDue(world, NOW);
    }
    expect([...answers.keys()].filter((status) => status !== 200 && status !== 413)).toEqual([]);
    await settle(world, plus(NOW, HORIZON_MS));

    const { deliveries, parked } = await door.store.counts();
    const letters = await door.store.deadLetters({ replayed: false, limit: RUNS });
    expect(letters.filter(({ kind }) => kind !== 'delivery').map(({ message }) => message)).toEqual([]);
    expect(parked).toBe(0);
    expect(deliveries.unread).toBe(0);
    expect(Object.values(deliveries).reduce((sum, count) => sum + count, 0)).toBe(places.size);
    expect(deliveries.understood).toBeGreaterThan(RUNS / 10);
    if (PROVING) console.info(`seed ${SEED}: ${JSON.stringify(deliveries)}`);
  },
  PROVING ? 600_000 : 30_000,
);
