import { hash } from 'node:crypto';

/** Live or test: part of every key, so that a rehearsal can never touch a real person. */
export type Mode = 'live' | 'test';

/** Who a fact is about at the provider: the billing account, e.g. Stripe's `cus_…` in merchant `acct_…`. */
export interface CustomerKey {
  /** Provider name as in `/webhooks/:provider`, e.g. `stripe`. */
  readonly provider: string;
  /** The provider's own account (Stripe's `event.account`); the empty string for the platform itself. */
  readonly merchant: string;
  readonly mode: Mode;
  /** The customer's id at the provider. */
  readonly customer: string;
}

/**
 * A short, stable, collision-safe digest of an ordered list of parts.
 * @returns 32 hex characters (128 bits of SHA-256); parts are length-delimited, so `['a','bc']` differs from `['ab','c']`.
 */
export const digest = (...parts: readonly (string | number)[]): string =>
  hash('sha256', JSON.stringify(parts), 'hex').slice(0, 32);
