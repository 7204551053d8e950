import { HOUR_MS, type Instant, plus, SECOND_MS } from '../domain/instant.ts';
import type { Policy } from '../domain/policy.ts';
import type { Clock, Store } from './ports.ts';
import type { Swept } from './privacy-ports.ts';
import { makeRunner, type Runner } from './runner.ts';

/** One transaction's share: a webhook waits behind it for some milliseconds. */
const ROWS_AT_ONCE = 500;
/** Retention is in days, so that an hour sooner or later is nothing. */
const REST_MS = HOUR_MS;

export interface SweeperOptions {
  readonly store: Pick<Store, 'sweep' | 'finishErasures'>;
  readonly retention: Policy['retention'];
  readonly clock: Clock;
  readonly log: { readonly error: (details: object, message: string) => void };
  /** Told what was deleted, by table. */
  readonly onSwept?: (rows: Swept['rows']) => void;
}

export interface Sweeper extends Runner {
  /** One bounded step by hand, for a virtual clock. */
  readonly sweepDue: (now: Instant) => Promise<{ readonly nextAt: Instant }>;
}

/** Deletes what was kept for as long as the policy says, in small portions, once an hour. */
export const makeSweeper = ({ store, retention, clock, log, onSwept }: SweeperOptions): Sweeper => {
  const sweepDue = async (now: Instant): Promise<{ readonly nextAt: Instant }> => {
    // Whoever came back under an erased id was erased by a decision, which does not look through everybody's rows.
    await store.finishErasures(now);
    const { rows, more } = await store.sweep(retention, now, ROWS_AT_ONCE);
    if (Object.keys(rows).length > 0) onSwept?.(rows);
    return { nextAt: plus(now, more ? SECOND_MS : REST_MS) };
  };
  const onError = (error: unknown): void =>
    log.error({ error }, 'what is kept for too long could not be deleted; it is tried again');
  return { ...makeRunner({ step: sweepDue, clock, onError, idleMs: REST_MS }), sweepDue };
};
