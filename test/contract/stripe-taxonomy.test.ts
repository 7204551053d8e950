import { describe, expect, test } from 'vitest';
import { CATEGORY_MEANING, FAILURE_CATEGORIES, type RawDecline } from '../../src/domain/decline.ts';
import { stripeTaxonomy } from '../../src/providers/stripe/taxonomy.ts';
import { CODE_TABLES, refusalWith } from '../stripe-codes.ts';

const { declineCode: DECLINE_CODES, blockedReason: BLOCKED_REASONS } = CODE_TABLES;
const classify = (raw: Partial<RawDecline>) => stripeTaxonomy.classify(refusalWith(raw));

/** As docs.stripe.com/declines/codes lists them in 2026: the codes for cards, then those for other methods. */
const DOCUMENTED = `
  approve_with_id authentication_not_handled authentication_required call_issuer card_already_activated
  card_not_supported card_velocity_exceeded currency_not_supported do_not_honor do_not_try_again
  duplicate_transaction expired_card fraudulent generic_decline incorrect_address incorrect_cvc incorrect_number
  incorrect_pin incorrect_zip insufficient_funds invalid_account invalid_amount invalid_cvc invalid_expiry_month
  invalid_expiry_year invalid_number invalid_pin issuer_not_available lost_card merchant_blacklist
  mobile_device_authentication_required new_account_information_available no_action_taken not_permitted
  offline_pin_required online_or_offline_pin_required pickup_card pin_try_exceeded processing_error
  reenter_transaction restricted_card revocation_of_all_authorizations revocation_of_authorization
  security_violation service_not_allowed stolen_card stop_payment_order testmode_decline transaction_not_allowed
  try_again_later withdrawal_count_limit_exceeded

  compliance_violation expired_payment_information invalid_authorization invalid_billing_agreement
  invalid_business_account invalid_customer_account invalid_payment_information invalid_track_data
  lost_or_stolen_card partner_action_not_supported partner_generic_decline partner_high_risk_customer
  partner_payment_not_found payment_disputed payment_limit_exceeded recurring_not_supported_by_bank
`
  .trim()
  .split(/\s+/);

describe('the tables of codes', () => {
  test.each(Object.entries(CODE_TABLES))('list each %s once, with a source', (_name, rows) => {
    const codes = rows.map(({ code }) => code);
    expect(codes.filter((code, index) => codes.indexOf(code) !== index)).toEqual([]);
    expect(rows.filter(({ source }) => source.trim() === '')).toEqual([]);
  });

  test('list every decline code that Stripe documents', () => {
    const known = new Set(DECLINE_CODES.map(({ code }) => code));
    expect(DOCUMENTED.filter((code) => !known.has(code))).toEqual([]);
  });
});

test('no reason at all is unknown, not guessed', () => {
  expect(classify({})).toEqual({
    failureCode: null,
    category: 'unknown',
    type: 'unknown',
    retryable: null,
    customerActionRequired: false,
    disclosable: true,
    failureClass: 'other',
    blocksRetries: false,
  });
});

test.each([
  [{ declineCode: 'insufficient_funds' }, 'insufficient_funds', 'soft', 'insufficient_funds'],
  [{ declineCode: 'withdrawal_count_limit_exceeded' }, 'limit_exceeded', 'soft', 'try_again'],
  [{ declineCode: 'do_not_honor' }, 'issuer_declined', 'soft', 'contact_bank'],
  [{ declineCode: 'issuer_not_available' }, 'processing_error', 'soft', 'try_again'],
  [{ declineCode: 'authentication_required' }, 'authentication_required', 'action', 'confirm_payment'],
  [{ errorCode: 'payment_intent_authentication_failure' }, 'authentication_required', 'action', 'confirm_payment'],
  [{ errorCode: 'expired_card' }, 'expired_card', 'hard', 'update_card'],
  [{ errorCode: 'incorrect_cvc' }, 'invalid_card_data', 'hard', 'update_card'],
  [{ errorCode: 'account_closed' }, 'invalid_account', 'hard', 'update_card'],
  [{ errorCode: 'debit_not_authorized' }, 'authorization_revoked', 'hard', 'update_card'],
  [{ errorCode: 'card_declined', declineCode: 'stolen_card' }, 'lost_or_stolen', 'hard', 'update_card'],
  [{ declineCode: 'duplicate_transaction' }, 'duplicate', 'hard', 'other'],
  [{ declineCode: 'testmode_decline' }, 'test_mode', 'hard', 'other'],
  [{ errorCode: 'card_declined' }, 'issuer_declined', 'soft', 'contact_bank'],
  [{ declineCode: 'invented_code' }, 'other', 'unknown', 'other'],
] as const)('%j is %s, %s, and a customer is told %s', (raw, category, type, failureClass) => {
  expect(classify(raw)).toMatchObject({ category, type, failureClass });
});

describe('what may not be told', () => {
  const SILENT = ['lost_or_stolen', 'fraud_suspected', 'blocked_by_provider'];

  test('is exactly lost or stolen, fraud suspected and blocked by the provider', () => {
    const silent = FAILURE_CATEGORIES.filter((category) => !CATEGORY_MEANING[category].disclosable);
    expect(silent.toSorted()).toEqual(SILENT.toSorted());
  });

  test('cannot be read from the class, which ordinary reasons share', () => {
    const ordinary = FAILURE_CATEGORIES.filter((category) => CATEGORY_MEANING[category].disclosable);
    const classes = new Set(ordinary.map((category) => CATEGORY_MEANING[category].failureClass));
    for (const category of SILENT) {
      expect(classes).toContain(CATEGORY_MEANING[category as 'lost_or_stolen'].failureClass);
    }
    expect(new Set(SILENT.map((category) => CATEGORY_MEANING[category as 'lost_or_stolen'].failureClass)).size).toBe(1);
  });

  test.each([null, 'try_again_later', 'do_not_try_again', 'confirm_card_data'])(
    'is one class whatever the advice: %s',
    (adviceCode) => {
      for (const { code, category } of DECLINE_CODES) {
        if (!SILENT.includes(category)) continue;
        const { disclosable, failureClass } = classify({ declineCode: code, adviceCode });
        expect({ code, disclosable, failureClass }).toEqual({ code, disclosable: false, failureClass: 'update_card' });
      }
    },
  );

  test('covers a generic decline that the network explains as a stolen card', () => {
    expect(classify({ declineCode: 'generic_decline', networkDeclineCode: '43' })).toMatchObject({
      category: 'lost_or_stolen',
      disclosable: false,
    });
  });
});

