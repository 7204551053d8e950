import { runDue, type World } from './loop.ts';
import type { Clock } from './ports.ts';
import { makeRunner, type Runner } from './runner.ts';

/** Profiles decided in one transaction: large enough to share a disk flush, small enough to let webhooks in between. */
const BATCH = 64;
/** While webhooks pour in, those of one customer gather for so long, in ms: a failure comes as four or five. */
const GATHER_MS = 250;
/** A loop that is so far behind, in ms, no longer leaves half of the store's thread to the acknowledgements. */
const BEHIND_MS = 2_000;

export interface WorkerOptions extends World {
  readonly clock: Clock;
  /** Told after each commit that decided something, with the number of profiles. */
  readonly onCommit: (profiles: number) => void;
  readonly onError: (error: unknown) => void;
}

/**
 * Runs the loop: at every delivery (when woken) and at every instant at which a profile is due by time alone. While
 * nothing else is due, it looks at the profiles that were decided under other rules (semantics E5): a release must not
 * make webhooks wait.
 */
export const makeWorker = ({ clock, onCommit, onError, ...world }: WorkerOptions): Runner => {
  const { store, rules } = world;
  let othersLeft = true;
  return makeRunner({
    clock,
    onError,
    step: async (now) => {
      const decided = await runDue(world, now, BATCH);
      if (decided > 0) onCommit(decided);
      const dueAt = await store.nextDueAt();
      if (decided === BATCH && dueAt !== null && dueAt <= now) {
        return { nextAt: now, restMs: now - dueAt > BEHIND_MS ? 0 : clock.now() - now };
      }
      if (othersLeft) othersLeft = (await store.wakeForRuleset(rules.hash, now, BATCH)) > 0;
      return { nextAt: othersLeft ? now : dueAt, restMs: GATHER_MS };
    },
  });
};
