// Generated from tracking-plan.json by tools/generate-tracking-plan.ts. Do not edit: change the plan, then `npm run generate`.
import { z } from 'zod';

/** A charge for an invoice was executed and refused. One per failed attempt. */
export type PaymentFailedProperties = {
  /** The dunning episode that the event belongs to; the same id on every event, trait and task of it. Null: the invoice cannot be dunned (creation of a subscription, manual, quote, sent by email). E.g. "dun_4f1c2a7d9be0436a8c5e1d2f3a4b5c6d". */
  readonly dunning_episode_id: string | null;
  /** The billing system that made the statement. E.g. "stripe". */
  readonly provider: string;
  /** The billing customer at the provider; also the Segment groupId. E.g. "cus_QxT5m2". */
  readonly account_id: string;
  /** The subscription at the provider. Null: the invoice belongs to no subscription. E.g. "sub_1P0aB2". */
  readonly subscription_id: string | null;
  /** The invoice that the attempt was made on. E.g. "in_1P0aC3". */
  readonly invoice_id: string;
  /** One executed charge: the same on payment_failed and payment_retried of that charge. E.g. "in_1P0aC3:2:1772614800". */
  readonly attempt_key: string;
  /** The plan: plan_id in the metadata of subscription, price or product; else the policy's table of price and product ids; else the lookup key; else the price id. Null: no statement names a price. E.g. "pro_monthly". */
  readonly plan_id: string | null;
  /** What was owed before the attempt. In major units of currency, by the currency's exponent. E.g. 49. */
  readonly amount: number;
  /** What was owed before the attempt. In minor units of currency. E.g. 4900. */
  readonly amount_minor: number;
  /** ISO 4217, upper case. E.g. "USD". */
  readonly currency: string;
  /** When it happened, by the provider's clock; also the timestamp of the call. In ISO 8601, UTC, milliseconds. E.g. "2026-03-04T09:00:00.000Z". */
  readonly occurred_at: string;
  /** It happened more than one hour before it was received: not a reason to write to anybody now. E.g. false. */
  readonly is_late: boolean;
  /** False for test-mode data of the provider. E.g. true. */
  readonly livemode: boolean;
  /** The provider's decline code, else its error code. Null: no reason is known, or the reason may not be told. E.g. "insufficient_funds". */
  readonly failure_code: string | null;
  /** Why, in provider-neutral words. undisclosed: a reason that may not leave (lost or stolen, fraud suspected, blocked by the provider). E.g. "insufficient_funds". */
  readonly failure_category: 'insufficient_funds' | 'limit_exceeded' | 'issuer_declined' | 'processing_error' | 'authentication_required' | 'expired_card' | 'invalid_card_data' | 'invalid_account' | 'lost_or_stolen' | 'fraud_suspected' | 'card_not_supported' | 'authorization_revoked' | 'blocked_by_provider' | 'currency_or_amount' | 'merchant_config' | 'duplicate' | 'test_mode' | 'payment_method_missing' | 'other' | 'unknown' | 'undisclosed';
  /** What the customer may be told, never the raw reason of a lost, stolen or suspicious card. E.g. "insufficient_funds". */
  readonly failure_class: 'insufficient_funds' | 'try_again' | 'update_card' | 'confirm_payment' | 'contact_bank' | 'no_payment_method' | 'other';
  /** soft: a retry may work. hard: it will not. action: the customer must confirm. unknown: no reason is known. E.g. "soft". */
  readonly decline_type: 'soft' | 'hard' | 'action' | 'unknown';
  /** Can a retry of the same payment method succeed. Null: no reason is known, or the reason does not tell. E.g. true. */
  readonly retryable: boolean | null;
  /** The customer must do something before it can succeed. E.g. false. */
  readonly customer_action_required: boolean;
  /** Executed attempts of the invoice so far, this one included. In attempts. E.g. 2. */
  readonly attempt_number: number;
  /** The provider's own count of tries on the invoice, whether or not a charge was executed. In attempts. E.g. 2. */
  readonly scheduled_attempt_count: number;
  /** When the provider will try again. In ISO 8601, UTC, milliseconds. Null: next_retry_status is not scheduled. E.g. "2026-03-07T09:00:00.000Z". */
  readonly next_retry_date: string | null;
  /** scheduled: a date is set. blocked: scheduled, but will not run without a new payment method. none: no further try. unknown: the provider did not say. E.g. "scheduled". */
  readonly next_retry_status: 'scheduled' | 'blocked' | 'none' | 'unknown';
  /** No further try follows by the provider. Null: not known yet. E.g. false. */
  readonly is_final_attempt: boolean | null;
  /** Brand of the card that was charged. Null: no card, or not stated. E.g. "visa". */
  readonly card_brand: string | null;
  /** Last four digits of the card that was charged. Null: no card, or not stated. E.g. "4242". */
  readonly card_last4: string | null;
  /** Last day on which the card is valid: the last day of its month. In YYYY-MM-DD. Null: no card, or not stated. E.g. "2026-03-31". */
  readonly card_expiry_date: string | null;
  /** The provider's page on which the customer can pay the invoice. Null: the provider offers none. E.g. "https://invoice.stripe.com/i/acct_1/test_abc". */
  readonly hosted_invoice_url: string | null;
  /** First failed attempt of the episode; of the invoice where dunning_episode_id is null. In ISO 8601, UTC, milliseconds. E.g. "2026-03-01T09:00:00.000Z". */
  readonly first_failed_at: string;
};

/** An attempt after the first was executed on an invoice, by schedule or by hand. A failed one also gives payment_failed. */
export type PaymentRetriedProperties = {
  /** The dunning episode that the event belongs to; the same id on every event, trait and task of it. Null: the invoice cannot be dunned (creation of a subscription, manual, quote, sent by email). E.g. "dun_4f1c2a7d9be0436a8c5e1d2f3a4b5c6d". */
  readonly dunning_episode_id: string | null;
  /** The billing system that made the statement. E.g. "stripe". */
  readonly provider: string;
  /** The billing customer at the provider; also the Segment groupId. E.g. "cus_QxT5m2". */
  readonly account_id: string;
  /** The subscription at the provider. Null: the invoice belongs to no subscription. E.g. "sub_1P0aB2". */
  readonly subscription_id: string | null;
  /** The invoice that the attempt was made on. E.g. "in_1P0aC3". */
  readonly invoice_id: string;
  /** One executed charge: the same on payment_failed and payment_retried of that charge. E.g. "in_1P0aC3:2:1772614800". */
  readonly attempt_key: string;
  /** The plan: plan_id in the metadata of subscription, price or product; else the policy's table of price and product ids; else the lookup key; else the price id. Null: no statement names a price. E.g. "pro_monthly". */
  readonly plan_id: string | null;
  /** What was owed before the attempt. In major units of currency, by the currency's exponent. E.g. 49. */
  readonly amount: number;
  /** What was owed before the attempt. In minor units of currency. E.g. 4900. */
  readonly amount_minor: number;
  /** ISO 4217, upper case. E.g. "USD". */
  readonly currency: string;
  /** When it happened, by the provider's clock; also the timestamp of the call. In ISO 8601, UTC, milliseconds. E.g. "2026-03-04T09:00:00.000Z". */
  readonly occurred_at: string;
  /** It happened more than one hour before it was received: not a reason to write to anybody now. E.g. false. */
  readonly is_late: boolean;
  /** False for test-mode data of the provider. E.g. true. */
  readonly livemode: boolean;
  /** Executed attempts of the invoice so far, this one included. In attempts. E.g. 2. */
  readonly attempt_number: number;
  /** Executed attempts of the invoice before this one, as far as they were seen. In attempts. E.g. 1. */
  readonly retry_count: number;
  /** When the attempt was made. In ISO 8601, UTC, milliseconds. E.g. "2026-03-04T09:00:00.000Z". */
  readonly attempted_at: string;
  /** How the attempt ended. E.g. "failed". */
  readonly outcome: 'failed' | 'succeeded';
};

