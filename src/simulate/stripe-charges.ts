import type { StripeAccount, StripeEvent, StripeObject } from './stripe-account.ts';
import { ownerFields, sinceBasil, toStripeEvent, toUnixSeconds } from './stripe-account.ts';
import type { ChargeOptions, DeclineOptions, StripeDecline } from './stripe-charge-object.ts';
import {
  chargeId,
  chargeObject,
  intentId,
  paymentMethodId,
  paymentMethodObject,
  toStripeDecline,
} from './stripe-charge-object.ts';

/** `charge.failed` */
export const chargeFailed = (account: StripeAccount, options: DeclineOptions): StripeEvent =>
  toStripeEvent(account, {
    type: 'charge.failed',
    at: options.at,
    automatic: options.automatic,
    object: chargeObject(account, options, toStripeDecline(options)),
  });

/** `charge.succeeded` */
export const chargeSucceeded = (account: StripeAccount, options: ChargeOptions): StripeEvent =>
  toStripeEvent(account, {
    type: 'charge.succeeded',
    at: options.at,
    automatic: options.automatic,
    object: chargeObject(account, options, null),
  });

const paymentError = (account: StripeAccount, options: ChargeOptions, decline: StripeDecline): StripeObject => ({
  ...(sinceBasil(account) && decline.adviceCode !== null ? { advice_code: decline.adviceCode } : {}),
  charge: chargeId(account, options),
  code: decline.errorCode,
  ...(decline.declineCode === null ? {} : { decline_code: decline.declineCode }),
  doc_url: `https://stripe.com/docs/error-codes/${decline.errorCode.replaceAll('_', '-')}`,
  message: 'Your card was declined.',
  ...(decline.networkAdviceCode === null ? {} : { network_advice_code: decline.networkAdviceCode }),
  ...(decline.networkDeclineCode === null ? {} : { network_decline_code: decline.networkDeclineCode }),
  payment_method: paymentMethodObject(account, options),
  type: 'card_error',
});

/** The link from intent to invoice: a field of its own in legacy, an order reference (clover on) in later shapes. */
const invoiceLink = (account: StripeAccount, options: ChargeOptions): StripeObject => {
  const named = options.linked === false ? null : options.invoice;
  if (account.shape === 'legacy') return { invoice: named };
  return named === null ? {} : { payment_details: { customer_reference: null, order_reference: named } };
};

const intentObject = (account: StripeAccount, options: ChargeOptions, decline: StripeDecline | null): StripeObject => ({
  id: intentId(account, options),
  object: 'payment_intent',
  amount: options.amount,
  amount_capturable: 0,
  amount_details: { tip: {} },
  amount_received: decline === null ? options.amount : 0,
  application: null,
  application_fee_amount: null,
  automatic_payment_methods: null,
  canceled_at: null,
  cancellation_reason: null,
  capture_method: 'automatic',
  client_secret: `${intentId(account, options)}_secret_simulated`,
  confirmation_method: 'automatic',
  created: toUnixSeconds(options.at),
  currency: options.currency ?? 'usd',
  ...ownerFields(account),
  description: 'Subscription update',
  ...invoiceLink(account, options),
  last_payment_error: decline === null ? null : paymentError(account, options, decline),
  latest_charge: chargeId(account, options),
  livemode: account.livemode,
  metadata: {},
  next_action: null,
  on_behalf_of: null,
  payment_method: decline === null ? paymentMethodId(account) : null,
  payment_method_options: { card: { installments: null, network: null, request_three_d_secure: 'automatic' } },
  payment_method_types: ['card'],
  processing: null,
  receipt_email: null,
  review: null,
  setup_future_usage: 'off_session',
  shipping: null,
  source: null,
  statement_descriptor: null,
  statement_descriptor_suffix: null,
  status: decline === null ? 'succeeded' : 'requires_payment_method',
  transfer_data: null,
  transfer_group: null,
});

/** `payment_intent.payment_failed`: carries the reason, the card and the link to the invoice. */
export const paymentIntentFailed = (account: StripeAccount, options: DeclineOptions): StripeEvent =>
  toStripeEvent(account, {
    type: 'payment_intent.payment_failed',
    at: options.at,
    automatic: options.automatic,
    object: intentObject(account, options, toStripeDecline(options)),
  });

/** `payment_intent.succeeded` */
export const paymentIntentSucceeded = (account: StripeAccount, options: ChargeOptions): StripeEvent =>
  toStripeEvent(account, {
    type: 'payment_intent.succeeded',
    at: options.at,
    automatic: options.automatic,
    object: intentObject(account, options, null),
  });
