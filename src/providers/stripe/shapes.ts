import * as z from 'zod';
import type { Card } from '../../domain/fact.ts';
import { fromUnixSeconds, type Instant } from '../../domain/instant.ts';
import { isId } from './object-ids.ts';

/** The first second of the year 3000: whatever is added to it still is a date that can be printed. */
const LAST_SECOND = 32_503_680_000;

export const unixSeconds = z.number().int().min(0).max(LAST_SECOND);

/** The instant, or null where the shape states none. */
export const toInstant = (seconds: number | null | undefined): Instant | null =>
  seconds == null ? null : fromUnixSeconds(seconds);

/** An object's own id. */
export const objectId = z.string().refine(isId, 'expected an id of at most 255 printable characters');

/** A reference that may be expanded. Read it with `idOf`; the empty text names nothing. */
export const reference = z.union([z.literal(''), objectId, z.object({ id: objectId })]).nullish();

/** A stored payment method or legacy source, plain or expanded. One that cannot be read is none: no delivery stops for it. */
export const methodReference = reference.catch(null);

/** ISO 4217, lower case whatever the sender writes. */
export const currency = z
  .string()
  .regex(/^[a-zA-Z]{3}$/)
  .transform((code) => code.toLowerCase());

/** The longest texts that are read are addresses of pages; half a surrogate pair would change on its way through a store. */
const MAX_TEXT = 5_000;

export const text = z
  .string()
  .max(MAX_TEXT)
  .refine((value) => value.isWellFormed(), 'expected well-formed Unicode')
  .nullish();
export const flag = z.boolean().nullish();
export const amountMinor = z.number().int().min(0);

/** What an invoice says of itself may be below zero where a credit is larger: then nothing is due. */
export const owedMinor = z
  .number()
  .int()
  .transform((amount) => Math.max(0, amount));

/** Null where it is none as far as anybody can tell: no delivery stops for an email address. */
export const email = z
  .string()
  .trim()
  .max(320)
  .regex(/^[^\s@]+@[^\s@]+$/u)
  .refine((address) => address.isWellFormed())
  .nullish()
  .catch(null);

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
type RawCard = z.infer<typeof card>;

/** A card, or null where the payload has none or only an object without card fields. */
export const toCard = (raw: RawCard): Card | null =>
  raw == null || (raw.last4 == null && raw.brand == null && raw.exp_year == null) ? null : copyCard(raw);

/** The part of a card that changed, as it was before; null where nothing of it is named. */
export const toCardBefore = (raw: unknown): Card | null => {
  const parsed = card.safeParse(raw);
  if (!parsed.success || parsed.data == null) return null;
  const before = copyCard(parsed.data);
  return Object.values(before).every((value) => value === null) ? null : before;
};

const copyCard = (raw: NonNullable<RawCard>): Card => ({
  brand: raw.brand ?? null,
  last4: raw.last4 ?? null,
  expMonth: raw.exp_month ?? null,
  expYear: raw.exp_year ?? null,
});
