import { type Instant, toIso } from '../domain/instant.ts';
import { counted, TIME_UNITS } from '../domain/words.ts';

/** A duration in words: from three on the nearest of its unit, below with the next smaller one, e.g. `7 days`, `1 day 4 hours`. */
const spanText = (ms: number): string => {
  const index = TIME_UNITS.findIndex(([unitMs]) => ms >= unitMs);
  const unit = TIME_UNITS[index];
  if (unit === undefined) return 'less than a second';
  const whole = Math.floor(ms / unit[0]);
  const next = TIME_UNITS[index + 1];
  const rest = next === undefined ? 0 : Math.floor((ms - whole * unit[0]) / next[0]);
  if (whole >= 3) return counted(Math.round(ms / unit[0]), unit[1]);
  return next === undefined || rest === 0
    ? counted(whole, unit[1])
    : `${counted(whole, unit[1])} ${counted(rest, next[1])}`;
};

/** How far `at` is from `now`, e.g. `in 3 days`, `2 hours 5 minutes ago`, `now`. */
export const distance = (at: Instant, now: Instant): string => {
  if (at === now) return 'now';
  return at > now ? `in ${spanText(at - now)}` : `${spanText(now - at)} ago`;
};

/** An instant on paper: UTC, with milliseconds only where it has some. */
export const instantText = (at: Instant): string => toIso(at).replace('T', ' ').replace('.000Z', '').replace('Z', '');

/** An instant to the second, for what nobody dates more exactly: UTC. */
export const secondText = (at: Instant): string => toIso(at).replace('T', ' ').slice(0, 19);

/** The instant and its distance, e.g. `2026-05-14 08:30:01 UTC, in 3 days`. */
export const instantWithDistance = (at: Instant, now: Instant): string =>
  `${instantText(at)} UTC, ${distance(at, now)}`;
