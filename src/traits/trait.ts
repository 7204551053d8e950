import type { Instant } from '../domain/instant.ts';
import type { Policy } from '../domain/policy.ts';
import type { UserTraits } from '../generated/tracking-plan.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { RecurringRevenue } from '../ledger/recurring-revenue.ts';
import type { Standing } from '../ledger/standing.ts';

/** What a trait may look at. */
export interface TraitContext {
  readonly ledger: Ledger;
  readonly standing: Standing;
  /** Null where it is not known, or in several currencies. */
  readonly revenue: RecurringRevenue | null;
  readonly policy: Policy;
  /** When a store that had observed began to enforce; null where it never observed, or still does. */
  readonly enforcedSince: Instant | null;
}

/** A computed property of a profile, typed by the tracking plan. Pure. */
export interface Trait<Key extends keyof UserTraits> {
  readonly key: Key;
  readonly value: (context: TraitContext) => UserTraits[Key];
  /** Instants after now at which the value changes by time alone; none unless given. */
  readonly changesAt: (context: TraitContext) => readonly Instant[];
}

/** Defines a trait of the tracking plan. */
export const defineTrait = <Key extends keyof UserTraits>(
  key: Key,
  value: Trait<Key>['value'],
  changesAt: Trait<Key>['changesAt'] = () => [],
): Trait<Key> => ({ key, value, changesAt });
