import fc from 'fast-check';
import type { HoldPlaced, InterventionSource } from '../../src/domain/fact.ts';
import { type Instant, instant } from '../../src/domain/instant.ts';
import type { Entry } from './membership-entry.ts';
import { BEGIN_S, DAY_S, gap } from './membership-entry.ts';

/** What people and other tools say of an account, as a plan of small choices. */
export interface WordPlan {
  readonly says: HoldPlaced['cause'] | 'lift' | 'lift_all' | 'mark';
  readonly source: InterventionSource;
  readonly holdId: 'hold' | 'exclusion';
  /** After the start of that invoice of the account, or of the story. */
  readonly after: number;
  readonly afterS: number;
  /** A person speaks at any millisecond, and perhaps at the very second of a webhook. */
  readonly ms: number;
  /** Until it lapses; null: never by itself. */
  readonly lastsS: number | null;
  /** Which invoices of the account a mark names; null: none, it is about whatever is owed. */
  readonly names: readonly number[] | null;
}

const word: fc.Arbitrary<WordPlan> = fc.record({
  says: fc.constantFrom('held', 'held', 'opted_out', 'owned_elsewhere', 'lift', 'lift_all', 'mark', 'mark', 'mark'),
  source: fc.constantFrom('operator', 'operator', 'churnkey', 'churn_buster'),
  holdId: fc.constantFrom('hold', 'hold', 'exclusion'),
  after: fc.integer({ min: 0, max: 3 }),
  afterS: gap,
  ms: fc.constantFrom(0, 0, 123),
  lastsS: fc.option(gap, { freq: 3 }),
  names: fc.option(fc.uniqueArray(fc.integer({ min: 0, max: 2 }), { minLength: 1, maxLength: 2 }), { freq: 2 }),
});
export const wordPlans = fc.oneof(
  { weight: 1, arbitrary: fc.constant<readonly WordPlan[]>([]) },
  { weight: 1, arbitrary: fc.array(word, { minLength: 1, maxLength: 4 }) },
);

/** `starts`: in seconds, when each invoice of the account begins; `tag`: begins the ids of its objects. */
export const wordEntries = (plan: WordPlan, starts: readonly number[], tag: string): readonly Entry[] => {
  const atS = (starts[plan.after] ?? BEGIN_S + plan.after * DAY_S) + plan.afterS + plan.ms / 1_000;
  const said = { source: plan.source, actor: null, reason: null };
  const { holdId } = plan;
  switch (plan.says) {
    case 'lift':
      return [{ atS, told: { ...said, kind: 'hold_lifted', holdId } }];
    case 'lift_all':
      return [{ atS, told: { ...said, kind: 'hold_lifted', holdId: null } }];
    case 'mark': {
      const invoices = plan.names === null ? {} : { invoices: plan.names.map((index) => `in_${tag}${index}`) };
      return [{ atS, told: { ...said, kind: 'marked_recovered', ...invoices } }];
    }
    default: {
      const until: Instant | null = plan.lastsS === null ? null : instant(Math.round((atS + plan.lastsS) * 1_000));
      return [{ atS, told: { ...said, kind: 'hold_placed', holdId, cause: plan.says, until } }];
    }
  }
};