/** The episode ended with its failed balance paid. One per recovered episode. */
export type PaymentRecoveredProperties = {
  /** The dunning episode that the event belongs to; the same id on every event, trait and task of it. E.g. "dun_4f1c2a7d9be0436a8c5e1d2f3a4b5c6d". */
  readonly dunning_episode_id: string;
  /** The billing system that made the statement. E.g. "stripe". */
  readonly provider: string;
  /** The billing customer at the provider; also the Segment groupId. E.g. "cus_QxT5m2". */
  readonly account_id: string;
  /** The subscription at the provider. E.g. "sub_1P0aB2". */
  readonly subscription_id: string;
  /** The failed invoice that opened the episode. E.g. "in_1P0aC3". */
  readonly invoice_id: string;
  /** The paying attempt. Null: no charge was executed (paid out of band, or by credit). E.g. "in_1P0aC3:paid". */
  readonly attempt_key: string | null;
  /** The plan: plan_id in the metadata of subscription, price or product; else the policy's table of price and product ids; else the lookup key; else the price id. Null: no statement names a price. E.g. "pro_monthly". */
  readonly plan_id: string | null;
  /** What the episode brought in. In major units of currency, by the currency's exponent. E.g. 49. */
  readonly amount: number;
  /** What the episode brought in. In minor units of currency. E.g. 4900. */
  readonly amount_minor: number;
  /** ISO 4217, upper case. E.g. "USD". */
  readonly currency: string;
  /** When it happened, by the provider's clock; also the timestamp of the call. In ISO 8601, UTC, milliseconds. E.g. "2026-03-04T09:00:00.000Z". */
  readonly occurred_at: string;
  /** It happened more than one hour before it was received: not a reason to write to anybody now. E.g. false. */
  readonly is_late: boolean;
  /** False for test-mode data of the provider. E.g. true. */
  readonly livemode: boolean;
  /** What brought the money in. E.g. "automatic_retry". */
  readonly recovered_via: 'automatic_retry' | 'card_updated' | 'account_updater' | 'customer_paid' | 'out_of_band' | 'operator' | 'unknown';
  /** Executed attempts of the episode, the paying one included. In attempts. E.g. 3. */
  readonly attempts: number;
  /** From the first failed attempt to the payment. In days, two decimals. E.g. 6.25. */
  readonly days_to_recovery: number;
  /** First failed attempt of the episode. In ISO 8601, UTC, milliseconds. E.g. "2026-03-01T09:00:00.000Z". */
  readonly first_failed_at: string;
  /** Paid after the episode had already ended as lost or canceled. E.g. false. */
  readonly late: boolean;
};

/** The provider has stopped trying while money is still owed. One per exhausted episode. */
export type DunningExhaustedProperties = {
  /** The dunning episode that the event belongs to; the same id on every event, trait and task of it. E.g. "dun_4f1c2a7d9be0436a8c5e1d2f3a4b5c6d". */
  readonly dunning_episode_id: string;
  /** The billing system that made the statement. E.g. "stripe". */
  readonly provider: string;
  /** The billing customer at the provider; also the Segment groupId. E.g. "cus_QxT5m2". */
  readonly account_id: string;
  /** The subscription at the provider. E.g. "sub_1P0aB2". */
  readonly subscription_id: string;
  /** The failed invoice that opened the episode. E.g. "in_1P0aC3". */
  readonly invoice_id: string;
  /** The newest failed attempt of the episode. E.g. "in_1P0aC3:2:1772614800". */
  readonly attempt_key: string;
  /** The plan: plan_id in the metadata of subscription, price or product; else the policy's table of price and product ids; else the lookup key; else the price id. Null: no statement names a price. E.g. "pro_monthly". */
  readonly plan_id: string | null;
  /** What is still owed on the failed invoices of the episode. In major units of currency, by the currency's exponent. E.g. 49. */
  readonly amount: number;
  /** What is still owed on the failed invoices of the episode. In minor units of currency. E.g. 4900. */
  readonly amount_minor: number;
  /** ISO 4217, upper case. E.g. "USD". */
  readonly currency: string;
  /** When it happened, by the provider's clock; also the timestamp of the call. In ISO 8601, UTC, milliseconds. E.g. "2026-03-04T09:00:00.000Z". */
  readonly occurred_at: string;
  /** It happened more than one hour before it was received: not a reason to write to anybody now. E.g. false. */
  readonly is_late: boolean;
  /** False for test-mode data of the provider. E.g. true. */
  readonly livemode: boolean;
  /** Executed attempts of the episode. In attempts. E.g. 3. */
  readonly attempts: number;
  /** First failed attempt of the episode. In ISO 8601, UTC, milliseconds. E.g. "2026-03-01T09:00:00.000Z". */
  readonly first_failed_at: string;
  /** What the customer may be told, never the raw reason of a lost, stolen or suspicious card. E.g. "insufficient_funds". */
  readonly failure_class: 'insufficient_funds' | 'try_again' | 'update_card' | 'confirm_payment' | 'contact_bank' | 'no_payment_method' | 'other';
};

/** A subscription ended. One per subscription. */
export type SubscriptionCanceledProperties = {
  /** The dunning episode that the event belongs to; the same id on every event, trait and task of it. Null: the subscription has no open episode. E.g. "dun_4f1c2a7d9be0436a8c5e1d2f3a4b5c6d". */
  readonly dunning_episode_id: string | null;
  /** The billing system that made the statement. E.g. "stripe". */
  readonly provider: string;
  /** The billing customer at the provider; also the Segment groupId. E.g. "cus_QxT5m2". */
  readonly account_id: string;
  /** The subscription at the provider. E.g. "sub_1P0aB2". */
  readonly subscription_id: string;
  /** Always null: the event is about a subscription. */
  readonly invoice_id: null;
  /** Always null: the event is about a subscription. */
  readonly attempt_key: null;
  /** The plan: plan_id in the metadata of subscription, price or product; else the policy's table of price and product ids; else the lookup key; else the price id. Null: no statement names a price. E.g. "pro_monthly". */
  readonly plan_id: string | null;
  /** Always null: the event moves no money. */
  readonly amount: null;
  /** Always null: the event moves no money. */
  readonly amount_minor: null;
  /** Always null: the event moves no money. */
  readonly currency: null;
  /** When it happened, by the provider's clock; also the timestamp of the call. In ISO 8601, UTC, milliseconds. E.g. "2026-03-04T09:00:00.000Z". */
  readonly occurred_at: string;
  /** It happened more than one hour before it was received: not a reason to write to anybody now. E.g. false. */
  readonly is_late: boolean;
  /** False for test-mode data of the provider. E.g. true. */
  readonly livemode: boolean;
  /** Did the customer choose to leave. involuntary: ended for non-payment. E.g. "involuntary". */
  readonly churn_type: 'voluntary' | 'involuntary' | 'unknown';
  /** The customer's own choice from the provider's list, else the provider's reason. Null: no reason was given. E.g. "too_expensive". */
  readonly cancellation_reason: string | null;
};

