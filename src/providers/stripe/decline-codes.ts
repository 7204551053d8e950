import type { FailureCategory } from '../../domain/decline.ts';

/** To be changed when the rules of `taxonomy.ts` change; the rows below are hashed into the version beside it. */
export const DECLINE_CODES_VERSION = 'stripe-declines-2026-11-21';

/** Where a code's class comes from. */
export const OFFICIAL = 'official never-auto-retried list (docs.stripe.com smart-retries)';
const DOCS = 'docs.stripe.com/declines/codes';
const RADAR = 'docs.stripe.com/declines, blocked payments';
const ISO = 'ISO 8583 response code, as card networks document it';
const JUDGED = 'own judgement';

export interface CodeRow {
  readonly code: string;
  readonly category: FailureCategory;
  /** The page that states what the code means, or that its class is our own judgement. */
  readonly source: string;
  /** It only says "declined": a more specific word of another field is believed instead. */
  readonly generic?: true;
}

/** Every decline code that Stripe documents, for cards and for other methods. */
export const DECLINE_CODES: readonly CodeRow[] = [
  { code: 'insufficient_funds', category: 'insufficient_funds', source: DOCS },
  { code: 'card_velocity_exceeded', category: 'limit_exceeded', source: DOCS },
  { code: 'withdrawal_count_limit_exceeded', category: 'limit_exceeded', source: DOCS },
  { code: 'payment_limit_exceeded', category: 'limit_exceeded', source: JUDGED },
  { code: 'generic_decline', category: 'issuer_declined', source: DOCS, generic: true },
  { code: 'do_not_honor', category: 'issuer_declined', source: DOCS },
  { code: 'call_issuer', category: 'issuer_declined', source: DOCS },
  { code: 'no_action_taken', category: 'issuer_declined', source: DOCS },
  { code: 'approve_with_id', category: 'issuer_declined', source: JUDGED },
  { code: 'service_not_allowed', category: 'issuer_declined', source: JUDGED },
  { code: 'transaction_not_allowed', category: 'issuer_declined', source: JUDGED },
  { code: 'security_violation', category: 'issuer_declined', source: JUDGED },
  { code: 'not_permitted', category: 'issuer_declined', source: JUDGED },
  { code: 'partner_generic_decline', category: 'issuer_declined', source: JUDGED, generic: true },
  { code: 'processing_error', category: 'processing_error', source: DOCS },
  { code: 'issuer_not_available', category: 'processing_error', source: DOCS },
  { code: 'reenter_transaction', category: 'processing_error', source: DOCS },
  { code: 'try_again_later', category: 'processing_error', source: JUDGED },
  { code: 'partner_processing_error', category: 'processing_error', source: JUDGED },
  { code: 'authentication_required', category: 'authentication_required', source: OFFICIAL },
  { code: 'authentication_not_handled', category: 'authentication_required', source: DOCS },
  { code: 'mobile_device_authentication_required', category: 'authentication_required', source: DOCS },
  { code: 'offline_pin_required', category: 'authentication_required', source: DOCS },
  { code: 'online_or_offline_pin_required', category: 'authentication_required', source: DOCS },
  { code: 'incorrect_pin', category: 'authentication_required', source: JUDGED },
  { code: 'invalid_pin', category: 'authentication_required', source: JUDGED },
  { code: 'pin_try_exceeded', category: 'authentication_required', source: JUDGED },
  { code: 'expired_card', category: 'expired_card', source: DOCS },
  { code: 'partner_expired_card', category: 'expired_card', source: JUDGED },
  { code: 'expired_payment_information', category: 'expired_card', source: JUDGED },
  { code: 'incorrect_number', category: 'invalid_card_data', source: OFFICIAL },
  { code: 'invalid_number', category: 'invalid_card_data', source: DOCS },
  { code: 'incorrect_cvc', category: 'invalid_card_data', source: DOCS },
  { code: 'invalid_cvc', category: 'invalid_card_data', source: DOCS },
  { code: 'invalid_expiry_month', category: 'invalid_card_data', source: DOCS },
  { code: 'invalid_expiry_year', category: 'invalid_card_data', source: DOCS },
  { code: 'incorrect_zip', category: 'invalid_card_data', source: DOCS },
  { code: 'incorrect_address', category: 'invalid_card_data', source: DOCS },
  { code: 'invalid_payment_information', category: 'invalid_card_data', source: JUDGED },
  { code: 'invalid_track_data', category: 'invalid_card_data', source: JUDGED },
  { code: 'invalid_account', category: 'invalid_account', source: DOCS },
  { code: 'new_account_information_available', category: 'invalid_account', source: DOCS },
  { code: 'invalid_customer_account', category: 'invalid_account', source: JUDGED },
  { code: 'invalid_billing_agreement', category: 'invalid_account', source: JUDGED },
  { code: 'lost_card', category: 'lost_or_stolen', source: OFFICIAL },
  { code: 'stolen_card', category: 'lost_or_stolen', source: OFFICIAL },
  { code: 'pickup_card', category: 'lost_or_stolen', source: OFFICIAL },
  { code: 'restricted_card', category: 'lost_or_stolen', source: DOCS },
  { code: 'lost_or_stolen_card', category: 'lost_or_stolen', source: DOCS },
  { code: 'fraudulent', category: 'fraud_suspected', source: DOCS },
  { code: 'partner_high_risk_customer', category: 'fraud_suspected', source: JUDGED },
  { code: 'compliance_violation', category: 'fraud_suspected', source: JUDGED },
  { code: 'merchant_blacklist', category: 'blocked_by_provider', source: DOCS },
  { code: 'do_not_try_again', category: 'blocked_by_provider', source: JUDGED },
  { code: 'previously_declined_do_not_retry', category: 'blocked_by_provider', source: JUDGED },
  { code: 'card_not_supported', category: 'card_not_supported', source: DOCS },
  { code: 'recurring_not_supported_by_bank', category: 'card_not_supported', source: JUDGED },
  { code: 'partner_action_not_supported', category: 'card_not_supported', source: JUDGED },
  { code: 'revocation_of_authorization', category: 'authorization_revoked', source: OFFICIAL },
  { code: 'revocation_of_all_authorizations', category: 'authorization_revoked', source: OFFICIAL },
  { code: 'stop_payment_order', category: 'authorization_revoked', source: DOCS },
  { code: 'invalid_authorization', category: 'authorization_revoked', source: JUDGED },
  { code: 'payment_disputed', category: 'authorization_revoked', source: JUDGED },
  { code: 'currency_not_supported', category: 'currency_or_amount', source: DOCS },
  { code: 'invalid_amount', category: 'currency_or_amount', source: DOCS },
  { code: 'invalid_business_account', category: 'merchant_config', source: JUDGED },
  { code: 'duplicate_transaction', category: 'duplicate', source: DOCS },
  { code: 'partner_payment_not_found', category: 'duplicate', source: JUDGED },
  { code: 'card_already_activated', category: 'other', source: JUDGED },
  { code: 'testmode_decline', category: 'test_mode', source: DOCS },
  { code: 'live_mode_test_card', category: 'test_mode', source: JUDGED },
];

