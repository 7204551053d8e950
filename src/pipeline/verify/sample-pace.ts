import { HOUR_MS, type Instant, plus } from '../../domain/instant.ts';

/**
 * When the sample is due, in portions of one question at most, evenly over the hour. The first at once: a relay that is
 * restarted every half an hour samples, too.
 * @param perHour rows; 0: no sample.
 * @param ids rows that one question may hold.
 */
export const makeSamplePace = (perHour: number, ids: number) => {
  const size = Math.min(perHour, ids);
  let nextAt: Instant | null = null;
  return {
    /** Rows of the next portion; 0: it is not due. */
    due: (now: Instant): number => (size > 0 && (nextAt === null || nextAt <= now) ? size : 0),
    taken: (now: Instant): void => {
      nextAt = plus(now, Math.ceil((HOUR_MS * size) / perHour));
    },
    /** Null: never. */
    nextAt: (now: Instant): Instant | null => (size === 0 ? null : (nextAt ?? now)),
  };
};