/** The provider moved a subscription to past due. */
export type SubscriptionPastDueProperties = {
  /** The dunning episode that the event belongs to; the same id on every event, trait and task of it. Null: the subscription has no open episode. E.g. "dun_4f1c2a7d9be0436a8c5e1d2f3a4b5c6d". */
  readonly dunning_episode_id: string | null;
  /** The billing system that made the statement. E.g. "stripe". */
  readonly provider: string;
  /** The billing customer at the provider; also the Segment groupId. E.g. "cus_QxT5m2". */
  readonly account_id: string;
  /** The subscription at the provider. E.g. "sub_1P0aB2". */
  readonly subscription_id: string;
  /** Always null: the event is about a subscription. */
  readonly invoice_id: null;
  /** Always null: the event is about a subscription. */
  readonly attempt_key: null;
  /** The plan: plan_id in the metadata of subscription, price or product; else the policy's table of price and product ids; else the lookup key; else the price id. Null: no statement names a price. E.g. "pro_monthly". */
  readonly plan_id: string | null;
  /** Always null: the event moves no money. */
  readonly amount: null;
  /** Always null: the event moves no money. */
  readonly amount_minor: null;
  /** Always null: the event moves no money. */
  readonly currency: null;
  /** When it happened, by the provider's clock; also the timestamp of the call. In ISO 8601, UTC, milliseconds. E.g. "2026-03-04T09:00:00.000Z". */
  readonly occurred_at: string;
  /** It happened more than one hour before it was received: not a reason to write to anybody now. E.g. false. */
  readonly is_late: boolean;
  /** False for test-mode data of the provider. E.g. true. */
  readonly livemode: boolean;
};

/** The customer must confirm a payment (3-D Secure) and no charge was refused with it; by itself no attempt. */
export type PaymentActionRequiredProperties = {
  /** The dunning episode that the event belongs to; the same id on every event, trait and task of it. Null: no episode of the subscription is open. E.g. "dun_4f1c2a7d9be0436a8c5e1d2f3a4b5c6d". */
  readonly dunning_episode_id: string | null;
  /** The billing system that made the statement. E.g. "stripe". */
  readonly provider: string;
  /** The billing customer at the provider; also the Segment groupId. E.g. "cus_QxT5m2". */
  readonly account_id: string;
  /** The subscription at the provider. Null: the invoice belongs to no subscription. E.g. "sub_1P0aB2". */
  readonly subscription_id: string | null;
  /** The invoice that the attempt was made on. E.g. "in_1P0aC3". */
  readonly invoice_id: string;
  /** Always null: the event is no attempt. */
  readonly attempt_key: null;
  /** The plan: plan_id in the metadata of subscription, price or product; else the policy's table of price and product ids; else the lookup key; else the price id. Null: no statement names a price. E.g. "pro_monthly". */
  readonly plan_id: string | null;
  /** What is to be confirmed. In major units of currency, by the currency's exponent. E.g. 49. */
  readonly amount: number;
  /** What is to be confirmed. In minor units of currency. E.g. 4900. */
  readonly amount_minor: number;
  /** ISO 4217, upper case. E.g. "USD". */
  readonly currency: string;
  /** When it happened, by the provider's clock; also the timestamp of the call. In ISO 8601, UTC, milliseconds. E.g. "2026-03-04T09:00:00.000Z". */
  readonly occurred_at: string;
  /** It happened more than one hour before it was received: not a reason to write to anybody now. E.g. false. */
  readonly is_late: boolean;
  /** False for test-mode data of the provider. E.g. true. */
  readonly livemode: boolean;
  /** Always true. E.g. true. */
  readonly customer_action_required: boolean;
  /** The provider's page on which the customer can pay the invoice. Null: the provider offers none. E.g. "https://invoice.stripe.com/i/acct_1/test_abc". */
  readonly hosted_invoice_url: string | null;
};

/** The card that will be charged comes within 30 days of the end of its last month, and no attempt failed in 90 days. Once per subscription, card and expiry; by the clock, not by a notice. */
export type PaymentMethodExpiringProperties = {
  /** Always null: no episode is open. */
  readonly dunning_episode_id: null;
  /** The billing system that made the statement. E.g. "stripe". */
  readonly provider: string;
  /** The billing customer at the provider; also the Segment groupId. E.g. "cus_QxT5m2". */
  readonly account_id: string;
  /** The subscription at the provider. E.g. "sub_1P0aB2". */
  readonly subscription_id: string;
  /** Always null: the event is about a subscription. */
  readonly invoice_id: null;
  /** Always null: the event is about a subscription. */
  readonly attempt_key: null;
  /** The plan: plan_id in the metadata of subscription, price or product; else the policy's table of price and product ids; else the lookup key; else the price id. Null: no statement names a price. E.g. "pro_monthly". */
  readonly plan_id: string | null;
  /** Always null: the event moves no money. */
  readonly amount: null;
  /** Always null: the event moves no money. */
  readonly amount_minor: null;
  /** Always null: the event moves no money. */
  readonly currency: null;
  /** When it happened, by the provider's clock; also the timestamp of the call. In ISO 8601, UTC, milliseconds. E.g. "2026-03-04T09:00:00.000Z". */
  readonly occurred_at: string;
  /** It happened more than one hour before it was received: not a reason to write to anybody now. E.g. false. */
  readonly is_late: boolean;
  /** False for test-mode data of the provider. E.g. true. */
  readonly livemode: boolean;
  /** Brand of the card that will be charged. Null: no card, or not stated. E.g. "visa". */
  readonly card_brand: string | null;
  /** Last four digits of the card that will be charged. Null: no card, or not stated. E.g. "4242". */
  readonly card_last4: string | null;
  /** Last day on which the card is valid: the last day of its month. In YYYY-MM-DD. Null: no card, or not stated. E.g. "2026-03-31". */
  readonly card_expiry_date: string | null;
  /** End of the last month in which the card is valid. In ISO 8601, UTC, milliseconds. E.g. "2026-06-01T00:00:00.000Z". */
  readonly card_expires_at: string;
};

/** A payment method changed, or another one took its place. Whether the next charge will use it is said by will_be_charged. */
export type PaymentMethodUpdatedProperties = {
  /** The dunning episode that the event belongs to; the same id on every event, trait and task of it. Null: no episode of a subscription that it pays is open. E.g. "dun_4f1c2a7d9be0436a8c5e1d2f3a4b5c6d". */
  readonly dunning_episode_id: string | null;
  /** The billing system that made the statement. E.g. "stripe". */
  readonly provider: string;
  /** The billing customer at the provider; also the Segment groupId. E.g. "cus_QxT5m2". */
  readonly account_id: string;
  /** The subscription that it pays; of several the first. Null: it pays no live subscription. E.g. "sub_1P0aB2". */
  readonly subscription_id: string | null;
  /** Always null: the event is about a subscription. */
  readonly invoice_id: null;
  /** Always null: the event is about a subscription. */
  readonly attempt_key: null;
  /** The plan: plan_id in the metadata of subscription, price or product; else the policy's table of price and product ids; else the lookup key; else the price id. Null: no statement names a price. E.g. "pro_monthly". */
  readonly plan_id: string | null;
  /** Always null: the event moves no money. */
  readonly amount: null;
  /** Always null: the event moves no money. */
  readonly amount_minor: null;
  /** Always null: the event moves no money. */
  readonly currency: null;
  /** When it happened, by the provider's clock; also the timestamp of the call. In ISO 8601, UTC, milliseconds. E.g. "2026-03-04T09:00:00.000Z". */
  readonly occurred_at: string;
  /** It happened more than one hour before it was received: not a reason to write to anybody now. E.g. false. */
  readonly is_late: boolean;
  /** False for test-mode data of the provider. E.g. true. */
  readonly livemode: boolean;
  /** The method at the provider. E.g. "pm_1P0aD4". */
  readonly payment_method_id: string;
  /** account_updater: the card network by itself. customer: through the provider's page or API. slot_changed: another stored method became the default. E.g. "account_updater". */
  readonly updated_via: 'account_updater' | 'customer' | 'slot_changed';
  /** Whose default the method is: of the subscription, of the customer, or of nobody. E.g. "customer". */
  readonly slot: 'subscription' | 'customer' | 'none';
  /** It is in a slot that the next charge of a subscription uses. False: the update will not help until it is made the default. E.g. true. */
  readonly will_be_charged: boolean;
  /** Brand of the new card. Null: no card, or not stated. E.g. "visa". */
  readonly card_brand: string | null;
  /** Last four digits of the new card. Null: no card, or not stated. E.g. "4242". */
  readonly card_last4: string | null;
  /** Last day on which the card is valid: the last day of its month. In YYYY-MM-DD. Null: no card, or not stated. E.g. "2026-03-31". */
  readonly card_expiry_date: string | null;
};

