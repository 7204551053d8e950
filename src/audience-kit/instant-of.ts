const IN_UTC = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z$/;
/** The length of `2026-03-04T09:00:00`. */
const TO_THE_SECOND = 19;

/**
 * The instant that a value states, in UTC milliseconds; null unless it is ISO 8601 text in UTC that names a real time.
 * A date without a time and a time without `Z` would be read in the machine's own zone, the 30th of February as March.
 */
export const instantOf = (value: unknown): number | null => {
  if (typeof value !== 'string' || !IN_UTC.test(value)) return null;
  const ms = Date.parse(value);
  if (Number.isNaN(ms)) return null;
  const same = new Date(ms).toISOString().slice(0, TO_THE_SECOND) === value.slice(0, TO_THE_SECOND);
  return same ? ms : null;
};
