import fc from 'fast-check';

/** How far a property is taken: some runs with every change, far more where somebody wants to be sure (PROVE set). */
export const PROVING = process.env.PROVE !== undefined;

/** A proof is given up after this long, in ms. */
export const PROVE_MS = 50 * 60_000;

/** Says how much was proven where that is the question, and how to repeat a failure. */
const report = async <T>(details: fc.RunDetails<T>): Promise<void> => {
  if (PROVING) console.info(`${details.numRuns} runs, seed ${details.seed}`);
  if (!details.failed) return;
  throw new Error((await fc.asyncDefaultReportMessage(details)) ?? 'failed', { cause: details.errorInstance });
};

/** The settings of a property of `runs` runs in the suite and `proof` with PROVE set. A failing run prints its seed and its smallest story. */
export const provingRuns = <T>(runs: number, proof: number): fc.Parameters<T> => ({
  numRuns: PROVING ? proof : runs,
  interruptAfterTimeLimit: PROVE_MS,
  markInterruptAsFailure: true,
  asyncReporter: report,
});