/** A subscription was paused, or its collection was. */
export type SubscriptionPausedProperties = {
  /** The dunning episode that the event belongs to; the same id on every event, trait and task of it. Null: the subscription has no open episode. E.g. "dun_4f1c2a7d9be0436a8c5e1d2f3a4b5c6d". */
  readonly dunning_episode_id: string | null;
  /** The billing system that made the statement. E.g. "stripe". */
  readonly provider: string;
  /** The billing customer at the provider; also the Segment groupId. E.g. "cus_QxT5m2". */
  readonly account_id: string;
  /** The subscription at the provider. E.g. "sub_1P0aB2". */
  readonly subscription_id: string;
  /** Always null: the event is about a subscription. */
  readonly invoice_id: null;
  /** Always null: the event is about a subscription. */
  readonly attempt_key: null;
  /** The plan: plan_id in the metadata of subscription, price or product; else the policy's table of price and product ids; else the lookup key; else the price id. Null: no statement names a price. E.g. "pro_monthly". */
  readonly plan_id: string | null;
  /** Always null: the event moves no money. */
  readonly amount: null;
  /** Always null: the event moves no money. */
  readonly amount_minor: null;
  /** Always null: the event moves no money. */
  readonly currency: null;
  /** When it happened, by the provider's clock; also the timestamp of the call. In ISO 8601, UTC, milliseconds. E.g. "2026-03-04T09:00:00.000Z". */
  readonly occurred_at: string;
  /** It happened more than one hour before it was received: not a reason to write to anybody now. E.g. false. */
  readonly is_late: boolean;
  /** False for test-mode data of the provider. E.g. true. */
  readonly livemode: boolean;
  /** Why: non_payment (the provider, after a failed payment), trial_ended (without a payment method), requested, collection (invoices are held while the service goes on), unknown. E.g. "requested". */
  readonly pause_type: 'non_payment' | 'trial_ended' | 'requested' | 'collection' | 'unknown';
  /** When it goes on by itself. In ISO 8601, UTC, milliseconds. Null: no date is set. E.g. "2026-06-01T00:00:00.000Z". */
  readonly resumes_at: string | null;
};

/** A paused subscription, or its paused collection, goes on. */
export type SubscriptionResumedProperties = {
  /** The dunning episode that the event belongs to; the same id on every event, trait and task of it. Null: the subscription has no open episode. E.g. "dun_4f1c2a7d9be0436a8c5e1d2f3a4b5c6d". */
  readonly dunning_episode_id: string | null;
  /** The billing system that made the statement. E.g. "stripe". */
  readonly provider: string;
  /** The billing customer at the provider; also the Segment groupId. E.g. "cus_QxT5m2". */
  readonly account_id: string;
  /** The subscription at the provider. E.g. "sub_1P0aB2". */
  readonly subscription_id: string;
  /** Always null: the event is about a subscription. */
  readonly invoice_id: null;
  /** Always null: the event is about a subscription. */
  readonly attempt_key: null;
  /** The plan: plan_id in the metadata of subscription, price or product; else the policy's table of price and product ids; else the lookup key; else the price id. Null: no statement names a price. E.g. "pro_monthly". */
  readonly plan_id: string | null;
  /** Always null: the event moves no money. */
  readonly amount: null;
  /** Always null: the event moves no money. */
  readonly amount_minor: null;
  /** Always null: the event moves no money. */
  readonly currency: null;
  /** When it happened, by the provider's clock; also the timestamp of the call. In ISO 8601, UTC, milliseconds. E.g. "2026-03-04T09:00:00.000Z". */
  readonly occurred_at: string;
  /** It happened more than one hour before it was received: not a reason to write to anybody now. E.g. false. */
  readonly is_late: boolean;
  /** False for test-mode data of the provider. E.g. true. */
  readonly livemode: boolean;
};

/** A charge was disputed, or the card network warned of fraud. One per dispute and per warning, when it is opened. The reason is never told. */
export type PaymentDisputedProperties = {
  /** The dunning episode that the event belongs to; the same id on every event, trait and task of it. Null: no episode of the invoice's subscription is open. E.g. "dun_4f1c2a7d9be0436a8c5e1d2f3a4b5c6d". */
  readonly dunning_episode_id: string | null;
  /** The billing system that made the statement. E.g. "stripe". */
  readonly provider: string;
  /** The billing customer at the provider; also the Segment groupId. E.g. "cus_QxT5m2". */
  readonly account_id: string;
  /** The subscription at the provider. Null: the invoice belongs to no subscription. E.g. "sub_1P0aB2". */
  readonly subscription_id: string | null;
  /** The invoice that was paid by the charge. Null: no statement links the charge to an invoice. E.g. "in_1P0aC3". */
  readonly invoice_id: string | null;
  /** Always null: the event is no attempt. */
  readonly attempt_key: null;
  /** The plan: plan_id in the metadata of subscription, price or product; else the policy's table of price and product ids; else the lookup key; else the price id. Null: no statement names a price. E.g. "pro_monthly". */
  readonly plan_id: string | null;
  /** What is disputed. In major units of currency, by the currency's exponent. Null: a warning states no amount. E.g. 49. */
  readonly amount: number | null;
  /** What is disputed. In minor units of currency. Null: a warning states no amount. E.g. 4900. */
  readonly amount_minor: number | null;
  /** ISO 4217, upper case. Null: a warning states no amount. E.g. "USD". */
  readonly currency: string | null;
  /** When it happened, by the provider's clock; also the timestamp of the call. In ISO 8601, UTC, milliseconds. E.g. "2026-03-04T09:00:00.000Z". */
  readonly occurred_at: string;
  /** It happened more than one hour before it was received: not a reason to write to anybody now. E.g. false. */
  readonly is_late: boolean;
  /** False for test-mode data of the provider. E.g. true. */
  readonly livemode: boolean;
  /** The dispute or warning at the provider. E.g. "dp_1P0aE5". */
  readonly dispute_id: string;
  /** dispute: the bank asks for the money back. early_fraud_warning: it may. E.g. "dispute". */
  readonly dispute_type: 'dispute' | 'early_fraud_warning';
};

