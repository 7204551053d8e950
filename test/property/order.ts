import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Instant } from '../../src/domain/instant.ts';
import { DAY_MS, HOUR_MS, plus } from '../../src/domain/instant.ts';
import type { OutboxRow, ProfileRecord, TraitValues } from '../../src/pipeline/ports.ts';
import type { StripeShape } from '../../src/simulate/stripe-events.ts';
import { openRelay } from '../scenario/relay.ts';
import { happen } from './happen.ts';
import type { Arrival } from './lifecycle.ts';
import { inOrder, lifecycleOf, noises, throughNoise } from './lifecycle.ts';

/**
 * Webhooks arrive in any order, more than once and up to ten days late, and what is true in the end, and what was said
 * of single statements of the provider, is the same (semantics E1).
 */
const PROVING = process.env.PROVE !== undefined;
const PROVE_MS = 50 * 60_000;

interface Ending {
  readonly traits: TraitValues | null;
  readonly episodes: readonly unknown[];
}

interface Outcome {
  /** At two instants at which every window that runs from a receipt is over; see `finalInstants`. */
  readonly endings: readonly Ending[];
  readonly anchored: readonly string[];
  readonly conclusions: readonly string[];
  readonly refuted: ReadonlySet<string>;
}

const ANCHORED = ['payment_failed', 'payment_retried', 'subscription_canceled', 'subscription_past_due'];
const CONCLUSIONS = ['payment_recovered', 'dunning_exhausted'];

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

const said = (calls: readonly OutboxRow[], events: readonly string[]): readonly string[] =>
  calls
    .filter(({ call }) => call.event !== undefined && events.includes(call.event))
    .map(({ call }) => call.messageId)
    .toSorted();

/** Conclusions that stand refuted in the end: one that holds again does not. */
const refutedIn = (profile: ProfileRecord | undefined): ReadonlySet<string> => {
  const decisions = [...(profile?.log ?? [])].sort((a, b) => a.version - b.version);
  const refuted = new Set<string>();
  for (const line of decisions.flatMap((decision) => decision.lines)) {
    if (line.startsWith('refuted ')) refuted.add(line.split(' ')[1] ?? '');
    if (line.startsWith('holds again ')) refuted.delete(line.split(' ')[2] ?? '');
  }
  return refuted;
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
    const calls = await relay.calls();
    return {
      endings: profiles.map(endingOf),
      anchored: said(calls, ANCHORED),
      conclusions: said(calls, CONCLUSIONS),
      refuted: refutedIn(profiles.at(-1)),
    };
  } finally {
    await relay.close();
  }
};

const compare = (ordered: Outcome, shuffled: Outcome): void => {
  expect(shuffled.endings, 'the same final traits and episodes').toEqual(ordered.endings);
  expect(shuffled.anchored, 'the same ids of anchored events').toEqual(ordered.anchored);
  const holds = ordered.conclusions.filter((id) => !ordered.refuted.has(id));
  expect(
    holds.filter((id) => !shuffled.conclusions.includes(id)),
    'every conclusion that holds is said',
  ).toEqual([]);
  expect(
    holds.filter((id) => shuffled.refuted.has(id)),
    'no conclusion that holds stands refuted',
  ).toEqual([]);
  const extra = shuffled.conclusions.filter((id) => !holds.includes(id));
  expect(
    extra.filter((id) => !shuffled.refuted.has(id)),
    'every other conclusion is marked refuted',
  ).toEqual([]);
};

/** Says how much was proven where that is the question, and how to repeat a failure. */
const report = async <T>(details: fc.RunDetails<T>): Promise<void> => {
  if (PROVING) console.info(`${details.numRuns} runs, seed ${details.seed}`);
  if (!details.failed) return;
  throw new Error((await fc.asyncDefaultReportMessage(details)) ?? 'failed', { cause: details.errorInstance });
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
        {
          numRuns: PROVING ? 50_000 : 500,
          interruptAfterTimeLimit: PROVE_MS,
          markInterruptAsFailure: true,
          asyncReporter: report,
        },
      );
    },
    PROVE_MS + 60_000,
  );
};
