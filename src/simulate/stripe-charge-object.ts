import type { StripeAccount, StripeCard, StripeObject } from './stripe-account.ts';
import { chargeOf, idSuffix, intentOf, ownerFields, sinceBasil, toUnixSeconds } from './stripe-account.ts';

/** What a charge or intent event says. Instants are UTC milliseconds, amounts integer minor units. */
export interface ChargeOptions {
  /** The invoice that it pays; null: none. */
  readonly invoice: string | null;
  readonly at: number;
  readonly amount: number;
  /** Default `usd`. */
  readonly currency?: string | undefined;
  /** Number of the attempt, for the default charge id; default 1. */
  readonly attempt?: number | undefined;
  /** Default derived from invoice and attempt. */
  readonly charge?: string | undefined;
  /** Default derived from the invoice. */
  readonly paymentIntent?: string | undefined;
  /** False: the payload does not name its invoice (legacy `invoice`, basil `payment_details.order_reference`). */
  readonly linked?: boolean | undefined;
  /** Overrides the account's card. */
  readonly card?: StripeCard | undefined;
  readonly automatic?: boolean | undefined;
}

/** A refusal, in Stripe's words. */
export interface DeclineOptions extends ChargeOptions {
  /** Generic code; default `card_declined`. */
  readonly errorCode?: string | undefined;
  /** Default `insufficient_funds`; null: the payload has none. */
  readonly declineCode?: string | null | undefined;
  /** `try_again_later`, `do_not_try_again`, `confirm_card_data`. Basil only. */
  readonly adviceCode?: string | undefined;
  readonly networkAdviceCode?: string | undefined;
  readonly networkDeclineCode?: string | undefined;
  /** Stripe blocked it itself, e.g. `highest_risk_level`: no bank was asked. */
  readonly blockedReason?: string | undefined;
}

/** A refused charge with all defaults filled in. */
export interface StripeDecline {
  readonly errorCode: string;
  readonly declineCode: string | null;
  readonly adviceCode: string | null;
  readonly networkAdviceCode: string | null;
  readonly networkDeclineCode: string | null;
  readonly blockedReason: string | null;
}

/** Fills in the defaults of a refusal. */
export const toStripeDecline = (options: DeclineOptions): StripeDecline => ({
  errorCode: options.errorCode ?? 'card_declined',
  declineCode: options.declineCode === undefined ? 'insufficient_funds' : options.declineCode,
  adviceCode: options.adviceCode ?? null,
  networkAdviceCode: options.networkAdviceCode ?? null,
  networkDeclineCode: options.networkDeclineCode ?? null,
  blockedReason: options.blockedReason ?? null,
});

const seed = (account: StripeAccount, options: ChargeOptions): string => options.invoice ?? account.customer;

/** The event's intent id. */
export const intentId = (account: StripeAccount, options: ChargeOptions): string =>
  options.paymentIntent ?? intentOf(seed(account, options));

/** The event's charge id. */
export const chargeId = (account: StripeAccount, options: ChargeOptions): string =>
  options.charge ?? chargeOf(seed(account, options), options.attempt ?? 1);

/** The card as both charges and payment methods show it. */
export const cardObject = (account: StripeAccount, instead?: StripeCard): StripeObject => {
  const card = { ...account.card, ...instead };
  return {
    brand: card.brand ?? 'visa',
    checks: { address_line1_check: null, address_postal_code_check: null, cvc_check: null },
    country: 'US',
    display_brand: card.brand ?? 'visa',
    exp_month: card.expMonth ?? 8,
    exp_year: card.expYear ?? 2031,
    fingerprint: `fp${idSuffix(account.customer)}`,
    funding: 'credit',
    last4: card.last4 ?? '4242',
    networks: { available: [card.brand ?? 'visa'], preferred: null },
    three_d_secure_usage: { supported: true },
    wallet: null,
  };
};