/** Money was given back. One per refund, when it succeeded. */
export type PaymentRefundedProperties = {
  /** The dunning episode that the event belongs to; the same id on every event, trait and task of it. Null: the invoice belongs to no episode. E.g. "dun_4f1c2a7d9be0436a8c5e1d2f3a4b5c6d". */
  readonly dunning_episode_id: string | null;
  /** The billing system that made the statement. E.g. "stripe". */
  readonly provider: string;
  /** The billing customer at the provider; also the Segment groupId. E.g. "cus_QxT5m2". */
  readonly account_id: string;
  /** The subscription at the provider. Null: the invoice belongs to no subscription. E.g. "sub_1P0aB2". */
  readonly subscription_id: string | null;
  /** The invoice that was paid by the charge. Null: no statement links the charge to an invoice. E.g. "in_1P0aC3". */
  readonly invoice_id: string | null;
  /** Always null: the event is no attempt. */
  readonly attempt_key: null;
  /** The plan: plan_id in the metadata of subscription, price or product; else the policy's table of price and product ids; else the lookup key; else the price id. Null: no statement names a price. E.g. "pro_monthly". */
  readonly plan_id: string | null;
  /** What was given back. In major units of currency, by the currency's exponent. E.g. 49. */
  readonly amount: number;
  /** What was given back. In minor units of currency. E.g. 4900. */
  readonly amount_minor: number;
  /** ISO 4217, upper case. E.g. "USD". */
  readonly currency: string;
  /** When it happened, by the provider's clock; also the timestamp of the call. In ISO 8601, UTC, milliseconds. E.g. "2026-03-04T09:00:00.000Z". */
  readonly occurred_at: string;
  /** It happened more than one hour before it was received: not a reason to write to anybody now. E.g. false. */
  readonly is_late: boolean;
  /** False for test-mode data of the provider. E.g. true. */
  readonly livemode: boolean;
  /** The refund at the provider. E.g. "re_1P0aF6". */
  readonly refund_id: string;
  /** The whole charge is given back. Null: the provider does not say. E.g. true. */
  readonly full: boolean | null;
};

/** Every track event by name. */
export interface EventProperties {
  readonly payment_failed: PaymentFailedProperties;
  readonly payment_retried: PaymentRetriedProperties;
  readonly payment_recovered: PaymentRecoveredProperties;
  readonly dunning_exhausted: DunningExhaustedProperties;
  readonly subscription_canceled: SubscriptionCanceledProperties;
  readonly subscription_past_due: SubscriptionPastDueProperties;
  readonly payment_action_required: PaymentActionRequiredProperties;
  readonly payment_method_expiring: PaymentMethodExpiringProperties;
  readonly payment_method_updated: PaymentMethodUpdatedProperties;
  readonly subscription_paused: SubscriptionPausedProperties;
  readonly subscription_resumed: SubscriptionResumedProperties;
  readonly payment_disputed: PaymentDisputedProperties;
  readonly payment_refunded: PaymentRefundedProperties;
}
export type EventName = keyof EventProperties;

/** One track call's name and properties, as a union discriminated by `event`. */
export type TrackEvent = {
  readonly [E in EventName]: { readonly event: E; readonly properties: EventProperties[E] };
}[EventName];

/** The events that tell of a move into an audience or out of it; shaped by its key, so apart from the others. */
export type AudienceEventName = 'Audience Entered' | 'Audience Exited';

/** A person became a member of an audience. Named and shaped like the calls of Segment's own audiences. Beside these, the property that `audience_key` names is true. */
export type AudienceEnteredProperties = {
  /** The audience. One more property is named by this key and is true. E.g. "dunning_retrying". */
  readonly audience_key: string;
  /** The instant that moved the person: of the newest statement, or the boundary that time crossed. In ISO 8601, UTC, milliseconds. E.g. "2026-03-04T09:00:00.000Z". */
  readonly effective_at: string;
  /** The audience was defined anew and that alone moved the person: nothing happened to them. E.g. false. */
  readonly definition_changed: boolean;
  /** The dunning episode that the move belongs to; the same id on every event, trait and task of it. Null: no episode is open or has just ended. E.g. "dun_4f1c2a7d9be0436a8c5e1d2f3a4b5c6d". */
  readonly dunning_episode_id: string | null;
  readonly [audienceKey: string]: string | boolean | null;
};

/** A person is a member of an audience no more. Named and shaped like the calls of Segment's own audiences. Beside these, the property that `audience_key` names is false. */
export type AudienceExitedProperties = {
  /** The audience. One more property is named by this key and is false. E.g. "dunning_retrying". */
  readonly audience_key: string;
  /** The instant that moved the person: of the newest statement, or the boundary that time crossed. In ISO 8601, UTC, milliseconds. E.g. "2026-03-04T09:00:00.000Z". */
  readonly effective_at: string;
  /** The audience was defined anew and that alone moved the person: nothing happened to them. E.g. false. */
  readonly definition_changed: boolean;
  /** The dunning episode that the move belongs to; the same id on every event, trait and task of it. Null: no episode is open or has just ended. E.g. "dun_4f1c2a7d9be0436a8c5e1d2f3a4b5c6d". */
  readonly dunning_episode_id: string | null;
  readonly [audienceKey: string]: string | boolean | null;
};

/** Every property of a membership event but the one that the audience's key names. */
export const AUDIENCE_EVENT_PROPERTIES: readonly string[] = ['audience_key', 'effective_at', 'definition_changed', 'dunning_episode_id'];

/** Traits of a person who ever failed a payment or whose card came near its end. Recoup always sends all of them. */
export type UserTraits = {
  /** Where the person stands, in one word. E.g. "active". */
  readonly dunning_status: 'none' | 'pre_dunning' | 'active' | 'held' | 'exhausted' | 'recovered' | 'lost';
  /** Where the person stands, exactly; the first of the list that holds. E.g. "retrying". */
  readonly dunning_stage: 'exhausted' | 'persistent' | 'retrying' | 'first_failure' | 'recovered' | 'lost' | 'card_expiring' | 'healthy';
  /** An episode is open and nothing suppresses its messages. E.g. true. */
  readonly in_dunning: boolean;
  /** No dunning message may go out now, although there is a reason for one: a voluntary cancellation is requested, or it is held. E.g. false. */
  readonly dunning_suppressed: boolean;
  /** The lead episode. Null: no episode is open. E.g. "dun_4f1c2a7d9be0436a8c5e1d2f3a4b5c6d". */
  readonly dunning_episode_id: string | null;
  /** Executed attempts on the worst open invoice of the lead episode. In attempts. Null: no episode is open. E.g. 2. */
  readonly dunning_attempt_number: number | null;
  /** What is still owed on the failed invoices of the lead episode. In major units of dunning_currency, by the currency's exponent. Null: no episode is open. E.g. 49. */
  readonly dunning_amount_due: number | null;
  /** ISO 4217, upper case. Null: no episode is open. E.g. "USD". */
  readonly dunning_currency: string | null;
  /** What the customer may be told about the newest failure of the lead episode. Null: no episode is open. E.g. "insufficient_funds". */
  readonly dunning_failure_class: 'insufficient_funds' | 'try_again' | 'update_card' | 'confirm_payment' | 'contact_bank' | 'no_payment_method' | 'other' | null;
  /** When the provider will try again. In ISO 8601, UTC, milliseconds. Null: next_retry_status is not scheduled. E.g. "2026-03-07T09:00:00.000Z". */
  readonly next_retry_date: string | null;
  /** As on payment_failed, now. Null: no episode is open. E.g. "scheduled". */
  readonly next_retry_status: 'scheduled' | 'blocked' | 'none' | 'unknown' | null;
  /** First failed attempt of the lead episode. In ISO 8601, UTC, milliseconds. Null: no episode is open. E.g. "2026-03-01T09:00:00.000Z". */
  readonly first_failed_at: string | null;
  /** Until when access should go on although the retries ran out or the subscription was lost; nothing is taken away by itself. In ISO 8601, UTC, milliseconds. Null: the retries have not run out, the debt is paid, or there is no grace. E.g. "2026-03-19T09:00:00.000Z". */
  readonly grace_ends_at: string | null;
  /** What your product should grant: full while the retries have not run out, grace until grace_ends_at, restricted from then on until the debt is paid. E.g. "full". */
  readonly access_level: 'full' | 'grace' | 'restricted';
  /** When the newest recovered episode was paid. In ISO 8601, UTC, milliseconds. Null: nothing was ever recovered. E.g. "2026-03-04T09:00:00.000Z". */
  readonly last_recovered_at: string | null;
  /** Failed attempts in the last 90 days. In attempts. E.g. 2. */
  readonly total_failed_payments_90d: number;
  /** Failed attempts ever seen. In attempts. E.g. 5. */
  readonly lifetime_failed_payments: number;
  /** Recovered episodes ever seen. In episodes. E.g. 1. */
  readonly lifetime_recovered_payments: number;
  /** The plan of the lead episode's subscription, else of the newest live one. Null: no statement names a price. E.g. "pro_monthly". */
  readonly plan_id: string | null;
  /** The plan is among the policy's high-value plans; false while no plan is known. E.g. true. */
  readonly high_value_plan: boolean;
  /** End of the last month in which the card that will be charged is valid. In ISO 8601, UTC, milliseconds. Null: the stage is not card_expiring. E.g. "2026-06-01T00:00:00.000Z". */
  readonly card_expires_at: string | null;
  /** Where the customer can pay or change the card: the policy's template, else the provider's invoice page. Null: no episode is open and no card expires, or neither is known. E.g. "https://app.example.com/billing?account=cus_QxT5m2". */
  readonly update_payment_url: string | null;
  /** Why no dunning message may go out, although there is a reason for one. dispute stands for a fraud warning, too; opted_out for a customer who is never to be dunned, owned_elsewhere for one whom another recovery tool writes to, held for one whom somebody holds back; paused for a subscription or its collection that was paused at somebody's wish; refund for money given back on an invoice that is still owed; brake for whom Recoup's own brakes hold back because too much happened at once. Null: dunning_suppressed is false. E.g. "voluntary_cancel". */
  readonly suppression_reason: 'dispute' | 'opted_out' | 'owned_elsewhere' | 'held' | 'voluntary_cancel' | 'paused' | 'refund' | 'brake' | null;
  /** A card was added or changed, and the next charge will not use it: it has to be made the default. E.g. false. */
  readonly card_updated_wrong_slot: boolean;
  /** The email address of the billing account. Null: no statement names one. E.g. "ada@example.com". */
  readonly email: string | null;
  /** Monthly recurring revenue of the live subscriptions. In major units of mrr_currency, by the currency's exponent. Null: no live subscription states its prices, or they are in several currencies. E.g. 49. */
  readonly mrr: number | null;
  /** Annual recurring revenue: twelve times mrr before it is rounded. In major units of mrr_currency, by the currency's exponent. Null: no live subscription states its prices, or they are in several currencies. E.g. 49. */
  readonly arr: number | null;
  /** ISO 4217, upper case. Null: mrr is null. E.g. "USD". */
  readonly mrr_currency: string | null;
};

