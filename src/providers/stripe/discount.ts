import * as z from 'zod';
import type { Discount } from '../../domain/fact.ts';
import { amountMinor, toInstant, unixSeconds } from './shapes.ts';

const coupon = z
  .union([
    z.string(),
    z.object({
      percent_off: z.number().min(0).max(100).nullish(),
      amount_off: amountMinor.nullish(),
      duration: z.enum(['forever', 'repeating', 'once']),
    }),
  ])
  .nullish();

/** A discount, which may be an id only. One that cannot be read is none: no delivery stops for it. */
export const discount = z
  .union([
    z.string(),
    z.object({
      coupon,
      /** Where the coupon is since clover (2025-09-30). */
      source: z.object({ coupon }).nullish(),
      end: unixSeconds.nullish(),
    }),
  ])
  .nullish()
  .catch(null);
type RawDiscount = z.infer<typeof discount>;

/** What a discount takes off; null where it is an id, or its coupon is. */
const toDiscount = (raw: RawDiscount): Discount | null => {
  if (raw == null || typeof raw === 'string') return null;
  const found = raw.coupon ?? raw.source?.coupon;
  if (found == null || typeof found === 'string') return null;
  const percentOff = found.percent_off ?? null;
  const amountOffMinor = percentOff === null ? (found.amount_off ?? null) : null;
  if (percentOff === null && amountOffMinor === null) return null;
  return { percentOff, amountOffMinor, lasts: found.duration, endsAt: toInstant(raw.end) };
};

/** It is there, and what it takes off stands elsewhere. */
const isNamedOnly = (raw: RawDiscount): boolean => {
  if (raw == null || typeof raw === 'string') return raw != null;
  return typeof (raw.coupon ?? raw.source?.coupon) === 'string';
};

/**
 * Those of a list, else the single one of older shapes; null where one is named and not told, as webhooks since basil do:
 * a price without it would be too high.
 */
export const toDiscounts = (listed: readonly RawDiscount[], single: RawDiscount): readonly Discount[] | null => {
  const told = listed.map(toDiscount).filter((each) => each !== null);
  const alone = toDiscount(single);
  if (told.length === 0 && alone !== null) return [alone];
  return listed.some(isNamedOnly) || isNamedOnly(single) ? null : told;
};
