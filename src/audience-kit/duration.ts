import { DAY_MS, HOUR_MS } from '../domain/instant.ts';
import { deepFreeze } from './deep-freeze.ts';

/** A length of time. An object, so that a bare number is no duration. */
export interface Duration {
  readonly ms: number;
}

const MINUTE_MS = 60_000;

/** `count` minutes. */
export const minutes = (count: number): Duration => deepFreeze({ ms: count * MINUTE_MS });

/** `count` hours. */
export const hours = (count: number): Duration => deepFreeze({ ms: count * HOUR_MS });

/** `count` days of 24 hours each. */
export const days = (count: number): Duration => deepFreeze({ ms: count * DAY_MS });