/** Traits of a billing account. */
export type AccountTraits = {
  /** The billing system of the account. E.g. "stripe". */
  readonly provider: string;
  /** False for a test-mode account. E.g. true. */
  readonly livemode: boolean;
  /** As on the user. Null: no statement names a price. E.g. "pro_monthly". */
  readonly plan_id: string | null;
  /** Where the account stands, in one word. E.g. "active". */
  readonly dunning_status: 'none' | 'pre_dunning' | 'active' | 'held' | 'exhausted' | 'recovered' | 'lost';
  /** An episode of the account is open and nothing suppresses its messages. E.g. true. */
  readonly in_dunning: boolean;
  /** Monthly recurring revenue of the live subscriptions. In major units of mrr_currency, by the currency's exponent. Null: no live subscription states its prices, or they are in several currencies. E.g. 49. */
  readonly mrr: number | null;
  /** Annual recurring revenue: twelve times mrr before it is rounded. In major units of mrr_currency, by the currency's exponent. Null: no live subscription states its prices, or they are in several currencies. E.g. 49. */
  readonly arr: number | null;
  /** ISO 4217, upper case. Null: mrr is null. E.g. "USD". */
  readonly mrr_currency: string | null;
};

/**
 * When a user trait is worth an identify call: `on_change` by itself, `with_others` only when one goes out anyway
 * (values that drift with the day).
 */
export const USER_TRAITS: Readonly<Record<keyof UserTraits, 'on_change' | 'with_others'>> = {
  dunning_status: 'on_change',
  dunning_stage: 'on_change',
  in_dunning: 'on_change',
  dunning_suppressed: 'on_change',
  dunning_episode_id: 'on_change',
  dunning_attempt_number: 'on_change',
  dunning_amount_due: 'on_change',
  dunning_currency: 'on_change',
  dunning_failure_class: 'on_change',
  next_retry_date: 'on_change',
  next_retry_status: 'on_change',
  first_failed_at: 'on_change',
  grace_ends_at: 'on_change',
  access_level: 'on_change',
  last_recovered_at: 'on_change',
  total_failed_payments_90d: 'on_change',
  lifetime_failed_payments: 'on_change',
  lifetime_recovered_payments: 'on_change',
  plan_id: 'on_change',
  high_value_plan: 'on_change',
  card_expires_at: 'on_change',
  update_payment_url: 'on_change',
  suppression_reason: 'on_change',
  card_updated_wrong_slot: 'on_change',
  email: 'with_others',
  mrr: 'with_others',
  arr: 'with_others',
  mrr_currency: 'with_others',
};

/** The user traits that are instants: these have an age. */
export type InstantTraitName = 'next_retry_date' | 'first_failed_at' | 'grace_ends_at' | 'last_recovered_at' | 'card_expires_at';

/** The properties of each event that are instants. */
export interface InstantPropertyNames {
  readonly payment_failed: 'occurred_at' | 'next_retry_date' | 'first_failed_at';
  readonly payment_retried: 'occurred_at' | 'attempted_at';
  readonly payment_recovered: 'occurred_at' | 'first_failed_at';
  readonly dunning_exhausted: 'occurred_at' | 'first_failed_at';
  readonly subscription_canceled: 'occurred_at';
  readonly subscription_past_due: 'occurred_at';
  readonly payment_action_required: 'occurred_at';
  readonly payment_method_expiring: 'occurred_at' | 'card_expires_at';
  readonly payment_method_updated: 'occurred_at';
  readonly subscription_paused: 'occurred_at' | 'resumes_at';
  readonly subscription_resumed: 'occurred_at';
  readonly payment_disputed: 'occurred_at';
  readonly payment_refunded: 'occurred_at';
}

/** One property beside the planned ones, named by the audience's key and telling the move. */
const namesItsAudience =
  (member: boolean) =>
  (properties: Readonly<Record<string, unknown>>, context: z.RefinementCtx): void => {
    const key = String(properties.audience_key);
    const more = Object.keys(properties).filter((name) => !AUDIENCE_EVENT_PROPERTIES.includes(name));
    if (more.length === 1 && more[0] === key && properties[key] === member) return;
    context.addIssue({ code: 'custom', path: ['audience_key'], message: `expected to name the one other property, ${member}` });
  };

type Shaped = z.ZodObject<Readonly<Record<string, z.ZodType>>>;

