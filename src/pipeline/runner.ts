import { setImmediate as nextTurn } from 'node:timers/promises';
import { earliest, type Instant, plus, SECOND_MS } from '../domain/instant.ts';
import type { Clock } from './ports.ts';

export interface Runner {
  readonly start: () => void;
  /** Lets the step under way end, then resolves; none follows. */
  readonly stop: () => Promise<void>;
  /** There may be work now. */
  readonly wake: () => void;
}

export interface RunnerOptions {
  /**
   * One bounded piece of work; says when the next is due, null when nothing is known. `restMs`: where more work came in
   * while it ran, how long to let it gather, 0 by default; so a flood is worked off in larger portions and leaves room
   * for what shares the thread. The first wake after a quiet time never waits.
   */
  readonly step: (now: Instant) => Promise<{ readonly nextAt: Instant | null; readonly restMs?: number }>;
  readonly clock: Clock;
  /** A step that throws is told here and tried again after a second. */
  readonly onError: (error: unknown) => void;
  /** Looks for work at least this often, in ms: another process (a CLI command) can add some without a wake. */
  readonly idleMs?: number;
}

/** Repeats a step when it is due and whenever it is woken, one at a time. The only place with timers: steps have none. */
export const makeRunner = ({ step, clock, onError, idleMs = SECOND_MS }: RunnerOptions): Runner => {
  let stopped = true;
  let woken = false;
  let resting = false;
  let running: Promise<void> | null = null;
  let timer: NodeJS.Timeout | undefined;

  const attempt = async (): Promise<{ readonly nextAt: Instant | null; readonly restMs?: number }> => {
    try {
      return await step(clock.now());
    } catch (error) {
      onError(error);
      return { nextAt: plus(clock.now(), SECOND_MS), restMs: SECOND_MS };
    }
  };

  const runOnce = async (): Promise<void> => {
    woken = false;
    const { nextAt, restMs = 0 } = await attempt();
    // A store that answers at once would otherwise keep the event loop from receiving webhooks.
    await nextTurn();
    running = null;
    if (stopped) return;
    const lookAgainAt = earliest(nextAt, plus(clock.now(), idleMs));
    const next = (): void => {
      resting = false;
      const waitMs = woken ? 0 : (lookAgainAt ?? 0) - clock.now();
      if (waitMs <= 0) run();
      else timer = setTimeout(run, waitMs);
    };
    if (!woken || restMs === 0) return next();
    resting = true;
    timer = setTimeout(next, restMs);
  };

  const run = (): void => {
    woken = true;
    if (stopped || resting || running !== null) return;
    clearTimeout(timer);
    running = runOnce();
  };

  return {
    start: () => {
      stopped = false;
      run();
    },
    stop: async () => {
      stopped = true;
      resting = false;
      clearTimeout(timer);
      await running;
    },
    wake: run,
  };
};
