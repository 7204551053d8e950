import type { StripeBook } from './book.ts';
import { type ApiObject, idIn, isObject } from './json.ts';
import { toFilter } from './query.ts';

/** Stripe refuses to expand deeper. */
export const MAX_EXPAND_DEPTH = 4;

/** An invoice's payments, which are shown only to whoever asks. */
const paymentsOf = (invoice: ApiObject, book: StripeBook): unknown => {
  const listing = book.list('invoice_payment', toFilter(new URLSearchParams({ invoice: String(invoice.id) })));
  const data = Array.from({ length: Math.min(10, listing.size) }, (_, index) => listing.at(index));
  return { object: 'list', data, has_more: listing.size > 10, url: '/v1/invoice_payments' };
};

const isHiddenList = (object: ApiObject, name: string): boolean =>
  object.object === 'invoice' && name === 'payments' && object.payments === undefined && 'parent' in object;

const memberOf = (object: ApiObject, name: string, book: StripeBook): unknown => {
  if (isHiddenList(object, name)) return paymentsOf(object, book);
  const value = object[name];
  const id = idIn(value);
  return typeof value === 'string' && id !== null ? (book.find(id) ?? value) : value;
};

/** The object with one path opened, e.g. `['invoice_settings', 'default_payment_method']`; what is not there stays so. */
export const expandPath = (value: unknown, path: readonly string[], book: StripeBook): unknown => {
  const [name, ...rest] = path;
  if (name === undefined) return value;
  if (Array.isArray(value)) return value.map((each) => expandPath(each, path, book));
  if (!isObject(value)) return value;
  if (!(name in value) && !isHiddenList(value, name)) return value;
  return { ...value, [name]: expandPath(memberOf(value, name, book), rest, book) };
};
