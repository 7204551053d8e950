/** The lists of the API by the kind of object in them. */
const LISTS: Readonly<Record<string, string>> = {
  '/v1/customers': 'customer',
  '/v1/subscriptions': 'subscription',
  '/v1/invoices': 'invoice',
  '/v1/invoice_payments': 'invoice_payment',
  '/v1/payment_methods': 'payment_method',
  '/v1/payment_intents': 'payment_intent',
  '/v1/charges': 'charge',
  '/v1/disputes': 'dispute',
  '/v1/refunds': 'refund',
  '/v1/events': 'event',
  '/v1/prices': 'price',
  '/v1/products': 'product',
  '/v1/checkout/sessions': 'checkout.session',
  '/v1/radar/early_fraud_warnings': 'radar.early_fraud_warning',
  '/v1/webhook_endpoints': 'webhook_endpoint',
  '/v2/core/event_destinations': 'v2.core.event_destination',
};
const LISTS_OF_CUSTOMER = /^\/v1\/customers\/([^/]+)\/(payment_methods|subscriptions)$/;
const OBJECT = /^(\/v[12]\/[a-z_/]+)\/([A-Za-z0-9_]+)$/;

type Target =
  | { readonly kind: 'list'; readonly type: string; readonly customer: string | null }
  | { readonly kind: 'object'; readonly id: string };

/** What a path asks for; null for one that the API does not have. */
export const toTarget = (path: string): Target | null => {
  const type = LISTS[path];
  if (type !== undefined) return { kind: 'list', type, customer: null };
  const [, customer, list] = LISTS_OF_CUSTOMER.exec(path) ?? [];
  if (customer !== undefined && list !== undefined) return { kind: 'list', type: list.slice(0, -1), customer };
  // The account that the key belongs to.
  if (path === '/v1/account') return { kind: 'object', id: 'account' };
  const [, of, id] = OBJECT.exec(path) ?? [];
  const isKnown = of !== undefined && (LISTS[of] !== undefined || of === '/v2/core/events' || of === '/v1/accounts');
  return isKnown && id !== undefined ? { kind: 'object', id } : null;
};
