/** Stripe payloads of our own, each in the shape before basil (2025-03-31) and in the one since. */

type Json = Readonly<Record<string, unknown>>;

export const SECOND = 1_790_000_000;
const PERIOD = { start: SECOND, end: SECOND + 2_592_000 };
const PRICE = {
  id: 'price_pro',
  object: 'price',
  lookup_key: 'pro_monthly',
  metadata: { plan_id: 'pro' },
  product: 'prod_pro',
};

/** An event around `object`; `rest` replaces parts of the envelope. */
export const event = (type: string, object: Json, rest: Json = {}): Json => ({
  id: 'evt_1',
  object: 'event',
  type,
  api_version: null,
  created: SECOND,
  livemode: true,
  pending_webhooks: 1,
  request: { id: null, idempotency_key: null },
  data: { object },
  ...rest,
});

const invoiceCore = {
  id: 'in_1',
  object: 'invoice',
  customer: 'cus_1',
  status: 'open',
  currency: 'usd',
  amount_due: 4900,
  amount_remaining: 4900,
  amount_paid: 0,
  collection_method: 'charge_automatically',
  billing_reason: 'subscription_cycle',
  attempt_count: 2,
  attempted: true,
  next_payment_attempt: SECOND + 259_200,
  hosted_invoice_url: 'https://invoice.example/in_1',
  metadata: { user_id: 'u_invoice' },
};

const subscriptionMetadata = { plan_id: 'team', user_id: 'u_1' };

/** A failed renewal's invoice. The first line is a proration of another price and must not be taken for the plan. */
export const legacyInvoice: Json = {
  ...invoiceCore,
  paid: false,
  paid_out_of_band: false,
  subscription: 'sub_1',
  subscription_details: { metadata: subscriptionMetadata },
  charge: 'ch_1',
  payment_intent: 'pi_1',
  lines: {
    data: [
      { type: 'subscription', proration: true, subscription: 'sub_1', period: PERIOD, price: { id: 'price_old' } },
      { type: 'invoiceitem', proration: false, subscription: 'sub_1', period: PERIOD, price: { id: 'price_extra' } },
      {
        type: 'subscription',
        proration: false,
        subscription: 'sub_1',
        period: PERIOD,
        price: PRICE,
        plan: { id: 'price_pro' },
      },
    ],
  },
};

const basilLine = (type: 'subscription_item_details' | 'invoice_item_details', proration: boolean, price: string) => ({
  period: PERIOD,
  parent: { type, [type]: { subscription: 'sub_1', proration } },
  pricing: { type: 'price_details', price_details: { price, product: 'prod_pro' } },
});

export const basilInvoice: Json = {
  ...invoiceCore,
  parent: {
    type: 'subscription_details',
    subscription_details: { subscription: 'sub_1', metadata: subscriptionMetadata },
  },
  lines: {
    data: [
      basilLine('subscription_item_details', true, 'price_old'),
      basilLine('invoice_item_details', false, 'price_extra'),
      basilLine('subscription_item_details', false, 'price_pro'),
    ],
  },
};

const CARD = { brand: 'visa', last4: '0341', exp_month: 4, exp_year: 2028 };

const chargeCore = {
  id: 'ch_1',
  object: 'charge',
  customer: 'cus_1',
  amount: 4900,
  currency: 'usd',
  payment_intent: 'pi_1',
  payment_method: 'pm_1',
  payment_method_details: { type: 'card', card: CARD },
};

export const legacyCharge: Json = {
  ...chargeCore,
  invoice: 'in_1',
  failure_code: 'card_declined',
  outcome: { type: 'issuer_declined', reason: 'insufficient_funds', network_status: 'declined_by_network' },
};

export const basilCharge: Json = {
  ...chargeCore,
  payment_details: { order_reference: 'in_1', customer_reference: null },
  failure_code: 'card_declined',
  outcome: {
    type: 'issuer_declined',
    reason: 'insufficient_funds',
    advice_code: 'try_again_later',
    network_advice_code: '02',
    network_decline_code: '51',
  },
};

const intentCore = { id: 'pi_1', object: 'payment_intent', customer: 'cus_1', amount: 4900, currency: 'usd' };

export const legacyIntent: Json = {
  ...intentCore,
  invoice: 'in_1',
  charges: { data: [legacyCharge] },
  last_payment_error: {
    code: 'card_declined',
    decline_code: 'insufficient_funds',
    charge: 'ch_1',
    payment_method: { id: 'pm_1', card: CARD },
  },
};

export const basilIntent: Json = {
  ...intentCore,
  latest_charge: 'ch_1',
  payment_details: { order_reference: 'in_1' },
  last_payment_error: {
    code: 'card_declined',
    decline_code: 'insufficient_funds',
    advice_code: 'try_again_later',
    network_advice_code: '02',
    network_decline_code: '51',
    charge: 'ch_1',
    payment_method: { id: 'pm_1', card: CARD },
  },
};

const subscriptionCore = {
  id: 'sub_1',
  object: 'subscription',
  customer: 'cus_1',
  status: 'past_due',
  metadata: subscriptionMetadata,
  trial_end: SECOND - 86_400,
  cancel_at: null,
  cancel_at_period_end: true,
};

export const legacySubscription: Json = {
  ...subscriptionCore,
  current_period_end: PERIOD.end,
  plan: { id: 'price_pro', object: 'plan', product: 'prod_pro', metadata: { plan_id: 'pro' } },
  items: { data: [{ id: 'si_1', price: PRICE, plan: { id: 'price_pro', object: 'plan' } }] },
};

export const basilSubscription: Json = {
  ...subscriptionCore,
  items: { data: [{ id: 'si_1', current_period_end: PERIOD.end, price: PRICE }] },
};

/** Every reference `key` of `object`, however deep, as an expanded object. */
export const expanded = (object: Json, keys: readonly string[]): Json =>
  JSON.parse(
    JSON.stringify(object, (key, value: unknown) =>
      keys.includes(key) && typeof value === 'string' ? { id: value, object: key } : value,
    ),
  );
