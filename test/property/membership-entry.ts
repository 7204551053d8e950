import fc from 'fast-check';
import type { Fact } from '../../src/domain/fact.ts';

/** A fact before the network has had its way with it. */
type Told = Fact extends infer F
  ? F extends Fact
    ? Omit<F, 'id' | 'occurredAt' | 'receivedAt' | 'isHistory'>
    : never
  : never;
export interface Entry {
  /** Seconds since the epoch. */
  readonly atS: number;
  readonly told: Told;
  /** Read from the provider's history then, instead of told when it happened. */
  readonly readS?: number;
  /** Not kept as history: what it was is to be said. */
  readonly aloud?: true;
}

/** A whole second, some days before the end of a month. */
export const BEGIN_S = Date.UTC(2026, 0, 20, 8) / 1_000;
export const DAY_S = 86_400;

const MINUTE = 60;
const HOUR = 60 * MINUTE;

/** Gaps at which rules turn, in seconds. */
export const gap = fc.constantFrom(
  0,
  1,
  5,
  30,
  61,
  2 * MINUTE,
  40 * MINUTE,
  HOUR,
  5 * HOUR,
  DAY_S,
  3 * DAY_S,
  3 * DAY_S + 17,
  7 * DAY_S,
  30 * DAY_S,
);