const EVENT_SCHEMAS: Readonly<Record<EventName, Shaped>> = {
  payment_failed: z.strictObject({
    dunning_episode_id: z.string().nullable(),
    provider: z.string(),
    account_id: z.string(),
    subscription_id: z.string().nullable(),
    invoice_id: z.string(),
    attempt_key: z.string(),
    plan_id: z.string().nullable(),
    amount: z.number().min(0),
    amount_minor: z.int().min(0),
    currency: z.string().regex(/^[A-Z]{3}$/),
    occurred_at: z.iso.datetime(),
    is_late: z.boolean(),
    livemode: z.boolean(),
    failure_code: z.string().nullable(),
    failure_category: z.enum(['insufficient_funds', 'limit_exceeded', 'issuer_declined', 'processing_error', 'authentication_required', 'expired_card', 'invalid_card_data', 'invalid_account', 'lost_or_stolen', 'fraud_suspected', 'card_not_supported', 'authorization_revoked', 'blocked_by_provider', 'currency_or_amount', 'merchant_config', 'duplicate', 'test_mode', 'payment_method_missing', 'other', 'unknown', 'undisclosed']),
    failure_class: z.enum(['insufficient_funds', 'try_again', 'update_card', 'confirm_payment', 'contact_bank', 'no_payment_method', 'other']),
    decline_type: z.enum(['soft', 'hard', 'action', 'unknown']),
    retryable: z.boolean().nullable(),
    customer_action_required: z.boolean(),
    attempt_number: z.int().min(1),
    scheduled_attempt_count: z.int().min(0),
    next_retry_date: z.iso.datetime().nullable(),
    next_retry_status: z.enum(['scheduled', 'blocked', 'none', 'unknown']),
    is_final_attempt: z.boolean().nullable(),
    card_brand: z.string().nullable(),
    card_last4: z.string().regex(/^[0-9]{4}$/).nullable(),
    card_expiry_date: z.iso.date().nullable(),
    hosted_invoice_url: z.string().nullable(),
    first_failed_at: z.iso.datetime(),
  }),
  payment_retried: z.strictObject({
    dunning_episode_id: z.string().nullable(),
    provider: z.string(),
    account_id: z.string(),
    subscription_id: z.string().nullable(),
    invoice_id: z.string(),
    attempt_key: z.string(),
    plan_id: z.string().nullable(),
    amount: z.number().min(0),
    amount_minor: z.int().min(0),
    currency: z.string().regex(/^[A-Z]{3}$/),
    occurred_at: z.iso.datetime(),
    is_late: z.boolean(),
    livemode: z.boolean(),
    attempt_number: z.int().min(1),
    retry_count: z.int().min(0),
    attempted_at: z.iso.datetime(),
    outcome: z.enum(['failed', 'succeeded']),
  }),
  payment_recovered: z.strictObject({
    dunning_episode_id: z.string(),
    provider: z.string(),
    account_id: z.string(),
    subscription_id: z.string(),
    invoice_id: z.string(),
    attempt_key: z.string().nullable(),
    plan_id: z.string().nullable(),
    amount: z.number().min(0),
    amount_minor: z.int().min(0),
    currency: z.string().regex(/^[A-Z]{3}$/),
    occurred_at: z.iso.datetime(),
    is_late: z.boolean(),
    livemode: z.boolean(),
    recovered_via: z.enum(['automatic_retry', 'card_updated', 'account_updater', 'customer_paid', 'out_of_band', 'operator', 'unknown']),
    attempts: z.int().min(1),
    days_to_recovery: z.number().min(0),
    first_failed_at: z.iso.datetime(),
    late: z.boolean(),
  }),
  dunning_exhausted: z.strictObject({
    dunning_episode_id: z.string(),
    provider: z.string(),
    account_id: z.string(),
    subscription_id: z.string(),
    invoice_id: z.string(),
    attempt_key: z.string(),
    plan_id: z.string().nullable(),
    amount: z.number().min(0),
    amount_minor: z.int().min(0),
    currency: z.string().regex(/^[A-Z]{3}$/),
    occurred_at: z.iso.datetime(),
    is_late: z.boolean(),
    livemode: z.boolean(),
    attempts: z.int().min(1),
    first_failed_at: z.iso.datetime(),
    failure_class: z.enum(['insufficient_funds', 'try_again', 'update_card', 'confirm_payment', 'contact_bank', 'no_payment_method', 'other']),
  }),
  subscription_canceled: z.strictObject({
    dunning_episode_id: z.string().nullable(),
    provider: z.string(),
    account_id: z.string(),
    subscription_id: z.string(),
    invoice_id: z.null(),
    attempt_key: z.null(),
    plan_id: z.string().nullable(),
    amount: z.null(),
    amount_minor: z.null(),
    currency: z.null(),
    occurred_at: z.iso.datetime(),
    is_late: z.boolean(),
    livemode: z.boolean(),
    churn_type: z.enum(['voluntary', 'involuntary', 'unknown']),
    cancellation_reason: z.string().nullable(),
  }),
  subscription_past_due: z.strictObject({
    dunning_episode_id: z.string().nullable(),
    provider: z.string(),
    account_id: z.string(),
    subscription_id: z.string(),
    invoice_id: z.null(),
    attempt_key: z.null(),
    plan_id: z.string().nullable(),
    amount: z.null(),
    amount_minor: z.null(),
    currency: z.null(),
    occurred_at: z.iso.datetime(),
    is_late: z.boolean(),
    livemode: z.boolean(),
  }),
  payment_action_required: z.strictObject({
    dunning_episode_id: z.string().nullable(),
    provider: z.string(),
    account_id: z.string(),
    subscription_id: z.string().nullable(),
    invoice_id: z.string(),
    attempt_key: z.null(),
    plan_id: z.string().nullable(),
    amount: z.number().min(0),
    amount_minor: z.int().min(0),
    currency: z.string().regex(/^[A-Z]{3}$/),
    occurred_at: z.iso.datetime(),
    is_late: z.boolean(),
    livemode: z.boolean(),
    customer_action_required: z.boolean(),
    hosted_invoice_url: z.string().nullable(),
  }),
  payment_method_expiring: z.strictObject({
    dunning_episode_id: z.null(),
    provider: z.string(),
    account_id: z.string(),
    subscription_id: z.string(),
    invoice_id: z.null(),
    attempt_key: z.null(),
    plan_id: z.string().nullable(),
    amount: z.null(),
    amount_minor: z.null(),
    currency: z.null(),
    occurred_at: z.iso.datetime(),
    is_late: z.boolean(),
    livemode: z.boolean(),
    card_brand: z.string().nullable(),
    card_last4: z.string().regex(/^[0-9]{4}$/).nullable(),
    card_expiry_date: z.iso.date().nullable(),
    card_expires_at: z.iso.datetime(),
  }),
  payment_method_updated: z.strictObject({
    dunning_episode_id: z.string().nullable(),
    provider: z.string(),
    account_id: z.string(),
    subscription_id: z.string().nullable(),
    invoice_id: z.null(),
    attempt_key: z.null(),
    plan_id: z.string().nullable(),
    amount: z.null(),
    amount_minor: z.null(),
    currency: z.null(),
    occurred_at: z.iso.datetime(),
    is_late: z.boolean(),
    livemode: z.boolean(),
    payment_method_id: z.string(),
    updated_via: z.enum(['account_updater', 'customer', 'slot_changed']),
    slot: z.enum(['subscription', 'customer', 'none']),
    will_be_charged: z.boolean(),
    card_brand: z.string().nullable(),
    card_last4: z.string().regex(/^[0-9]{4}$/).nullable(),
    card_expiry_date: z.iso.date().nullable(),
  }),
  subscription_paused: z.strictObject({
    dunning_episode_id: z.string().nullable(),
    provider: z.string(),
    account_id: z.string(),
    subscription_id: z.string(),
    invoice_id: z.null(),
    attempt_key: z.null(),
    plan_id: z.string().nullable(),
    amount: z.null(),
    amount_minor: z.null(),
    currency: z.null(),
    occurred_at: z.iso.datetime(),
    is_late: z.boolean(),
    livemode: z.boolean(),
    pause_type: z.enum(['non_payment', 'trial_ended', 'requested', 'collection', 'unknown']),
    resumes_at: z.iso.datetime().nullable(),
  }),
  subscription_resumed: z.strictObject({
    dunning_episode_id: z.string().nullable(),
    provider: z.string(),
    account_id: z.string(),
    subscription_id: z.string(),
    invoice_id: z.null(),
    attempt_key: z.null(),
    plan_id: z.string().nullable(),
    amount: z.null(),
    amount_minor: z.null(),
    currency: z.null(),
    occurred_at: z.iso.datetime(),
    is_late: z.boolean(),
    livemode: z.boolean(),
  }),
  payment_disputed: z.strictObject({
    dunning_episode_id: z.string().nullable(),
    provider: z.string(),
    account_id: z.string(),
    subscription_id: z.string().nullable(),
    invoice_id: z.string().nullable(),
    attempt_key: z.null(),
    plan_id: z.string().nullable(),
    amount: z.number().min(0).nullable(),
    amount_minor: z.int().min(0).nullable(),
    currency: z.string().regex(/^[A-Z]{3}$/).nullable(),
    occurred_at: z.iso.datetime(),
    is_late: z.boolean(),
    livemode: z.boolean(),
    dispute_id: z.string(),
    dispute_type: z.enum(['dispute', 'early_fraud_warning']),
  }),
  payment_refunded: z.strictObject({
    dunning_episode_id: z.string().nullable(),
    provider: z.string(),
    account_id: z.string(),
    subscription_id: z.string().nullable(),
    invoice_id: z.string().nullable(),
    attempt_key: z.null(),
    plan_id: z.string().nullable(),
    amount: z.number().min(0),
    amount_minor: z.int().min(0),
    currency: z.string().regex(/^[A-Z]{3}$/),
    occurred_at: z.iso.datetime(),
    is_late: z.boolean(),
    livemode: z.boolean(),
    refund_id: z.string(),
    full: z.boolean().nullable(),
  }),
};

