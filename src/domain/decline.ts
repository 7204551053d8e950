/**
 * Why a charge was refused, in provider-neutral words. Three questions decide what happens next: can a retry of the
 * same method work, must the customer act, and may the reason be told to the customer.
 */
export const FAILURE_CATEGORIES = [
  'insufficient_funds',
  'limit_exceeded',
  'issuer_declined',
  'processing_error',
  'authentication_required',
  'expired_card',
  'invalid_card_data',
  'invalid_account',
  'lost_or_stolen',
  'fraud_suspected',
  'card_not_supported',
  'authorization_revoked',
  'blocked_by_provider',
  'currency_or_amount',
  'merchant_config',
  'duplicate',
  'test_mode',
  'payment_method_missing',
  'other',
  'unknown',
] as const;
export type FailureCategory = (typeof FAILURE_CATEGORIES)[number];

/** `soft`: a retry may work. `hard`: it will not. `action`: the customer must confirm. `unknown`: no reason is known. */
export type DeclineType = 'soft' | 'hard' | 'action' | 'unknown';

/** What a customer may be told: never the raw reason of a lost, stolen or fraudulent card. */
export const FAILURE_CLASSES = [
  'insufficient_funds',
  'try_again',
  'update_card',
  'confirm_payment',
  'contact_bank',
  'no_payment_method',
  'other',
] as const;
export type FailureClass = (typeof FAILURE_CLASSES)[number];

/** A refusal as the provider stated it: kept raw, classified when it is read. All null: no reason was given. */
export interface RawDecline {
  /** Decline code, e.g. `insufficient_funds`; the provider's most specific word. */
  readonly declineCode: string | null;
  /** Generic error code, e.g. `card_declined`. */
  readonly errorCode: string | null;
  /** The provider's own advice, e.g. `try_again_later`, `do_not_try_again`, `confirm_card_data`. */
  readonly adviceCode: string | null;
  /** The network's advice, e.g. Mastercard's `03`. */
  readonly networkAdviceCode: string | null;
  /** The network's own decline code, e.g. ISO 8583 `51`. */
  readonly networkDeclineCode: string | null;
  /** Why the provider itself blocked the charge, e.g. `highest_risk_level`. */
  readonly blockedReason: string | null;
}

/** A refusal, understood. */
export interface Decline {
  /** Decline code, else error code, else null. Raw: see `disclosable` before it leaves. */
  readonly failureCode: string | null;
  readonly category: FailureCategory;
  readonly type: DeclineType;
  /** Can a retry of the same method succeed; null when unknown. */
  readonly retryable: boolean | null;
  readonly customerActionRequired: boolean;
  /** May the reason leave; false for lost or stolen, fraud suspected, blocked by provider. */
  readonly disclosable: boolean;
  readonly failureClass: FailureClass;
  /** True where the provider documents that it will not execute a scheduled retry without a new payment method. */
  readonly blocksRetries: boolean;
}

/** A provider's table, as a function: raw codes to meaning. Pure; `version` is part of the ruleset's hash. */
export interface DeclineTaxonomy {
  readonly version: string;
  readonly classify: (raw: RawDecline) => Decline;
}

/** What follows from a category when no advice says otherwise. */
export interface CategoryMeaning {
  readonly type: DeclineType;
  readonly retryable: boolean | null;
  readonly customerActionRequired: boolean;
  readonly disclosable: boolean;
  readonly failureClass: FailureClass;
}

const soft = (failureClass: FailureClass): CategoryMeaning => ({
  type: 'soft',
  retryable: true,
  customerActionRequired: false,
  disclosable: true,
  failureClass,
});
/** Only the customer can mend it. */
const hard = (failureClass: FailureClass): CategoryMeaning => ({
  type: 'hard',
  retryable: false,
  customerActionRequired: true,
  disclosable: true,
  failureClass,
});
/** Providers ask that these reasons are never told; the class is the one of an expired card, so it reveals nothing. */
const undisclosed: CategoryMeaning = { ...hard('update_card'), disclosable: false };
/** The merchant has to mend it: neither a retry nor the customer can. */
const merchantSide: CategoryMeaning = { ...hard('other'), customerActionRequired: false };
const unclear: CategoryMeaning = { ...soft('other'), type: 'unknown', retryable: null };

/** The three questions, answered per category. The one place to read or change them; providers only name categories. */
export const CATEGORY_MEANING: Readonly<Record<FailureCategory, CategoryMeaning>> = {
  insufficient_funds: soft('insufficient_funds'),
  limit_exceeded: soft('try_again'),
  issuer_declined: soft('contact_bank'),
  processing_error: soft('try_again'),
  authentication_required: { ...hard('confirm_payment'), type: 'action' },
  expired_card: hard('update_card'),
  invalid_card_data: hard('update_card'),
  invalid_account: hard('update_card'),
  lost_or_stolen: undisclosed,
  fraud_suspected: undisclosed,
  card_not_supported: hard('update_card'),
  authorization_revoked: hard('update_card'),
  blocked_by_provider: undisclosed,
  currency_or_amount: merchantSide,
  merchant_config: merchantSide,
  duplicate: merchantSide,
  test_mode: merchantSide,
  payment_method_missing: hard('no_payment_method'),
  other: unclear,
  unknown: unclear,
};
