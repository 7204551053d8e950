import { DAY_MS, HOUR_MS, type Instant, SECOND_MS, toIso } from '../domain/instant.ts';

const MINUTE_MS = 60 * SECOND_MS;
const UNITS = [
  [DAY_MS, 'day'],
  [HOUR_MS, 'hour'],
  [MINUTE_MS, 'minute'],
  [SECOND_MS, 'second'],
] as const;

const count = (n: number, unit: string): string => `${n} ${unit}${n === 1 ? '' : 's'}`;

/** A duration in words: from three on the nearest of its unit, below with the next smaller one, e.g. `7 days`, `1 day 4 hours`. */
const spanText = (ms: number): string => {
  const index = UNITS.findIndex(([unitMs]) => ms >= unitMs);
  const unit = UNITS[index];
  if (unit === undefined) return 'less than a second';
  const whole = Math.floor(ms / unit[0]);
  const next = UNITS[index + 1];
  const rest = next === undefined ? 0 : Math.floor((ms - whole * unit[0]) / next[0]);
  if (whole >= 3) return count(Math.round(ms / unit[0]), unit[1]);
  return next === undefined || rest === 0 ? count(whole, unit[1]) : `${count(whole, unit[1])} ${count(rest, next[1])}`;
};

/** How far `at` is from `now`, e.g. `in 3 days`, `2 hours 5 minutes ago`, `now`. */
export const distance = (at: Instant, now: Instant): string => {
  if (at === now) return 'now';
  return at > now ? `in ${spanText(at - now)}` : `${spanText(now - at)} ago`;
};

/** An instant on paper: UTC, with milliseconds only where it has some. */
export const instantText = (at: Instant): string => toIso(at).replace('T', ' ').replace('.000Z', '').replace('Z', '');

/** The instant and its distance, e.g. `2026-05-14 08:30:01 UTC, in 3 days`. */
export const instantWithDistance = (at: Instant, now: Instant): string =>
  `${instantText(at)} UTC, ${distance(at, now)}`;
