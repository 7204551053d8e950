import { defineAudiences } from '../../audience-kit/audiences.ts';
import type { Audience } from '../../audience-kit/condition.ts';
import type { Policy } from '../../domain/policy.ts';
import type { ProfileHistory } from '../ports.ts';
import type { Ruleset } from '../rules.ts';

/** What is read of a stored ruleset's text; one of a release before audiences has none. */
interface StoredRuleset {
  readonly policy?: Partial<Policy>;
  readonly audiences?: readonly Audience[];
}

/**
 * The rules of then: policy and audiences as they were stored, the rest as it is now. A setting that the policy of then
 * did not have yet is the present one.
 * @param stored null before the first decision: the present rules.
 */
export const parseRuleset = (stored: ProfileHistory['ruleset'], present: Ruleset): Ruleset => {
  if (stored === null || stored.hash === present.hash) return present;
  const { policy, audiences = [] } = JSON.parse(stored.json) as StoredRuleset;
  return {
    ...present,
    hash: stored.hash,
    policy: { ...present.policy, ...policy },
    audiences: defineAudiences(audiences),
  };
};
