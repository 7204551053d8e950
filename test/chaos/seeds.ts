import { describe, expect, test } from 'vitest';
import { PROVING } from '../property/proving.ts';
import { outagesFor, playWorld } from './open-world.ts';

/** In the suite, and where somebody wants to be sure. */
const RUNS = PROVING ? 1_000 : 20;
const TIMEOUT_MS = 300_000;

const judgeSeed = async (seed: number): Promise<void> => {
  const { verdict, differences, messages } = await playWorld({ seed, chaos: outagesFor(seed) });
  expect(verdict.wrong, 'messages to people who were suppressed').toEqual([]);
  expect(differences, 'what tools hold in the end that is not true').toEqual([]);
  expect(verdict.leaks, 'suppressions that never arrived').toEqual([]);
  // A guard that stops everything is no proof.
  expect(verdict.missed, 'people in dunning who were not written to with nothing in the way').toEqual([]);
  expect(messages).toBeGreaterThan(20);
  expect(verdict.served).toBeGreaterThan(10);
};

/** Every seed that leaves `rest` when divided by `parts`: one file for each, so that they run beside each other. */
export const judgeSeeds = (rest: number, parts: number): void => {
  const seeds = Array.from({ length: RUNS }, (_, index) => index + 1).filter((seed) => seed % parts === rest);
  describe('a month of failing tools', () => {
    test.each(seeds)(
      'seed %i: nobody suppressed is written to, and every tool ends with what is true',
      judgeSeed,
      TIMEOUT_MS,
    );
  });
};
