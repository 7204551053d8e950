import { isRecord, type Json } from './json.ts';

/** What an object is found by: its own id, if it is one of these. */
const FOUND_BY_OWN_ID: ReadonlySet<unknown> = new Set([
  'invoice',
  'payment_intent',
  'charge',
  'subscription',
  'payment_method',
  'card',
  'source',
]);

/** The objects that this one names, plain or expanded, by path. */
const LINKS: readonly (readonly string[])[] = [
  ['invoice'],
  ['subscription'],
  ['parent', 'subscription_details', 'subscription'],
  ['payment_intent'],
  ['charge'],
  ['latest_charge'],
  ['last_payment_error', 'charge'],
  ['payment', 'payment_intent'],
  ['payment', 'charge'],
];

/** Stripe's ids are shorter than 255 printable ASCII characters; what is none would collide or break off somewhere. */
const ID = /^[\x21-\x7e]{1,255}$/;

/** An id of Stripe's: printable, without spaces, at most 255 characters. */
export const isId = (value: unknown): value is string => typeof value === 'string' && ID.test(value);

/** The id in a reference that may be expanded: `"ch_1"`, `{"id": "ch_1", …}`; null where there is none. */
export const idOf = (reference: unknown): string | null => {
  const id = isRecord(reference) ? reference.id : reference;
  return isId(id) ? id : null;
};

/**
 * An order reference that is an invoice's id. Stripe Billing writes it there (seen since late 2025); elsewhere the
 * field is the merchant's own, so anything without the prefix says nothing.
 */
export const invoiceIdOfOrder = (orderReference: unknown): string | null =>
  isId(orderReference) && orderReference.startsWith('in_') ? orderReference : null;

/** The ids of the invoice, intent, charge, subscription and payment method that a payload's object is or names, each once. */
export const objectIds = (object: Json): readonly string[] => {
  const ids = [
    FOUND_BY_OWN_ID.has(object.object) ? idOf(object.id) : null,
    ...LINKS.map((path) => idOf(valueAt(object, path))),
    invoiceIdOfOrder(valueAt(object, ['payment_details', 'order_reference'])),
  ];
  return [...new Set(ids.filter((id) => id !== null))];
};

/**
 * The customer that an object is or names; accounts of the newer kind count where no customer is named. A payment
 * method that was detached names nobody any more: `previous` (its attributes before) still does. An object that names
 * nobody is its expanded invoice's or charge's customer's.
 */
export const customerOf = (object: Json, previous: Json): string | null => {
  if (object.object === 'customer') return idOf(object.id);
  if (object.object === 'payment_method') return namedIn(object) ?? namedIn(previous);
  return [object, ...CARRIERS.map((key) => object[key])].map(nameIn).find((id) => id !== null) ?? null;
};

/** What an object may carry expanded, and has the same customer. */
const CARRIERS = ['invoice', 'charge', 'payment_intent'] as const;

const nameIn = (value: unknown): string | null => (isRecord(value) ? namedIn(value) : null);

const namedIn = ({ customer, customer_account }: Json): string | null => idOf(customer) ?? idOf(customer_account);

const valueAt = (object: Json, path: readonly string[]): unknown =>
  path.reduce<unknown>((value, key) => (isRecord(value) ? value[key] : undefined), object);
