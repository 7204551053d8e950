import type { StripeAccount, StripeEvent, StripeObject } from './stripe-account.ts';
import { idSuffix, toStripeEvent, toUnixSeconds, userIdMetadata } from './stripe-account.ts';
import { slotOf } from './stripe-charge-object.ts';

/** What a customer event says. `at` is UTC milliseconds. */
export interface CustomerOptions {
  readonly at: number;
  /** `previous_attributes` of an update, e.g. `{ metadata: { user_id: null } }`. */
  readonly previous?: StripeObject | undefined;
  readonly automatic?: boolean | undefined;
}

const customerObject = (account: StripeAccount, options: CustomerOptions): StripeObject => ({
  id: account.customer,
  object: 'customer',
  address: null,
  balance: 0,
  created: toUnixSeconds(options.at),
  currency: 'usd',
  default_source: null,
  delinquent: false,
  description: null,
  email: account.email ?? null,
  invoice_prefix: idSuffix(account.customer).toUpperCase().slice(0, 8),
  invoice_settings: {
    custom_fields: null,
    default_payment_method: slotOf(account, account.customerSlot),
    footer: null,
    rendering_options: null,
  },
  livemode: account.livemode,
  metadata: userIdMetadata(account, 'customer'),
  name: null,
  next_invoice_sequence: 2,
  phone: null,
  preferred_locales: [],
  shipping: null,
  tax_exempt: 'none',
  test_clock: null,
});

/** `customer.created` */
export const customerCreated = (account: StripeAccount, options: CustomerOptions): StripeEvent =>
  toStripeEvent(account, {
    type: 'customer.created',
    at: options.at,
    automatic: options.automatic ?? false,
    object: customerObject(account, options),
  });

/** `customer.updated` */
export const customerUpdated = (account: StripeAccount, options: CustomerOptions): StripeEvent =>
  toStripeEvent(account, {
    type: 'customer.updated',
    at: options.at,
    automatic: options.automatic ?? false,
    object: customerObject(account, options),
    previous: options.previous ?? {},
  });
