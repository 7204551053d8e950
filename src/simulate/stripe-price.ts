import type { StripeAccount, StripeObject } from './stripe-account.ts';

/** `prod_…` of the account's price. */
export const productOf = (account: StripeAccount): string =>
  account.productId ?? account.priceId.replace(/^price_/, 'prod_');

/** How long one period of a price is. */
export interface PriceInterval {
  readonly interval: 'day' | 'week' | 'month' | 'year';
  readonly count: number;
}

const MONTH: PriceInterval = { interval: 'month', count: 1 };

/** The price object as subscription items and legacy invoice lines carry it. `amount` in minor units. */
export const priceObject = (
  account: StripeAccount,
  amount: number,
  currency: string,
  every: PriceInterval = MONTH,
): StripeObject => ({
  id: account.priceId,
  object: 'price',
  active: true,
  billing_scheme: 'per_unit',
  created: 1_577_836_800,
  currency,
  custom_unit_amount: null,
  livemode: account.livemode,
  lookup_key: account.lookupKey ?? null,
  metadata: account.priceMetadata ?? {},
  nickname: null,
  product: productOf(account),
  recurring: {
    aggregate_usage: null,
    interval: every.interval,
    interval_count: every.count,
    trial_period_days: null,
    usage_type: 'licensed',
  },
  tax_behavior: 'unspecified',
  tiers_mode: null,
  transform_quantity: null,
  type: 'recurring',
  unit_amount: amount,
  unit_amount_decimal: String(amount),
});

/** The older twin of the price, which legacy payloads carry beside it. */
export const planObject = (
  account: StripeAccount,
  amount: number,
  currency: string,
  every: PriceInterval = MONTH,
): StripeObject => ({
  id: account.priceId,
  object: 'plan',
  active: true,
  aggregate_usage: null,
  amount,
  amount_decimal: String(amount),
  billing_scheme: 'per_unit',
  created: 1_577_836_800,
  currency,
  interval: every.interval,
  interval_count: every.count,
  livemode: account.livemode,
  metadata: account.priceMetadata ?? {},
  nickname: null,
  product: productOf(account),
  tiers_mode: null,
  transform_usage: null,
  trial_period_days: null,
  usage_type: 'licensed',
});
