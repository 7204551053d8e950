import type { BackfillKind } from './backfill-plan.ts';
import { type Json, parseObject, parseText } from './json.ts';

/** What a page's objects say, each by itself: what came along is taken out and stands alone, as in webhooks. */

/** The id in a reference that may be expanded; null where there is none. */
export const idOf = (reference: unknown): string | null => parseText(parseObject(reference)?.id ?? reference);

/** The objects of a list within an object. */
export const membersOf = (list: unknown): readonly Json[] => {
  const data = parseObject(list)?.data;
  return Array.isArray(data) ? data.map(parseObject).filter((member) => member !== null) : [];
};

/** A method or card that came along. One that belongs to nobody is of no use. */
const cameAlong = (reference: unknown): readonly Json[] => {
  const method = parseObject(reference);
  return method !== null && idOf(method.customer) !== null ? [method] : [];
};

const ofCustomer = (customer: Json): readonly Json[] => {
  const { default_source: source } = customer;
  const settings = parseObject(customer.invoice_settings);
  const method = settings?.default_payment_method;
  const slots = settings === null ? {} : { invoice_settings: { ...settings, default_payment_method: idOf(method) } };
  const plain = { ...customer, ...slots, default_source: idOf(source) };
  return [plain, ...cameAlong(method), ...cameAlong(source)];
};

const ofSubscription = (subscription: Json): readonly Json[] => {
  const { default_payment_method: method, default_source: source } = subscription;
  const plain = { ...subscription, default_payment_method: idOf(method), default_source: idOf(source) };
  return [plain, ...cameAlong(method), ...cameAlong(source)];
};

/** Tells who somebody is only if it names both the customer and something of the shop's. */
const ofCheckout = (session: Json): readonly Json[] => {
  const metadata = Object.keys(parseObject(session.metadata) ?? {});
  const names = parseText(session.client_reference_id) !== null || metadata.length > 0;
  return names && idOf(session.customer) !== null ? [session] : [];
};

/** The invoice as a webhook shows it. */
export const withoutPayments = ({ payments: _payments, ...invoice }: Json): Json => invoice;

/** Its payments are the only link to its intents since basil; they name no customer by themselves. */
const ofInvoice = (invoice: Json): readonly Json[] => {
  const { customer, customer_account } = invoice;
  const payments = membersOf(invoice.payments).map((payment) => ({ ...payment, customer, customer_account }));
  return [withoutPayments(invoice), ...payments];
};

/** A dispute or refund names no customer; its charge does. */
const ofReversal = (object: Json): readonly Json[] => {
  const charge = parseObject(object.charge);
  if (charge === null || idOf(charge.customer) === null) return [{ ...object, charge: idOf(object.charge) }];
  return [charge, { ...object, charge: idOf(charge), customer: idOf(charge.customer) }];
};

/** What an object of one list says; an event stands for itself. */
export const toSnapshots = (kind: Exclude<BackfillKind, 'event'>, object: Json): readonly Json[] => {
  switch (kind) {
    case 'customer':
      return ofCustomer(object);
    case 'checkout_session':
      return ofCheckout(object);
    case 'subscription':
      return ofSubscription(object);
    case 'invoice':
      return ofInvoice(object);
    case 'dispute':
    case 'refund':
      return ofReversal(object);
  }
};
