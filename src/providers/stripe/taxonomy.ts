import {
  CATEGORY_MEANING,
  type CategoryMeaning,
  type Decline,
  type DeclineTaxonomy,
  type FailureCategory,
  type RawDecline,
} from '../../domain/decline.ts';
import { digest } from '../../domain/ids.ts';
import {
  ADVICE_CODES,
  type AdviceRow,
  BLOCKED_REASONS,
  type CodeRow,
  DECLINE_CODES,
  DECLINE_CODES_VERSION,
  ERROR_CODES,
  NETWORK_ADVICE_CODES,
  NETWORK_DECLINE_CODES,
  OFFICIAL,
} from './decline-codes.ts';

const byCode = <Row extends { readonly code: string }>(rows: readonly Row[]): ReadonlyMap<string, Row> =>
  new Map(rows.map((row) => [row.code, row]));

const declineCodes = byCode(DECLINE_CODES);
const blockedReasons = byCode(BLOCKED_REASONS);
const errorCodes = byCode(ERROR_CODES);
const networkDeclineCodes = byCode(NETWORK_DECLINE_CODES);
const adviceCodes = byCode(ADVICE_CODES);
const networkAdviceCodes = byCode(NETWORK_ADVICE_CODES);

/** Stripe will not execute a scheduled retry after one of these until there is a new payment method. */
const NEVER_RETRIED: ReadonlySet<string> = new Set(
  [...DECLINE_CODES, ...BLOCKED_REASONS].filter(({ source }) => source === OFFICIAL).map(({ code }) => code),
);

/**
 * Stripe's raw codes, understood. The category is the first that is known and says more than "declined" of: the
 * reason of a block, the decline code, the error code, the network's advice, the network's decline code. Whether a
 * retry can work is told first by Stripe's advice, then by the network's, then by the category.
 */
const classify = (raw: RawDecline): Decline => {
  const category = categoryOf(raw);
  const blocksRetries = [raw.blockedReason, raw.declineCode, raw.errorCode].some(
    (code) => code !== null && NEVER_RETRIED.has(code),
  );
  return {
    failureCode: raw.declineCode ?? raw.errorCode,
    category,
    ...advised(CATEGORY_MEANING[category], adviceOf(raw), blocksRetries),
    blocksRetries,
  };
};

/** Every table that `classify` reads. */
const TABLES = [
  CATEGORY_MEANING,
  DECLINE_CODES,
  BLOCKED_REASONS,
  ERROR_CODES,
  NETWORK_DECLINE_CODES,
  ADVICE_CODES,
  NETWORK_ADVICE_CODES,
];

/** Stripe's decline taxonomy: `decline-codes.ts` as a function. A changed row changes the version by itself. */
export const stripeTaxonomy: DeclineTaxonomy = {
  version: `${DECLINE_CODES_VERSION}-${digest(JSON.stringify(TABLES)).slice(0, 8)}`,
  classify,
};

const categoryOf = (raw: RawDecline): FailureCategory => {
  if (raw.blockedReason !== null) return blockedReasons.get(raw.blockedReason)?.category ?? 'blocked_by_provider';
  const found = knownWords(raw);
  const best = found.find(({ generic }) => generic !== true) ?? found[0];
  if (best !== undefined) return best.category;
  return Object.values(raw).every((code) => code === null) ? 'unknown' : 'other';
};

/** The rows of what was said, by rank. */
const knownWords = (raw: RawDecline): readonly Pick<CodeRow, 'category' | 'generic'>[] => {
  const error = raw.errorCode ?? '';
  const networkAdvice = networkAdviceCodes.get(raw.networkAdviceCode ?? '')?.category;
  return [
    declineCodes.get(raw.declineCode ?? ''),
    // Some decline codes come as error codes too, e.g. `expired_card`.
    errorCodes.get(error) ?? declineCodes.get(error),
    networkAdvice === undefined ? undefined : { category: networkAdvice },
    networkDeclineCodes.get(raw.networkDeclineCode ?? ''),
  ].filter((row) => row !== undefined);
};

const adviceOf = (raw: RawDecline): AdviceRow['advice'] | null =>
  (adviceCodes.get(raw.adviceCode ?? '') ?? networkAdviceCodes.get(raw.networkAdviceCode ?? ''))?.advice ?? null;

/** What advice changes of a category's meaning; never what may be disclosed. */
const advised = (
  meaning: CategoryMeaning,
  advice: AdviceRow['advice'] | null,
  blocksRetries: boolean,
): CategoryMeaning => {
  if (advice === null) return meaning;
  if (advice === 'retry') {
    // If Stripe will not run the retry, the advice to wait does not spare the customer.
    const customerActionRequired = blocksRetries && meaning.customerActionRequired;
    return { ...meaning, type: 'soft', retryable: true, customerActionRequired };
  }
  // Confirming is more precise than "do not try again" and says the same about a retry; nor can the customer mend
  // what is the merchant's to mend.
  const isPrecise = meaning.type === 'action' || (meaning.type === 'hard' && !meaning.customerActionRequired);
  if (isPrecise) return meaning;
  const staysClass = advice === 'stop' && !VAGUE_CLASSES.has(meaning.failureClass);
  const failureClass = staysClass ? meaning.failureClass : 'update_card';
  return { ...meaning, type: 'hard', retryable: false, customerActionRequired: true, failureClass };
};

/** Classes that would tell a customer to wait for what cannot happen. */
const VAGUE_CLASSES: ReadonlySet<string> = new Set(['try_again', 'other']);
