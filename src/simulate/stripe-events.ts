/**
 * Every single Stripe webhook that the time machine can send, one function each, in three shapes. Pure: a body follows
 * from its options alone, its id included, so the same call twice is a duplicate delivery.
 */
export type { StripeAccount, StripeCard, StripeEvent, StripeShape } from './stripe-account.ts';
export { chargeOf, intentOf, ownerFields, STRIPE_SHAPES, sinceBasil } from './stripe-account.ts';
export type { MethodOptions } from './stripe-cards.ts';
export {
  paymentMethodAttached,
  paymentMethodDetached,
  paymentMethodRenewed,
  paymentMethodUpdated,
} from './stripe-cards.ts';
export type { ChargeOptions, DeclineOptions } from './stripe-charge-object.ts';
export { chargeFailed, chargeSucceeded, paymentIntentFailed, paymentIntentSucceeded } from './stripe-charges.ts';
export type { CustomerOptions } from './stripe-customers.ts';
export { customerCreated, customerUpdated } from './stripe-customers.ts';
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
export type { StripeCoupon, SubscriptionOptions } from './stripe-subscriptions.ts';
export {
  subscriptionCreated,
  subscriptionDeleted,
  subscriptionNoticed,
  subscriptionUpdated,
} from './stripe-subscriptions.ts';
