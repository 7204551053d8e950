import type { Attributes } from '../../destination-kit/record.ts';
import type { Instant } from '../../domain/instant.ts';
import type { ToolRowKey } from '../tools/tool-ports.ts';

/** What reading back needs of the store. It is about live tools alone: a recorder holds nothing. */

/** A settled row whose subject is to be read back. */
export interface HeldRow extends ToolRowKey {
  readonly id: number;
  /** Number of the commit that wants `desired`. */
  readonly version: number;
  readonly desired: Attributes;
  /** Null: it is part of the sample. */
  readonly verifyAt: Instant | null;
  /** Another row wants something of the same subject, and was decided later. */
  readonly isOvertaken: boolean;
}

/** What was seen of a row. */
export type Verdict =
  /** The tool holds what it should, or nothing at all of the subject. */
  | { readonly seen: 'same' }
  /** It holds these attributes otherwise. Never empty. */
  | { readonly seen: 'drift'; readonly names: readonly string[] }
  /** It does not tell, or what it tells is not this row's to judge. */
  | { readonly seen: 'nothing' };

export interface Look {
  readonly row: HeldRow;
  readonly verdict: Verdict;
}

/** What a look came to. */
export interface LookEnd {
  /** `passed_over`: the row changed while the tool was asked, so the answer says nothing about it. */
  readonly end: 'verified' | 'drifted' | 'passed_over';
  /** How often in a row this state had to be asserted again, this time included. */
  readonly drifts: number;
}

/** Of one tool, for metrics and alerts. */
export interface VerifyCounts {
  readonly tool: string;
  /** Looks that found what should be there, and that did not, since the store was made. */
  readonly verified: number;
  readonly drifted: number;
  /** Rows that another writer keeps changing. */
  readonly fought: number;
  /** When the oldest suppression was acknowledged that is to be read back and was not yet; null when none. */
  readonly oldestUnverifiedAt: Instant | null;
}

export interface VerifyStore {
  /**
   * Settled rows of the live tool whose look is due, the longest due first; none that is not urgent while its decision, or
   * that of the owner of an account that it is a contact of, fails with something unread.
   */
  readonly nextToVerify: (tool: string, now: Instant, limit: number) => Promise<readonly HeldRow[]>;
  /** Settled rows of the live tool for which no look is due: the least recently read ones first, but for the same. */
  readonly nextToSample: (tool: string, limit: number) => Promise<readonly HeldRow[]>;
  /** When the next look of the live tool is due; null: none. */
  readonly nextVerifyAt: (tool: string) => Promise<Instant | null>;
  /**
   * Writes what was seen, in one transaction, and answers in order. A row that was decided anew, sent or erased since it
   * was read is passed over. `same`: its acknowledged suppressions are verified, and the next look is set. `drift`: the names
   * become uncertain and the row waits from now on, so that the deliverer asserts what it should hold by then. `nothing`:
   * it is left to the sample.
   */
  readonly settleLooks: (looks: readonly Look[], now: Instant) => Promise<readonly LookEnd[]>;
  /** Of each tool that was ever read back, in order of name. */
  readonly verifyCounts: () => Promise<readonly VerifyCounts[]>;
}
