import { type Instant, plus, SECOND_MS } from '../../domain/instant.ts';
import type { Clock, Store } from '../ports.ts';

/** More unread deliveries than this and a backfill waits for the loop: webhooks of today wait behind them. */
const MOST_UNREAD = 20_000;
const LOOK_EVERY_MS = SECOND_MS;
/** Nothing was read in so many looks: no relay runs, and waiting for it would take for ever. */
const PATIENT_LOOKS = 10;

export interface RoomOptions {
  readonly store: Pick<Store, 'counts'>;
  readonly clock: Clock;
  readonly sleepUntil: (at: Instant) => Promise<void>;
  readonly signal: AbortSignal;
  readonly mostUnread?: number;
}

/**
 * Waits while the relay has more to read than it should, so that a backfill does not outrun it. Without a relay nothing
 * is read at all; then it does not wait either, until somebody begins to read.
 * @returns a function that resolves when the next page may be stored.
 */
export const makeWaitForRoom = (options: RoomOptions): (() => Promise<void>) => {
  const { store, clock, sleepUntil, signal, mostUnread = MOST_UNREAD } = options;
  /** What was unread when it turned out that nobody reads; null while somebody may. */
  let stuckAt: number | null = null;
  const unread = async (): Promise<number> => (await store.counts()).deliveries.unread;

  return async () => {
    let least = await unread();
    if (least <= mostUnread) stuckAt = null;
    if (stuckAt !== null && least >= stuckAt) return;
    for (let looks = 0; least > mostUnread && looks < PATIENT_LOOKS && !signal.aborted; looks += 1) {
      await sleepUntil(plus(clock.now(), LOOK_EVERY_MS));
      const now = await unread();
      if (now < least) looks = 0;
      least = Math.min(least, now);
    }
    stuckAt = least > mostUnread ? least : null;
  };
};
