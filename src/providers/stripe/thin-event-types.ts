import type { EventEnd } from './event-end.ts';

const CATALOGUE = 'catalogue or discount: nothing about a payment';
const DRAFT = 'what an unfinished invoice is made of: the invoice says what is due';
const PLANNED = 'a plan of changes; the subscription says what became of it';
const OTHER_PRODUCT = 'another Stripe product, no subscription payment';

/**
 * The thin event types without a snapshot event of the same name, each with its end; `v1.` before a snapshot event's
 * name ends as that does. Pure data.
 */
export const THIN_EVENT_TYPES: Readonly<Record<string, EventEnd>> = {
  'v1.billing.meter.error_report_triggered': { ignored: OTHER_PRODUCT },
  'v1.billing.meter.no_meter_found': { ignored: OTHER_PRODUCT },
  'v1.customer.discount.source_changed': { ignored: CATALOGUE },
  'v1.customer.subscription.active': { reader: 'subscription' },
  'v1.customer.subscription.cancel_at_changed': { reader: 'subscription' },
  'v1.customer.subscription.default_payment_method_changed': { reader: 'subscription' },
  'v1.customer.subscription.incomplete': { reader: 'subscription' },
  'v1.customer.subscription.incomplete_expired': { reader: 'subscription' },
  'v1.customer.subscription.item_added': { reader: 'subscription' },
  'v1.customer.subscription.item_price_changed': { reader: 'subscription' },
  'v1.customer.subscription.item_quantity_changed': { reader: 'subscription' },
  'v1.customer.subscription.item_removed': { reader: 'subscription' },
  'v1.customer.subscription.item_tax_rates_changed': { ignored: CATALOGUE },
  'v1.customer.subscription.past_due': { reader: 'subscription' },
  'v1.customer.subscription.trialing': { reader: 'subscription' },
  'v1.customer.subscription.unpaid': { reader: 'subscription' },
  'v1.entitlements.active_entitlement_summary.entitlement_added': { ignored: OTHER_PRODUCT },
  'v1.entitlements.active_entitlement_summary.entitlement_removed': { ignored: OTHER_PRODUCT },
  'v1.financial_connections.account.balance_refresh_failed': { ignored: OTHER_PRODUCT },
  'v1.financial_connections.account.balance_refresh_succeeded': { ignored: OTHER_PRODUCT },
  'v1.financial_connections.account.inferred_balances_refresh_failed': { ignored: OTHER_PRODUCT },
  'v1.financial_connections.account.inferred_balances_refresh_succeeded': { ignored: OTHER_PRODUCT },
  'v1.financial_connections.account.ownership_refresh_failed': { ignored: OTHER_PRODUCT },
  'v1.financial_connections.account.ownership_refresh_succeeded': { ignored: OTHER_PRODUCT },
  'v1.financial_connections.account.risk_intelligence_refresh_failed': { ignored: OTHER_PRODUCT },
  'v1.financial_connections.account.risk_intelligence_refresh_succeeded': { ignored: OTHER_PRODUCT },
  'v1.financial_connections.account.transactions_refresh_failed': { ignored: OTHER_PRODUCT },
  'v1.financial_connections.account.transactions_refresh_succeeded': { ignored: OTHER_PRODUCT },
  'v1.invoice.discount_added': { ignored: DRAFT },
  'v1.invoice.discount_removed': { ignored: DRAFT },
  'v1.invoice.line_item_added': { ignored: DRAFT },
  'v1.invoice.line_item_pricing_changed': { ignored: DRAFT },
  'v1.invoice.line_item_quantity_changed': { ignored: DRAFT },
  'v1.invoice.line_item_removed': { ignored: DRAFT },
  'v1.invoice_payment.canceled': { ignored: 'a payment that was replaced by another' },
  'v1.invoice_payment.open': { reader: 'invoicePayment' },
  'v1.invoiceitem.amount_changed': { ignored: DRAFT },
  'v1.invoiceitem.discount_added': { ignored: DRAFT },
  'v1.invoiceitem.discount_removed': { ignored: DRAFT },
  'v1.price.activated': { ignored: CATALOGUE },
  'v1.price.deactivated': { ignored: CATALOGUE },
  'v1.price.lookup_key_changed': { ignored: CATALOGUE },
  'v1.price.tax_behavior_changed': { ignored: CATALOGUE },
  'v1.product.activated': { ignored: CATALOGUE },
  'v1.product.deactivated': { ignored: CATALOGUE },
  'v1.product.default_price_changed': { ignored: CATALOGUE },
  'v1.product.tax_code_changed': { ignored: CATALOGUE },
  'v1.promotion_code.fully_redeemed': { ignored: CATALOGUE },
  'v1.subscription_schedule.phase_added': { ignored: PLANNED },
  'v1.subscription_schedule.phase_default_tax_rates_changed': { ignored: PLANNED },
  'v1.subscription_schedule.phase_end_date_changed': { ignored: PLANNED },
  'v1.subscription_schedule.phase_removed': { ignored: PLANNED },
  'v1.subscription_schedule.phase_trial_end_changed': { ignored: PLANNED },
  'v2.core.event_destination.ping': { ignored: 'a test of the endpoint' },
};