/** Why Stripe itself did not let a charge through (`outcome.reason` of a blocked charge). */
export const BLOCKED_REASONS: readonly CodeRow[] = [
  { code: 'highest_risk_level', category: 'blocked_by_provider', source: OFFICIAL },
  { code: 'rule', category: 'blocked_by_provider', source: RADAR },
  { code: 'blocklist', category: 'blocked_by_provider', source: RADAR },
  { code: 'low_probability_of_authorization', category: 'blocked_by_provider', source: RADAR },
  { code: 'previously_declined_do_not_retry', category: 'blocked_by_provider', source: RADAR },
  { code: 'requested_block_on_incorrect_cvc', category: 'blocked_by_provider', source: JUDGED },
  { code: 'requested_block_on_incorrect_zip', category: 'blocked_by_provider', source: JUDGED },
  { code: 'blocked', category: 'blocked_by_provider', source: JUDGED },
];

/** Error codes that come without a decline code, or beside a generic one. */
export const ERROR_CODES: readonly CodeRow[] = [
  { code: 'card_declined', category: 'issuer_declined', source: JUDGED, generic: true },
  { code: 'payment_method_provider_decline', category: 'issuer_declined', source: JUDGED, generic: true },
  { code: 'bank_account_declined', category: 'issuer_declined', source: JUDGED },
  { code: 'refer_to_customer', category: 'issuer_declined', source: JUDGED },
  { code: 'card_decline_rate_limit_exceeded', category: 'limit_exceeded', source: JUDGED },
  { code: 'charge_exceeds_source_limit', category: 'limit_exceeded', source: JUDGED },
  { code: 'charge_exceeds_transaction_limit', category: 'limit_exceeded', source: JUDGED },
  { code: 'payment_method_provider_timeout', category: 'processing_error', source: JUDGED },
  { code: 'payment_method_not_available', category: 'processing_error', source: JUDGED },
  { code: 'lock_timeout', category: 'processing_error', source: JUDGED },
  { code: 'rate_limit', category: 'processing_error', source: JUDGED },
  { code: 'payment_intent_authentication_failure', category: 'authentication_required', source: JUDGED },
  { code: 'payment_intent_action_required', category: 'authentication_required', source: JUDGED },
  { code: 'invoice_payment_intent_requires_action', category: 'authentication_required', source: JUDGED },
  { code: 'payment_method_customer_decline', category: 'authentication_required', source: JUDGED },
  { code: 'expired_payment_method', category: 'expired_card', source: JUDGED },
  { code: 'incorrect_postal_code', category: 'invalid_card_data', source: JUDGED },
  { code: 'account_number_invalid', category: 'invalid_card_data', source: JUDGED },
  { code: 'routing_number_invalid', category: 'invalid_card_data', source: JUDGED },
  { code: 'account_information_mismatch', category: 'invalid_card_data', source: JUDGED },
  { code: 'account_closed', category: 'invalid_account', source: JUDGED },
  { code: 'no_account', category: 'invalid_account', source: JUDGED },
  { code: 'bank_account_restricted', category: 'invalid_account', source: JUDGED },
  { code: 'bank_account_unusable', category: 'invalid_account', source: JUDGED },
  { code: 'payment_method_bank_account_blocked', category: 'invalid_account', source: JUDGED },
  { code: 'debit_not_authorized', category: 'authorization_revoked', source: JUDGED },
  { code: 'payment_intent_mandate_invalid', category: 'authorization_revoked', source: JUDGED },
  { code: 'billing_invalid_mandate', category: 'authorization_revoked', source: JUDGED },
  { code: 'india_recurring_payment_mandate_canceled', category: 'authorization_revoked', source: JUDGED },
  { code: 'invalid_card_type', category: 'card_not_supported', source: JUDGED },
  { code: 'payment_method_restricted', category: 'card_not_supported', source: JUDGED },
  { code: 'payment_method_unsupported_type', category: 'card_not_supported', source: JUDGED },
  { code: 'sepa_unsupported_account', category: 'card_not_supported', source: JUDGED },
  { code: 'amount_too_large', category: 'currency_or_amount', source: JUDGED },
  { code: 'amount_too_small', category: 'currency_or_amount', source: JUDGED },
  { code: 'invalid_charge_amount', category: 'currency_or_amount', source: JUDGED },
  { code: 'payment_method_currency_mismatch', category: 'currency_or_amount', source: JUDGED },
  { code: 'account_invalid', category: 'merchant_config', source: JUDGED },
  { code: 'capability_not_active', category: 'merchant_config', source: JUDGED },
  { code: 'livemode_mismatch', category: 'test_mode', source: JUDGED },
  { code: 'payment_method_invalid_parameter_testmode', category: 'test_mode', source: JUDGED },
];

