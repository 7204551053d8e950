import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Instant } from '../../src/domain/instant.ts';
import { DAY_MS, HOUR_MS, plus } from '../../src/domain/instant.ts';
import type { ProfileRecord, TraitValues } from '../../src/pipeline/ports.ts';
import type { StripeShape } from '../../src/simulate/stripe-events.ts';
import { openRelay } from '../scenario/relay.ts';
import { happen } from './happen.ts';
import type { Arrival } from './lifecycle.ts';
import { inOrder, lifecycleOf, noises, throughNoise } from './lifecycle.ts';
import { PROVE_MS, provingRuns } from './proving.ts';
import type { Said } from './said.ts';
import { expectSaidAlike, saidIn } from './said.ts';

/**
 * Webhooks arrive in any order, more than once and up to ten days late, and what is true in the end, and what was said
 * of single statements of the provider, is the same (semantics E1).
 */
interface Ending {
  readonly traits: TraitValues | null;
  readonly episodes: readonly unknown[];
}

interface Outcome {
  readonly said: Said;
  /** At two instants at which every window that runs from a receipt is over; see `finalInstants`. */
  readonly endings: readonly Ending[];
}

/**
 * Two hours after the last arrival of either run, the settle window (10 s) and the hour of `no_retry_after`, which both
 * run from a receipt, are over everywhere; all else runs from when things happened. Sixty days later every such window
 * (7, 30 and 60 days) has moved on.
 */
const finalInstants = (...runs: readonly (readonly Arrival[])[]): readonly Instant[] => {
  const last = Math.max(...runs.flat().map(({ at }) => at)) as Instant;
  return [plus(last, 2 * HOUR_MS), plus(last, 60 * DAY_MS)];
};

const endingOf = (profile: ProfileRecord | undefined): Ending => {
  const view = JSON.parse(profile?.view ?? '{}');
  return { traits: view.traits ?? null, episodes: view.episodes ?? [] };
};

const run = async (arrivals: readonly Arrival[], finals: readonly Instant[]): Promise<Outcome> => {
  const relay = await openRelay('cus_eve');
  try {
    for (const { at, body } of arrivals) {
      await relay.passTime(at);
      await relay.receive(body, at);
    }
    const profiles: (ProfileRecord | undefined)[] = [];
    for (const final of finals) {
      await relay.passTime(final);
      profiles.push(await relay.profile());
    }
    const last = profiles.at(-1);
    return {
      endings: profiles.map(endingOf),
      said: saidIn(await relay.calls(), last === undefined ? [] : [last]),
    };
  } finally {
    await relay.close();
  }
};

const compare = (ordered: Outcome, shuffled: Outcome): void => {
  expect(shuffled.endings, 'the same final traits and episodes').toEqual(ordered.endings);
  expectSaidAlike(ordered.said, shuffled.said);
};

/**
 * Declares the property for one payload shape. A failing run prints its seed and the smallest story that still fails.
 */
export const declareOrderProperty = (shape: StripeShape): void => {
  it(
    `any permutation, repetition and delay of the same ${shape} webhooks ends the same`,
    async () => {
      await fc.assert(
        fc.asyncProperty(lifecycleOf(shape), noises, async (plan, noise) => {
          const events = happen(plan);
          const ordered = inOrder(events);
          const shuffled = throughNoise(events, noise);
          const finals = finalInstants(ordered, shuffled);
          compare(await run(ordered, finals), await run(shuffled, finals));
        }),
        provingRuns(100, 50_000),
      );
    },
    PROVE_MS + 60_000,
  );
};