const AUDIENCE_EVENT_SCHEMAS: Readonly<Record<AudienceEventName, z.ZodType>> = {
  'Audience Entered': z
    .object({
      audience_key: z.string().regex(/^[a-z][a-z0-9]*(_[a-z0-9]+)*$/),
      effective_at: z.iso.datetime(),
      definition_changed: z.boolean(),
      dunning_episode_id: z.string().nullable(),
    })
    .catchall(z.boolean())
    .superRefine(namesItsAudience(true)),
  'Audience Exited': z
    .object({
      audience_key: z.string().regex(/^[a-z][a-z0-9]*(_[a-z0-9]+)*$/),
      effective_at: z.iso.datetime(),
      definition_changed: z.boolean(),
      dunning_episode_id: z.string().nullable(),
    })
    .catchall(z.boolean())
    .superRefine(namesItsAudience(false)),
};

const USER_SCHEMA: Shaped = z.strictObject({
  dunning_status: z.enum(['none', 'pre_dunning', 'active', 'held', 'exhausted', 'recovered', 'lost']),
  dunning_stage: z.enum(['exhausted', 'persistent', 'retrying', 'first_failure', 'recovered', 'lost', 'card_expiring', 'healthy']),
  in_dunning: z.boolean(),
  dunning_suppressed: z.boolean(),
  dunning_episode_id: z.string().nullable(),
  dunning_attempt_number: z.int().min(1).nullable(),
  dunning_amount_due: z.number().min(0).nullable(),
  dunning_currency: z.string().regex(/^[A-Z]{3}$/).nullable(),
  dunning_failure_class: z.enum(['insufficient_funds', 'try_again', 'update_card', 'confirm_payment', 'contact_bank', 'no_payment_method', 'other']).nullable(),
  next_retry_date: z.iso.datetime().nullable(),
  next_retry_status: z.enum(['scheduled', 'blocked', 'none', 'unknown']).nullable(),
  first_failed_at: z.iso.datetime().nullable(),
  grace_ends_at: z.iso.datetime().nullable(),
  access_level: z.enum(['full', 'grace', 'restricted']),
  last_recovered_at: z.iso.datetime().nullable(),
  total_failed_payments_90d: z.int().min(0),
  lifetime_failed_payments: z.int().min(0),
  lifetime_recovered_payments: z.int().min(0),
  plan_id: z.string().nullable(),
  high_value_plan: z.boolean(),
  card_expires_at: z.iso.datetime().nullable(),
  update_payment_url: z.string().nullable(),
  suppression_reason: z.enum(['dispute', 'opted_out', 'owned_elsewhere', 'held', 'voluntary_cancel', 'paused', 'refund', 'brake']).nullable(),
  card_updated_wrong_slot: z.boolean(),
  email: z.string().nullable(),
  mrr: z.number().nullable(),
  arr: z.number().nullable(),
  mrr_currency: z.string().regex(/^[A-Z]{3}$/).nullable(),
});

const ACCOUNT_SCHEMA: z.ZodType = z.strictObject({
  provider: z.string(),
  livemode: z.boolean(),
  plan_id: z.string().nullable(),
  dunning_status: z.enum(['none', 'pre_dunning', 'active', 'held', 'exhausted', 'recovered', 'lost']),
  in_dunning: z.boolean(),
  mrr: z.number().nullable(),
  arr: z.number().nullable(),
  mrr_currency: z.string().regex(/^[A-Z]{3}$/).nullable(),
});

/** Does a call keep the plan. A problem names the property and what was expected, never the value. */
export type PlanCheck = { readonly ok: true } | { readonly ok: false; readonly problems: readonly string[] };

const check = (schema: z.ZodType, where: string, value: unknown): PlanCheck => {
  const result = schema.safeParse(value);
  if (result.success) return { ok: true };
  const problems = result.error.issues.map(({ path, message }) => `${[where, ...path].join('.')}: ${message}`);
  return { ok: false, problems };
};

/** Checks the properties of a track call; an event that is not in the plan is a problem too. */
export const parseEvent = (event: string, properties: unknown): PlanCheck =>
  isEventName(event)
    ? check(EVENT_SCHEMAS[event], event, properties)
    : { ok: false, problems: [`${event}: not an event of the tracking plan`] };

const isEventName = (event: string): event is EventName => Object.hasOwn(EVENT_SCHEMAS, event);

/** What each property of an event may hold, null at times included; null for an event that is not in the plan. */
export const eventValues = (event: string): Shaped['shape'] | null =>
  isEventName(event) ? EVENT_SCHEMAS[event].shape : null;

/** What each user trait may hold, null at times included. */
export const USER_TRAIT_VALUES: Shaped['shape'] = USER_SCHEMA.shape;

/** Checks the properties of an audience event, the one that the audience's key names included. */
export const parseAudienceEvent = (event: string, properties: unknown): PlanCheck =>
  isAudienceEventName(event)
    ? check(AUDIENCE_EVENT_SCHEMAS[event], event, properties)
    : { ok: false, problems: [`${event}: not an audience event of the tracking plan`] };

const isAudienceEventName = (event: string): event is AudienceEventName =>
  Object.hasOwn(AUDIENCE_EVENT_SCHEMAS, event);

const MEMBERSHIP_SCHEMA: z.ZodType = z
  .record(z.string().regex(/^[a-z][a-z0-9]*(_[a-z0-9]+)*$/), z.boolean())
  .refine((traits) => Object.keys(traits).length === 1, 'expected exactly one audience');

/** Checks the traits of the identify that tells a membership: one audience's key, true or false. */
export const parseMembershipTraits = (traits: unknown): PlanCheck => check(MEMBERSHIP_SCHEMA, 'identify', traits);

/** Checks the traits of an identify call: all of them, and no others. */
export const parseUserTraits = (traits: unknown): PlanCheck => check(USER_SCHEMA, 'identify', traits);

/** Checks the traits of a group call: all of them, and no others. */
export const parseAccountTraits = (traits: unknown): PlanCheck => check(ACCOUNT_SCHEMA, 'group', traits);