/** The stored payment method that is charged. */
export const paymentMethodId = (account: StripeAccount): string =>
  account.paymentMethod ?? `pm_${idSuffix(account.customer)}`;

/** What fills a slot; undefined: the account's method does. */
export const slotOf = (account: StripeAccount, slot: string | null | undefined): string | null =>
  slot === undefined ? paymentMethodId(account) : slot;

export const billingDetails: StripeObject = {
  address: { city: null, country: null, line1: null, line2: null, postal_code: null, state: null },
  email: null,
  name: null,
  phone: null,
  tax_id: null,
};

/** The payment method as an intent's error embeds it. */
export const paymentMethodObject = (account: StripeAccount, options: ChargeOptions): StripeObject => ({
  id: paymentMethodId(account),
  object: 'payment_method',
  allow_redisplay: 'unspecified',
  billing_details: billingDetails,
  card: cardObject(account, options.card),
  created: toUnixSeconds(options.at),
  ...ownerFields(account),
  livemode: account.livemode,
  metadata: {},
  type: 'card',
});

const outcome = (account: StripeAccount, decline: StripeDecline | null): StripeObject => {
  const basil = (fields: StripeObject): StripeObject => (sinceBasil(account) ? fields : {});
  if (decline === null) {
    return {
      ...basil({ advice_code: null, network_advice_code: null, network_decline_code: null }),
      network_status: 'approved_by_network',
      reason: null,
      risk_level: 'normal',
      risk_score: 12,
      seller_message: 'Payment complete.',
      type: 'authorized',
    };
  }
  const blocked = decline.blockedReason !== null;
  return {
    ...basil({
      advice_code: decline.adviceCode,
      network_advice_code: decline.networkAdviceCode,
      network_decline_code: decline.networkDeclineCode,
    }),
    network_status: blocked ? 'not_sent_to_network' : 'declined_by_network',
    reason: decline.blockedReason ?? decline.declineCode ?? decline.errorCode,
    risk_level: blocked ? 'highest' : 'normal',
    risk_score: blocked ? 92 : 12,
    seller_message: `The bank returned the decline code \`${decline.declineCode ?? decline.errorCode}\`.`,
    type: blocked ? 'blocked' : 'issuer_declined',
  };
};

/** The charge as one event states it. `decline` null: it succeeded. */
export const chargeObject = (
  account: StripeAccount,
  options: ChargeOptions,
  decline: StripeDecline | null,
): StripeObject => {
  const ok = decline === null;
  const named = options.linked === false ? null : options.invoice;
  return {
    id: chargeId(account, options),
    object: 'charge',
    amount: options.amount,
    amount_captured: ok ? options.amount : 0,
    amount_refunded: 0,
    application: null,
    application_fee: null,
    application_fee_amount: null,
    balance_transaction: ok ? `txn_${idSuffix(chargeId(account, options))}` : null,
    billing_details: billingDetails,
    calculated_statement_descriptor: 'SIMULATED',
    captured: ok,
    created: toUnixSeconds(options.at),
    currency: options.currency ?? 'usd',
    ...ownerFields(account),
    description: 'Subscription update',
    disputed: false,
    failure_balance_transaction: null,
    failure_code: decline?.errorCode ?? null,
    failure_message: ok ? null : 'Your card was declined.',
    fraud_details: {},
    ...(account.shape === 'legacy' ? { invoice: named } : {}),
    livemode: account.livemode,
    metadata: {},
    on_behalf_of: null,
    outcome: outcome(account, decline),
    paid: ok,
    payment_intent: intentId(account, options),
    payment_method: paymentMethodId(account),
    payment_method_details: { card: cardObject(account, options.card), type: 'card' },
    receipt_email: null,
    receipt_number: null,
    receipt_url: null,
    refunded: false,
    review: null,
    shipping: null,
    source: null,
    source_transfer: null,
    statement_descriptor: null,
    statement_descriptor_suffix: null,
    status: ok ? 'succeeded' : 'failed',
    transfer_data: null,
    transfer_group: null,
  };
};