/** The network's own codes, believed only where Stripe's are missing or generic. */
export const NETWORK_DECLINE_CODES: readonly CodeRow[] = [
  { code: '51', category: 'insufficient_funds', source: ISO },
  { code: '61', category: 'limit_exceeded', source: ISO },
  { code: '65', category: 'limit_exceeded', source: ISO },
  { code: '05', category: 'issuer_declined', source: ISO },
  { code: '01', category: 'issuer_declined', source: ISO },
  { code: '91', category: 'processing_error', source: ISO },
  { code: '96', category: 'processing_error', source: ISO },
  { code: '19', category: 'processing_error', source: ISO },
  { code: '54', category: 'expired_card', source: ISO },
  { code: '14', category: 'invalid_card_data', source: ISO },
  { code: '15', category: 'invalid_card_data', source: ISO },
  { code: 'N7', category: 'invalid_card_data', source: JUDGED },
  { code: '82', category: 'invalid_card_data', source: JUDGED },
  { code: '46', category: 'invalid_account', source: JUDGED },
  { code: '41', category: 'lost_or_stolen', source: ISO },
  { code: '43', category: 'lost_or_stolen', source: ISO },
  { code: '04', category: 'lost_or_stolen', source: ISO },
  { code: '07', category: 'lost_or_stolen', source: ISO },
  { code: '59', category: 'fraud_suspected', source: ISO },
  { code: '63', category: 'fraud_suspected', source: ISO },
  { code: '57', category: 'card_not_supported', source: JUDGED },
  { code: '62', category: 'card_not_supported', source: JUDGED },
  { code: '1A', category: 'authentication_required', source: JUDGED },
  { code: 'R0', category: 'authorization_revoked', source: JUDGED },
  { code: 'R1', category: 'authorization_revoked', source: JUDGED },
  { code: 'R3', category: 'authorization_revoked', source: JUDGED },
];

