import fc from 'fast-check';
import { expect, it } from 'vitest';
import { AUDIENCES } from '../../audiences/index.ts';
import { HOUR_MS } from '../../src/domain/instant.ts';
import { openStore } from '../../src/store/index.ts';
import { type BrakesRelay, knowCalm, makeBrakesRelay, moved } from '../contract/brakes-rig.ts';

/**
 * Random lives told to two relays, one with brakes and one without: whatever the brakes do, they put nobody into messages
 * that the other relay does not send, and keep nobody in what the other has left. While they hold and nobody has released
 * them, only who was told of a failure is thanked for its payment.
 */
const PEOPLE = ['ada', 'ben', 'cleo', 'dan', 'eve', 'finn'] as const;
const STORIES = ['recovered-by-retry', 'exhausted', 'voluntary-cancel'] as const;
const STEP_HOURS = 6;
const STEPS = 70;
const SHARP = { entriesPerDay: 1, shareAtOnce: 0.1, withinMs: HOUR_MS, fromPeople: 5 };
const OFF = { ...SHARP, entriesPerDay: null, shareAtOnce: null };
const RELEASE = { actor: 'ada', reason: 'checked' };

const life = fc.record({
  story: fc.constantFrom(...STORIES),
  /** How much later than it happens each sixth of it is heard, in steps: late news comes at once, and stages jump. */
  lateBy: fc.array(fc.nat(14), { minLength: 4, maxLength: 4 }),
});
const world = fc.record({
  lives: fc.tuple(...PEOPLE.map(() => life)),
  releasedAt: fc.uniqueArray(fc.nat(STEPS), { maxLength: 4 }),
});

/** Which hours of a story are heard at a step. */
const heardAt = (lateBy: readonly number[], at: number): readonly (readonly [number, number])[] =>
  Array.from({ length: at + 1 }, (_, happened) => happened)
    .filter((happened) => happened + (lateBy[happened % lateBy.length] ?? 0) === at)
    .map((happened) => [happened * STEP_HOURS, (happened + 1) * STEP_HOURS]);

const THANKS = 'dunning_recovered';
const isDunning = (audience: string | undefined): boolean => audience !== THANKS && audience !== 'pre_dunning';

interface Stand {
  readonly in_dunning: boolean;
  readonly messaging: readonly string[];
}

const standOf = async (relay: BrakesRelay, person: string): Promise<Stand> => {
  const { traits, audiences } = await relay.viewOf(person);
  const messaging = (audiences ?? []).filter((key: string) => AUDIENCES.byKey.get(key)?.messaging ?? false);
  return { in_dunning: traits?.in_dunning ?? false, messaging };
};

/** Who was thanked without having been in an audience of dunning. */
const thankedUnheard = ({ heard }: BrakesRelay): readonly string[] => {
  const entered = moved(heard, 'entered').map((told) => told.split(' '));
  return entered.flatMap(([person = '', audience], index) =>
    audience === THANKS && !entered.slice(0, index).some(([who, which]) => who === person && isDunning(which))
      ? [person]
      : [],
  );
};

const openRelay = async (brakes: Parameters<typeof makeBrakesRelay>[1]) => {
  const store = await openStore('sqlite::memory:', { lock: false, namespace: 'test' });
  await knowCalm(store, 10);
  return { store, relay: makeBrakesRelay(store, brakes) };
};

it('no brake ever holds back an exit, and none enters anybody', async () => {
  let held = 0;
  await fc.assert(
    fc.asyncProperty(world, async ({ lives, releasedAt }) => {
      const braked = await openRelay(SHARP);
      const free = await openRelay(OFF);
      let thanked = 0;
      try {
        for (let at = 0; at < STEPS; at += 1) {
          for (const { relay } of [braked, free]) {
            await relay.pass(STEP_HOURS * HOUR_MS, STEP_HOURS * HOUR_MS);
            for (const [index, { story, lateBy }] of lives.entries())
              for (const hours of heardAt(lateBy, at)) await relay.hear(story, [PEOPLE[index] ?? 'ada'], hours);
          }
          if (releasedAt.includes(at)) await braked.store.releaseBrake(RELEASE, braked.relay.now());
          const { stop, past } = await braked.store.brakeStatus();
          const unheard = thankedUnheard(braked.relay).length;
          if (stop !== null && past.length === 0) expect(unheard, `thanked at step ${at}`).toBe(thanked);
          thanked = unheard;
          held += Number((await braked.store.brakeStatus()).held.share > 0);
          for (const person of PEOPLE) {
            const [with_, without] = [await standOf(braked.relay, person), await standOf(free.relay, person)];
            expect(without.messaging, `${person} at step ${at}`).toEqual(expect.arrayContaining([...with_.messaging]));
            if (with_.in_dunning) expect(without.in_dunning, `${person} at step ${at}`).toBe(true);
          }
        }
      } finally {
        await braked.store.close();
        await free.store.close();
      }
    }),
    { numRuns: 4 },
  );
  expect(held, 'the brake was engaged in these lives').toBeGreaterThan(0);
}, 60_000);
