/**
 * Every single Stripe webhook that the time machine can send, one function each, in two shapes. Pure: a body follows
 * from its options alone, its id included, so the same call twice is a duplicate delivery.
 */
export type { StripeAccount, StripeCard, StripeEvent, StripeShape } from './stripe-account.ts';
export { chargeOf, intentOf, STRIPE_SHAPES } from './stripe-account.ts';
export type { MethodOptions } from './stripe-cards.ts';
export {
  paymentMethodAttached,
  paymentMethodDetached,
  paymentMethodRenewed,
  paymentMethodUpdated,
} from './stripe-cards.ts';
export type { ChargeOptions, DeclineOptions } from './stripe-charge-object.ts';
export { chargeFailed, chargeSucceeded, paymentIntentFailed, paymentIntentSucceeded } from './stripe-charges.ts';
export type { InvoiceOptions } from './stripe-invoice-object.ts';
export type { InvoicePaymentOptions } from './stripe-invoices.ts';
export {
  invoiceMarkedUncollectible,
  invoicePaid,
  invoicePaymentActionRequired,
  invoicePaymentFailed,
  invoicePaymentPaid,
  invoicePaymentSucceeded,
  invoiceUpdated,
  invoiceVoided,
} from './stripe-invoices.ts';
export type { CustomerOptions, SubscriptionOptions } from './stripe-subscriptions.ts';
export {
  customerCreated,
  customerUpdated,
  subscriptionCreated,
  subscriptionDeleted,
  subscriptionUpdated,
} from './stripe-subscriptions.ts';