export interface AdviceRow {
  readonly code: string;
  /** `retry`: the same method may work later. `stop`: it will not. `update`: not before its details are updated. */
  readonly advice: 'retry' | 'stop' | 'update';
  /** What the advice says about the reason, believed where the codes are missing or generic. */
  readonly category?: FailureCategory;
  readonly source: string;
}

const ADVICE_ENUM = 'stripe-node Charges.Outcome.AdviceCode';
const MASTERCARD = 'Mastercard merchant advice code';

/** Stripe's own advice. */
export const ADVICE_CODES: readonly AdviceRow[] = [
  { code: 'try_again_later', advice: 'retry', source: ADVICE_ENUM },
  { code: 'do_not_try_again', advice: 'stop', source: ADVICE_ENUM },
  { code: 'confirm_card_data', advice: 'update', source: ADVICE_ENUM },
];

/** The network's advice. `43`, a multi-use virtual card, is information only and therefore not here. */
export const NETWORK_ADVICE_CODES: readonly AdviceRow[] = [
  { code: '01', advice: 'update', source: MASTERCARD },
  { code: '02', advice: 'retry', source: MASTERCARD },
  { code: '03', advice: 'stop', source: MASTERCARD },
  { code: '04', advice: 'update', source: MASTERCARD },
  { code: '21', advice: 'stop', category: 'authorization_revoked', source: MASTERCARD },
  { code: '22', advice: 'stop', category: 'merchant_config', source: MASTERCARD },
  { code: '24', advice: 'retry', source: MASTERCARD },
  { code: '25', advice: 'retry', source: MASTERCARD },
  { code: '26', advice: 'retry', source: MASTERCARD },
  { code: '27', advice: 'retry', source: MASTERCARD },
  { code: '28', advice: 'retry', source: MASTERCARD },
  { code: '29', advice: 'retry', source: MASTERCARD },
  { code: '30', advice: 'retry', source: MASTERCARD },
  { code: '40', advice: 'stop', source: MASTERCARD },
  { code: '41', advice: 'stop', source: MASTERCARD },
  { code: '42', advice: 'stop', source: MASTERCARD },
  { code: '99', advice: 'stop', source: JUDGED },
];
