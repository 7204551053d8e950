import type { RawDecline } from '../src/domain/decline.ts';
import {
  ADVICE_CODES,
  BLOCKED_REASONS,
  DECLINE_CODES,
  ERROR_CODES,
  NETWORK_ADVICE_CODES,
  NETWORK_DECLINE_CODES,
} from '../src/providers/stripe/decline-codes.ts';

/** Every table of Stripe's codes, under the field of a refusal that it fills. */
export const CODE_TABLES = {
  declineCode: DECLINE_CODES,
  errorCode: ERROR_CODES,
  adviceCode: ADVICE_CODES,
  networkAdviceCode: NETWORK_ADVICE_CODES,
  networkDeclineCode: NETWORK_DECLINE_CODES,
  blockedReason: BLOCKED_REASONS,
} as const satisfies Readonly<Record<keyof RawDecline, unknown>>;

/** The codes that a field of a refusal may have. */
export const codesOf = (field: keyof RawDecline): readonly string[] => CODE_TABLES[field].map(({ code }) => code);

/** All of them, a code of two tables twice. */
export const ALL_CODES: readonly string[] = Object.values(CODE_TABLES).flatMap((rows) => rows.map(({ code }) => code));

/** A refusal, with `codes` and no others. */
export const refusalWith = (codes: Partial<RawDecline>): RawDecline => ({
  declineCode: null,
  errorCode: null,
  adviceCode: null,
  networkAdviceCode: null,
  networkDeclineCode: null,
  blockedReason: null,
  ...codes,
});
