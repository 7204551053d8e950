import * as z from 'zod';
import type { Card, PriceRef } from '../../domain/fact.ts';
import { idOf } from './object-ids.ts';

/** A reference that may be expanded. Read it with `idOf`. */
export const reference = z.union([z.string(), z.object({ id: z.string() })]).nullish();

/** A stored payment method or legacy source, plain or expanded. One that cannot be read is none: no delivery stops for it. */
export const methodReference = reference.catch(null);

export const metadata = z.record(z.string(), z.unknown()).nullish();
export type Metadata = z.infer<typeof metadata>;

/** ISO 4217, lower case whatever the sender writes. */
export const currency = z
  .string()
  .regex(/^[a-zA-Z]{3}$/)
  .transform((code) => code.toLowerCase());

export const text = z.string().nullish();
export const flag = z.boolean().nullish();
export const amountMinor = z.number().int();

/** Null where the number is none of a calendar: a card's expiry is shown and counted with, and one typo must not stop its delivery. */
const calendarNumber = (min: number, max: number) => z.number().int().min(min).max(max).nullish().catch(null);

/** What a card and a legacy card source say of the card. */
export const cardFields = {
  brand: text,
  last4: z
    .string()
    .regex(/^\d{4}$/)
    .nullish()
    .catch(null),
  exp_month: calendarNumber(1, 12),
  exp_year: calendarNumber(1970, 9999),
};

/** A card as charges and payment methods (`payment_method_details.card`) and legacy sources carry it. */
export const card = z.object(cardFields).nullish();

/** A card, or null where the payload has none or only an object without card fields. */
export const toCard = (raw: z.infer<typeof card>): Card | null => {
  if (raw == null || (raw.last4 == null && raw.brand == null && raw.exp_year == null)) return null;
  return {
    brand: raw.brand ?? null,
    last4: raw.last4 ?? null,
    expMonth: raw.exp_month ?? null,
    expYear: raw.exp_year ?? null,
  };
};

const product = z.union([z.string(), z.object({ id: z.string(), metadata })]).nullish();

/** A price or legacy plan: an id, or the object itself. */
export const price = z.union([z.string(), z.object({ id: z.string(), lookup_key: text, metadata, product })]).nullish();

/** Where a line or an item names its price: `pricing` since basil, `price` from 2020, `plan` before. */
export const priced = {
  price,
  plan: price,
  pricing: z.object({ price_details: z.object({ price, product }).nullish() }).nullish(),
};

interface Priced {
  readonly price?: z.infer<typeof price>;
  readonly plan?: z.infer<typeof price>;
  readonly pricing?:
    | {
        readonly price_details?:
          | { price?: z.infer<typeof price>; product?: z.infer<typeof product> }
          | null
          | undefined;
      }
    | null
    | undefined;
}

/** The price that a line or an item names; null where it names none. */
export const toPriceRef = (item: Priced): PriceRef | null => {
  const details = item.pricing?.price_details;
  // An object says more than an id, so a mixture of shapes is read by its object.
  const candidates = [item.price, details?.price, item.plan];
  const found =
    candidates.find((candidate) => typeof candidate === 'object' && candidate !== null) ?? candidates.find(idOf);
  const priceId = idOf(found);
  if (priceId === null) return null;
  const object = typeof found === 'object' ? found : null;
  const ownProduct = object?.product ?? details?.product;
  const productMetadata = typeof ownProduct === 'object' ? ownProduct?.metadata : null;
  return {
    priceId,
    productId: idOf(ownProduct),
    lookupKey: object?.lookup_key ?? null,
    planId: planIdIn(object?.metadata) ?? planIdIn(productMetadata),
    details: object !== null,
  };
};

/** `plan_id` in an object's metadata. */
export const planIdIn = (source: Metadata): string | null => textIn(source, 'plan_id');

/** The user id in an object's metadata: the first of `keys` that holds a text. */
export const userIdIn = (source: Metadata, keys: readonly string[]): string | null => {
  for (const key of keys) {
    const value = textIn(source, key);
    if (value !== null) return value;
  }
  return null;
};

const textIn = (source: Metadata, key: string): string | null => {
  const value = source?.[key];
  return typeof value === 'string' && value.trim() !== '' ? value : null;
};