describe('precedence', () => {
  test("a block's reason outranks the generic decline that the card shows", () => {
    const raw = { errorCode: 'card_declined', declineCode: 'generic_decline', blockedReason: 'highest_risk_level' };
    expect(classify(raw)).toMatchObject({ category: 'blocked_by_provider', disclosable: false, blocksRetries: true });
  });

  test('a block for a reason that is not listed is still a block', () => {
    expect(classify({ blockedReason: 'invented_rule' })).toMatchObject({ category: 'blocked_by_provider' });
  });

  test('the decline code outranks the error code, and both outrank the network code', () => {
    const raw = { declineCode: 'insufficient_funds', errorCode: 'expired_card', networkDeclineCode: '54' };
    expect(classify(raw).category).toBe('insufficient_funds');
    expect(classify({ errorCode: 'expired_card', networkDeclineCode: '51' }).category).toBe('expired_card');
  });

  test('the network code is believed where the others only say "declined"', () => {
    const raw = { errorCode: 'card_declined', declineCode: 'generic_decline', networkDeclineCode: '51' };
    expect(classify(raw)).toMatchObject({ category: 'insufficient_funds', failureCode: 'generic_decline' });
    expect(classify({ networkDeclineCode: '54' }).category).toBe('expired_card');
  });

  test('an unlisted decline code gives way to the error code beside it', () => {
    expect(classify({ declineCode: 'invented', errorCode: 'expired_card' }).category).toBe('expired_card');
  });

  test.each([
    ['try_again_later', 'expired_card', { category: 'expired_card', type: 'soft', retryable: true }],
    ['do_not_try_again', 'insufficient_funds', { category: 'insufficient_funds', type: 'hard', retryable: false }],
    [
      'do_not_try_again',
      'processing_error',
      { type: 'hard', failureClass: 'update_card', customerActionRequired: true },
    ],
    [
      'do_not_try_again',
      'authentication_required',
      { type: 'action', retryable: false, failureClass: 'confirm_payment' },
    ],
    [
      'confirm_card_data',
      'generic_decline',
      { category: 'issuer_declined', type: 'hard', failureClass: 'update_card' },
    ],
    [
      'do_not_try_again',
      'duplicate_transaction',
      { type: 'hard', customerActionRequired: false, failureClass: 'other' },
    ],
    ['invented_advice', 'insufficient_funds', { type: 'soft', retryable: true }],
  ])(
    "Stripe's advice %s decides whether %s can be retried, and leaves the category",
    (adviceCode, declineCode, meaning) => {
      expect(classify({ adviceCode, declineCode })).toMatchObject(meaning);
    },
  );

  test('advice to wait spares the customer, but not where Stripe will not retry whatever the advice', () => {
    const wait = { adviceCode: 'try_again_later' };
    expect(classify({ ...wait, declineCode: 'expired_card' }).customerActionRequired).toBe(false);
    expect(classify({ ...wait, declineCode: 'stolen_card' }).customerActionRequired).toBe(true);
  });

  test("Stripe's advice outranks the network's, and the network's outranks the code", () => {
    const stop = { declineCode: 'insufficient_funds', networkAdviceCode: '03' };
    expect(classify(stop)).toMatchObject({ type: 'hard', retryable: false });
    expect(classify({ ...stop, adviceCode: 'try_again_later' })).toMatchObject({ type: 'soft', retryable: true });
  });

  test('network advice that names a reason explains a generic decline, and only a generic one', () => {
    const raw = { declineCode: 'generic_decline', networkAdviceCode: '21' };
    expect(classify(raw)).toMatchObject({ category: 'authorization_revoked', type: 'hard', retryable: false });
    expect(classify({ ...raw, declineCode: 'insufficient_funds' }).category).toBe('insufficient_funds');
  });

  test('network advice that is information only changes nothing', () => {
    expect(classify({ declineCode: 'insufficient_funds', networkAdviceCode: '43' })).toEqual(
      classify({ declineCode: 'insufficient_funds' }),
    );
  });
});

test('retries are blocked exactly for the codes that Stripe says it never retries', () => {
  const blocking = DECLINE_CODES.filter(({ code }) => classify({ declineCode: code }).blocksRetries);
  expect(blocking.map(({ code }) => code).toSorted()).toEqual([
    'authentication_required',
    'incorrect_number',
    'lost_card',
    'pickup_card',
    'revocation_of_all_authorizations',
    'revocation_of_authorization',
    'stolen_card',
  ]);
  const blocks = BLOCKED_REASONS.filter(({ code }) => classify({ blockedReason: code }).blocksRetries);
  expect(blocks.map(({ code }) => code)).toEqual(['highest_risk_level']);
});

test('a code that only comes as error code blocks retries too', () => {
  expect(
    classify({ errorCode: 'authentication_required', declineCode: 'authentication_not_handled' }).blocksRetries,
  ).toBe(true);
});
