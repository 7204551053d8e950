import type { DeclineTaxonomy } from './decline.ts';
import type { Policy } from './policy.ts';

/** Everything besides facts and time that a decision depends on. */
export interface Rules {
  /** Prefix of every id that leaves. */
  readonly namespace: string;
  readonly policy: Policy;
  /** By provider name. */
  readonly taxonomies: Readonly<Record<string, DeclineTaxonomy>>;
  /** SHA-256 over policy, taxonomies, tracking plan and code version: stored with every commit. */
  readonly hash: string;
}
