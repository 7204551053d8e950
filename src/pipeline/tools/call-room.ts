import { type Instant, instant, SECOND_MS } from '../../domain/instant.ts';

/** Good calls after which a reduced size is doubled again. */
const GROWTH_CALLS = 20;

/** How large the next call may be and when it may leave. `objects` per call, `callsPerSecond` on average. */
export const makeCallRoom = ({
  objects,
  callsPerSecond,
}: {
  readonly objects: number;
  readonly callsPerSecond: number;
}) => {
  let size = objects;
  let goodCalls = 0;
  let freeAtMs = 0;

  return {
    /** Objects that the next call may carry. */
    size: (): number => size,
    /** Before this instant no call leaves; null: one may leave now. */
    until: (now: Instant): Instant | null => (freeAtMs > now ? instant(Math.ceil(freeAtMs)) : null),
    /** A call left. Several in a row, as in a bisection, are paid for by the rest that follows. */
    spend: (now: Instant): void => {
      freeAtMs = Math.max(freeAtMs, now) + SECOND_MS / callsPerSecond;
    },
    /** The tool found a call too large. */
    shrink: (): void => {
      size = Math.max(1, Math.floor(size / 2));
      goodCalls = 0;
    },
    /** The tool took a call. */
    grow: (): void => {
      goodCalls += 1;
      if (goodCalls < GROWTH_CALLS) return;
      size = Math.min(objects, size * 2);
      goodCalls = 0;
    },
  };
};
