import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Attributes } from '../../src/destination-kit/record.ts';
import { openStore } from '../../src/store/index.ts';
import { history, type Step } from './tool-faults.ts';
import { type Ending, makeWorld } from './tool-world.ts';

/**
 * People fail, drift and pay while a tool takes, throttles, refuses, judges, is silent, applies late or sees our process
 * die (semantics G3); then it is left in peace, and what it holds and heard is judged.
 */
const PROVING = process.env.PROVE !== undefined;
const RUNS = PROVING ? 20_000 : 200;
const TIMEOUT_MS = PROVING ? 50 * 60_000 : 120_000;

/** Without nulls, which nobody holds, and the version, which goes only with something else. */
const stateOf = ({ dunning_state_version: _, ...attributes }: Attributes): Attributes =>
  Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== null));

const holdsWhatItShould = ({ userId, held, desired, sent }: Ending): void => {
  const expected =
    sent.length === 0 && Object.keys(held).length === 0 && desired.dunning_state_version === 0 ? {} : stateOf(desired);
  expect(stateOf(held), userId).toEqual(expected);
};

const neverEntersWhatItLeft = ({ sent }: Ending): void => {
  const left = new Set<string>();
  for (const id of sent) {
    const [role, episode = ''] = id.split(' ');
    if (role === 'exit') left.add(episode);
    else expect(left.has(episode), `${id} after its exit`).toBe(false);
  }
};

const leavesWhatItEntered = ({ applied, ended }: Ending): void => {
  for (const episode of ended) {
    const of = (role: string): boolean => applied.some((id) => id.startsWith(`${role} ${episode} `));
    if (of('entry')) expect(of('exit'), `exit of ${episode}`).toBe(true);
  }
};

const repeatsOnlyWhatWasInDoubt = ({ applied }: Ending, inDoubt: ReadonlySet<string>): void => {
  const repeated = applied.filter((id, index) => applied.indexOf(id) !== index);
  expect(repeated.filter((id) => !inDoubt.has(id))).toEqual([]);
};

const judge = async (steps: readonly Step[], resendsUnknownEvents: boolean, seed: number): Promise<void> => {
  const store = await openStore('sqlite::memory:', { lock: false });
  try {
    const world = makeWorld(store, resendsUnknownEvents, seed);
    await world.play(steps);
    await world.settle();
    const [counts] = await store.toolCounts();
    expect(counts ?? { waiting: 0, dead: 0 }).toMatchObject({ waiting: 0, dead: 0 });
    for (const ending of world.endings()) {
      holdsWhatItShould(ending);
      neverEntersWhatItLeft(ending);
      leavesWhatItEntered(ending);
      repeatsOnlyWhatWasInDoubt(ending, world.inDoubt);
    }
  } finally {
    await store.close();
  }
};

test(
  'whatever happens on the way, a tool ends up holding what it should, and leaves every flow it entered',
  async () => {
    await fc.assert(fc.asyncProperty(history, fc.boolean(), fc.integer(), judge), {
      numRuns: RUNS,
      ...(PROVING ? { interruptAfterTimeLimit: TIMEOUT_MS - 60_000, markInterruptAsFailure: true } : {}),
    });
  },
  TIMEOUT_MS,
);
