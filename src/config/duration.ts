import { DAY_MS, HOUR_MS, SECOND_MS } from '../domain/instant.ts';

const UNIT_MS = { s: SECOND_MS, m: 60 * SECOND_MS, h: HOUR_MS, d: DAY_MS } as const;

/**
 * Reads a duration written as people write it: a whole number and one unit, `30s`, `10m`, `1h`, `30d`.
 * @returns milliseconds, or null when the text is not such a duration or exceeds 10,000 days.
 */
export const parseDuration = (text: string): number | null => {
  const match = /^(\d{1,9})(s|m|h|d)$/.exec(text);
  if (match === null) return null;
  const durationMs = Number(match[1]) * UNIT_MS[match[2] as keyof typeof UNIT_MS];
  return durationMs <= 10_000 * DAY_MS ? durationMs : null;
};
