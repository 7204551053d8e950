import { expect, test } from 'vitest';
import { LAYERS, type Layer } from '../../src/simulate/world/simulation-options.ts';
import { PROVE_MS, PROVING } from '../property/proving.ts';
import { playLarge, violationsOf } from './open-world.ts';

const LEFT_OUT: readonly (readonly Layer[])[] = [[], ...LAYERS.map((layer) => [layer])];

test.runIf(PROVING).each(LEFT_OUT.map((without) => ({ without })))(
  '10,000 customers through 60 days without $without: nobody suppressed is written to while one layer works',
  async ({ without }) => {
    const result = await playLarge(without);
    const { verdict, differences, messages } = result;
    expect(violationsOf(result)).toEqual([]);
    if (!without.includes('guard')) expect(verdict.wrong).toEqual([]);
    if (!without.includes('read-back')) expect(differences).toEqual([]);
    expect(verdict.missed).toEqual([]);
    expect(messages).toBeGreaterThan(5_000);
  },
  PROVE_MS,
);
