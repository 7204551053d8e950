import type { Condition } from './condition.ts';
import { deepFreeze } from './deep-freeze.ts';

/** Every one of `conditions` holds; there must be one at least. */
export const all = (...conditions: readonly Condition[]): Condition => deepFreeze({ node: 'all', of: conditions });

/** One of `conditions` holds, or several do; there must be one at least. */
export const any = (...conditions: readonly Condition[]): Condition => deepFreeze({ node: 'any', of: conditions });

/** `condition` does not hold. Of something absent, `not(trait(x, is(v)))` holds and `trait(x, isNot(v))` does not. */
export const not = (condition: Condition): Condition => deepFreeze({ node: 'not', of: condition });

/** The person is in the audience `key`, as that audience is in force. */
export const inAudience = (key: string): Condition => deepFreeze({ node: 'in_audience', audience: key });
