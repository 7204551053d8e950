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
  /** One bounded piece of work; says when the next is due, null when nothing is known. */
  readonly step: (now: Instant) => Promise<{ readonly nextAt: Instant | null }>;
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
  let running: Promise<void> | null = null;
  let timer: NodeJS.Timeout | undefined;

  const attempt = async (): Promise<Instant | null> => {
    try {
      return (await step(clock.now())).nextAt;
    } catch (error) {
      onError(error);
      return plus(clock.now(), SECOND_MS);
    }
  };

  const runUntilIdle = async (): Promise<void> => {
    for (;;) {
      woken = false;
      const nextAt = await attempt();
      // A store that answers at once would otherwise keep the event loop from receiving webhooks.
      await nextTurn();
      const now = clock.now();
      if (!stopped && (woken || (nextAt !== null && nextAt <= now))) continue;
      running = null;
      if (stopped) return;
      timer = setTimeout(run, (earliest(nextAt, plus(now, idleMs)) ?? now) - now);
      return;
    }
  };

  const run = (): void => {
    woken = true;
    if (stopped || running !== null) return;
    clearTimeout(timer);
    running = runUntilIdle();
  };

  return {
    start: () => {
      stopped = false;
      run();
    },
    stop: async () => {
      stopped = true;
      clearTimeout(timer);
      await running;
    },
    wake: run,
  };
};
