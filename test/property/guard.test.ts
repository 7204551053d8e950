import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type Instant, plus } from '../../src/domain/instant.ts';
import type { GuardMessage } from '../../src/pipeline/guard/guard.ts';
import { type GuardRig, openGuardRig } from '../contract/guard-rig.ts';
import { happen } from './happen.ts';
import { inOrder, type Lifecycle, lifecycleOf, type Noise, noises, throughNoise } from './lifecycle.ts';
import { PROVE_MS, provingRuns } from './proving.ts';

/**
 * Whatever was received and however little of it was decided, the guard answers what it would answer if the loop had
 * decided everything this very millisecond (semantics G8).
 */
const MESSAGES: readonly GuardMessage[] = ['dunning', 'pre_dunning', 'recovery'];

interface Looks {
  /** Of a hundred deliveries, after how many the loop runs. */
  readonly decidedPercent: number;
  /** After each delivery, how many ms later the guard is asked; used in turn. */
  readonly afterMs: readonly number[];
}

const looks: fc.Arbitrary<Looks> = fc.record({
  decidedPercent: fc.constantFrom(10, 50, 90),
  afterMs: fc.array(fc.constantFrom(0, 1, 9_999, 10_000, 60_000, 3_600_000, 86_400_000, 7 * 86_400_000), {
    minLength: 1,
    maxLength: 5,
  }),
});

const everyAnswer = async ({ guard, status }: GuardRig, now: Instant): Promise<readonly unknown[]> => [
  ...(await Promise.all(MESSAGES.map((message) => guard.ask({ userId: 'user_eve', episode: null, message }, now)))),
  await status.ask('user_eve', now),
];

/** Nobody knew by then who this is: the first decision will tell. */
const isUnknown = (answers: readonly unknown[]): boolean => JSON.stringify(answers).includes('unknown_person');

const expectFresh = async (rig: GuardRig, now: Instant): Promise<void> => {
  const asked = await everyAnswer(rig, now);
  await rig.decide(now);
  const committed = await everyAnswer(rig, now);
  if (!isUnknown(asked)) expect(asked, new Date(now).toISOString()).toEqual(committed);
};

const play = async (plan: Lifecycle, noise: readonly Noise[], { decidedPercent, afterMs }: Looks): Promise<void> => {
  const rig = await openGuardRig('memory');
  const events = happen(plan);
  const arrivals = [...inOrder(events).slice(0, 1), ...throughNoise(events, noise)];
  try {
    let passed = 0 as Instant;
    for (const [index, { at, body }] of arrivals.entries()) {
      passed = Math.max(passed, at) as Instant;
      await rig.takeBodies([body], passed);
      if ((index * 37) % 100 >= decidedPercent && index > 0) continue;
      await expectFresh(rig, passed);
      passed = plus(passed, afterMs[index % afterMs.length] ?? 0);
      await expectFresh(rig, passed);
    }
    await expectFresh(rig, plus(passed, 86_400_000));
  } finally {
    await rig.close();
  }
};

it(
  'at any instant of any history the guard answers what it answers once the loop has decided everything received by then',
  async () => {
    await fc.assert(fc.asyncProperty(lifecycleOf('basil'), noises, looks, play), provingRuns(60, 20_000));
  },
  PROVE_MS + 60_000,
);
