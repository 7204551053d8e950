/** A point in time: UTC milliseconds since 1970. Opaque, so that seconds, durations and instants do not mix. */
export type Instant = number & { readonly __brand: 'Instant' };

export const SECOND_MS = 1_000;
export const MINUTE_MS = 60 * SECOND_MS;
export const HOUR_MS = 3_600_000;
/** A day is always 86,400,000 ms; local time exists only for quiet hours and paydays. */
export const DAY_MS = 86_400_000;

/** Marks `ms` (UTC milliseconds) as an instant. Throws on anything that is not a finite integer. */
export const instant = (ms: number): Instant => {
  if (!Number.isSafeInteger(ms)) throw new RangeError(`Not an instant in whole milliseconds: ${ms}`);
  return ms as Instant;
};

/** The instant `unixSeconds` whole seconds after 1970. */
export const fromUnixSeconds = (unixSeconds: number): Instant => instant(unixSeconds * SECOND_MS);

/** `at` moved by `deltaMs` milliseconds. */
export const plus = (at: Instant, deltaMs: number): Instant => instant(at + deltaMs);

/** ISO 8601 in UTC with milliseconds and a trailing `Z`, the only form that Segment keeps real-time. */
export const toIso = (at: Instant): string => new Date(at).toISOString();

/** The earlier of the given instants, or null when none is given. */
export const earliest = (...candidates: readonly (Instant | null)[]): Instant | null => {
  let min: Instant | null = null;
  for (const at of candidates) if (at !== null && (min === null || at < min)) min = at;
  return min;
};
