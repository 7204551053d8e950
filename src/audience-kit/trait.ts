import type { InstantTraitName, UserTraits } from '../generated/tracking-plan.ts';
import type { Condition, TraitName } from './condition.ts';
import { deepFreeze } from './deep-freeze.ts';
import type { AgeTest, TestOf } from './tests.ts';

/** What the trait `Name` can be asked: values of its own type and enum; its age only where it is an instant. */
export type TraitTest<Name extends TraitName> =
  | TestOf<NonNullable<UserTraits[Name]>>
  | (Name extends InstantTraitName ? AgeTest : never);

/** The person's trait `name` passes `test`. An absent trait (null) passes `absent()` alone. */
export const trait = <Name extends TraitName>(name: Name, test: TraitTest<Name>): Condition =>
  deepFreeze({ node: 'trait', trait: name, test });
