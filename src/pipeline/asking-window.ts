import { HOUR_MS, type Instant } from '../domain/instant.ts';

/** How long somebody is asked to take something before it goes to the dead letters. */
export const RETRY_WINDOW_MS = 96 * HOUR_MS;

/**
 * Since when the window runs: while we ask and nothing is taken. Not while this process was down or our key was refused,
 * or a week with a wrong key would end with a thousand dead letters at the first hiccup after its repair; and a dead
 * letter that is replayed gets a window of its own.
 */
export const makeAskingWindow = () => {
  let since: Instant | null = null;

  return {
    /** Something is asked for now. */
    open: (now: Instant): void => {
      since ??= now;
    },
    /** Something was taken, or we were not heard at all. */
    restart: (now: Instant): void => {
      since = now;
    },
    since: () => since,
  };
};

/** Whether what waits since `waitingSince` and is asked for since `askedSince` (null: only now) has waited long enough. */
export const isWindowOver = (waitingSince: Instant, askedSince: Instant | null, now: Instant): boolean =>
  now - Math.max(waitingSince, askedSince ?? now) >= RETRY_WINDOW_MS;

/** The end of what was not taken in its window. `last`: why it was not, the last time. */
export const notTaken = (last: string) =>
  ({ result: 'rejected', reason: `not taken for 96 hours, last: ${last}` }) as const;
