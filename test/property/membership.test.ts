import fc from 'fast-check';
import { it } from 'vitest';
import { judge, report } from './membership.ts';
import { stories } from './membership-plan.ts';

/**
 * The engine says what the oracle says of every customer, at every boundary and the milliseconds around it, and nothing
 * changes before the instant at which the engine says that something could.
 */
const PROVING = process.env.PROVE !== undefined;
/** `SEED=1952233265` repeats a run. */
const SEED = process.env.SEED === undefined ? {} : { seed: Number(process.env.SEED) };
/** A limit for a run that hangs; a busy machine needs hours for the proof. */
const LIMIT_MS = (PROVING ? 240 : 15) * 60_000;

it(
  'stage, suppression, plan and membership are as the semantics say, to the millisecond, and hold until the stated instant',
  () => {
    fc.assert(
      fc.property(stories, (story) => judge(story, PROVING ? 32 : 10)),
      {
        ...SEED,
        numRuns: PROVING ? 100_000 : 250,
        interruptAfterTimeLimit: LIMIT_MS,
        markInterruptAsFailure: true,
        reporter: report,
      },
    );
  },
  LIMIT_MS + 60_000,
);
