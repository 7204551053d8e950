const WINDOW_MS = 3_000;

export interface RateVerdict {
  readonly allows: boolean;
  /** As Braze states them on every answer; the reset in UTC seconds. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Braze's fixed windows of 3 s on the test's clock: not rolling. */
export const makeRateLimit = (perWindow: number): ((now: number) => RateVerdict) => {
  let window = Number.NaN;
  let used = 0;
  return (now) => {
    const current = Math.floor(now / WINDOW_MS);
    used = current === window ? used + 1 : 1;
    window = current;
    return {
      allows: used <= perWindow,
      headers: {
        'x-ratelimit-limit': String(perWindow),
        'x-ratelimit-remaining': String(Math.max(0, perWindow - used)),
        'x-ratelimit-reset': String(((current + 1) * WINDOW_MS) / 1_000),
      },
    };
  };
};
