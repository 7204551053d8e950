import * as z from 'zod';
import type { PricedItem, PriceRef } from '../../domain/fact.ts';
import { metadata, planIdIn } from './metadata.ts';
import { idOf } from './object-ids.ts';
import { amountMinor, currency, objectId, text } from './shapes.ts';

const product = z.union([z.string(), z.object({ id: objectId, metadata })]).nullish();

/** Amounts say what recurs; one that cannot be read is not stated, and no delivery stops for it. */
const decimal = z
  .string()
  .regex(/^\d{1,15}(\.\d{1,12})?$/)
  .nullish()
  .catch(null);
const wholeMinor = amountMinor.nullish().catch(null);

const INTERVALS = ['day', 'week', 'month', 'year'] as const;
const cadence = {
  interval: z.enum(INTERVALS).nullish().catch(null),
  interval_count: z.number().int().min(1).max(1_000).nullish().catch(null),
  usage_type: text,
};

/** A price or legacy plan: an id, or the object itself. Prices state their amount as `unit_amount`, plans as `amount`. */
const priceObject = z.object({
  id: objectId,
  lookup_key: text,
  metadata,
  product,
  currency: currency.nullish().catch(null),
  billing_scheme: text,
  /** The bill is computed: a quantity is divided first. */
  transform_quantity: z.unknown().optional(),
  transform_usage: z.unknown().optional(),
  unit_amount: wholeMinor,
  unit_amount_decimal: decimal,
  amount: wholeMinor,
  amount_decimal: decimal,
  recurring: z.object(cadence).nullish().catch(null),
  ...cadence,
});
type PriceObject = z.infer<typeof priceObject>;

export const price = z.union([z.string(), priceObject]).nullish();

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
  const found = findPrice(item);
  const priceId = idOf(found);
  if (priceId === null) return null;
  const object = typeof found === 'object' ? found : null;
  const ownProduct = object?.product ?? item.pricing?.price_details?.product;
  const productMetadata = typeof ownProduct === 'object' ? ownProduct?.metadata : null;
  return {
    priceId,
    productId: idOf(ownProduct),
    lookupKey: object?.lookup_key ?? null,
    planId: planIdIn(object?.metadata) ?? planIdIn(productMetadata),
    details: object !== null,
  };
};

/** An object says more than an id, so a mixture of shapes is read by its object. */
const findPrice = (item: Priced): z.infer<typeof price> => {
  const candidates = [item.price, item.pricing?.price_details?.price, item.plan];
  return candidates.find((candidate) => typeof candidate === 'object' && candidate !== null) ?? candidates.find(idOf);
};

/** What a subscription's item adds to each bill; null where the payload does not carry a recurring price. */
export const toPricedItem = (item: Priced, quantity: number | null | undefined): PricedItem | null => {
  const found = findPrice(item);
  if (found == null || typeof found === 'string') return null;
  const { interval, interval_count } = cadenceOf(found);
  if (interval == null) return null;
  return {
    priceId: found.id,
    unitAmountMinor: unitAmountOf(found),
    quantity: quantity ?? 1,
    interval,
    intervalCount: interval_count ?? 1,
  };
};

/** ISO 4217, lower case, of the price that a line or an item carries; null where it carries none. */
export const currencyOf = (item: Priced): string | null => {
  const found = findPrice(item);
  return (typeof found === 'object' ? found?.currency : null) ?? null;
};

/** A price has a part about its recurrence, a plan is about nothing else. */
const cadenceOf = (found: PriceObject) => found.recurring ?? found;

const unitAmountOf = (found: PriceObject): number | null => {
  const computed = found.transform_quantity != null || found.transform_usage != null;
  if (computed || found.billing_scheme === 'tiered' || cadenceOf(found).usage_type === 'metered') return null;
  const exact = found.unit_amount_decimal ?? found.amount_decimal;
  return found.unit_amount ?? found.amount ?? (exact == null ? null : Number(exact));
};
