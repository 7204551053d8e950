import type { StripeAccount, StripeCard, StripeEvent, StripeObject } from './stripe-account.ts';
import { ownerFields, toStripeEvent, toUnixSeconds } from './stripe-account.ts';
import { billingDetails, cardObject, paymentMethodId } from './stripe-charge-object.ts';

/** What an event about the account's stored method says. `at` is UTC milliseconds. */
export interface MethodOptions {
  readonly at: number;
  /** When it was attached; default `at`. */
  readonly attachedAt?: number | undefined;
  /** The card before the change, named in `previous_attributes`. */
  readonly previousCard?: StripeCard | undefined;
}

const methodObject = (account: StripeAccount, options: MethodOptions, customer: string | null): StripeObject => ({
  id: paymentMethodId(account),
  object: 'payment_method',
  allow_redisplay: 'unspecified',
  billing_details: billingDetails,
  card: cardObject(account),
  created: toUnixSeconds(options.attachedAt ?? options.at),
  ...ownerFields(account, customer),
  livemode: account.livemode,
  metadata: {},
  type: 'card',
});

const cardBefore = (account: StripeAccount, card: StripeCard): StripeObject => {
  const { exp_month = null, exp_year = null, last4 = null } = cardObject(account, card);
  return { card: { exp_month, exp_year, last4 } };
};

/** `payment_method.attached`: the account's method, with its card. */
export const paymentMethodAttached = (account: StripeAccount, options: MethodOptions): StripeEvent =>
  toStripeEvent(account, {
    type: 'payment_method.attached',
    at: options.at,
    automatic: false,
    object: methodObject(account, options, account.customer),
  });

const methodChanged = (
  account: StripeAccount,
  options: MethodOptions,
  kind: { readonly type: string; readonly automatic?: false },
): StripeEvent =>
  toStripeEvent(account, {
    ...kind,
    at: options.at,
    object: methodObject(account, options, account.customer),
    previous: options.previousCard === undefined ? {} : cardBefore(account, options.previousCard),
  });

/** `payment_method.updated`: somebody changed the expiry of the card. */
export const paymentMethodUpdated = (account: StripeAccount, options: MethodOptions): StripeEvent =>
  methodChanged(account, options, { type: 'payment_method.updated', automatic: false });

/** `payment_method.automatically_updated`: the card network renewed the card. */
export const paymentMethodRenewed = (account: StripeAccount, options: MethodOptions): StripeEvent =>
  methodChanged(account, options, { type: 'payment_method.automatically_updated' });

/** `payment_method.detached`: the object names no customer any more; `previous_attributes` does. */
export const paymentMethodDetached = (account: StripeAccount, options: MethodOptions): StripeEvent =>
  toStripeEvent(account, {
    type: 'payment_method.detached',
    at: options.at,
    automatic: false,
    object: methodObject(account, options, null),
    previous: ownerFields(account),
  });
