import type { Audience } from '../../audience-kit/condition.ts';
import { explainTree, type Explanation as TreeNode } from '../../audience-kit/explain.ts';
import type { Instant } from '../../domain/instant.ts';
import { decide, type View } from '../decide.ts';
import type { ProfileHistory } from '../ports.ts';
import type { Ruleset } from '../rules.ts';
import { firstKnownAt, type Knowledge, toKnownFacts } from './known-facts.ts';
import { type Ahead, lookAhead } from './look-ahead.ts';
import { parseRuleset } from './parse-ruleset.ts';

/** One audience and why the person is in it or not: each node with the value seen and when time alone changes it. */
export interface AudienceExplanation {
  readonly audience: Audience;
  readonly tree: TreeNode;
  /** When time alone changes the membership, the stage's own changes included; null: not in sight. */
  readonly until: Instant | null;
}

/** How a person stood at an instant. */
export interface Explanation extends Knowledge {
  readonly view: View;
  /** What time alone will bring, next first. */
  readonly ahead: readonly Ahead[];
  readonly audiences: readonly AudienceExplanation[];
  readonly ruleset: {
    readonly hash: string;
    /** `present`: the rules here. `then`: others, of the last decision by that instant. `none`: there was no decision yet. */
    readonly is: 'present' | 'then' | 'none';
  };
}

/** Nothing was known by then; null: nothing ever was. */
export interface NothingKnown {
  readonly firstKnownAt: Instant | null;
}

interface ExplainInput extends Knowledge {
  readonly history: ProfileHistory;
  /** The rules of now. */
  readonly rules: Ruleset;
}

const whichRuleset = ({ history, rules }: ExplainInput): Explanation['ruleset']['is'] => {
  if (history.ruleset === null) return 'none';
  return history.ruleset.hash === rules.hash ? 'present' : 'then';
};

const movesAt = (key: string, ahead: readonly Ahead[]): Instant | null =>
  ahead.find(({ entered, exited }) => entered.includes(key) || exited.includes(key))?.at ?? null;

/** Decides anew how a person stood at `at`, by what was known then and the rules of then (semantics G7). Pure. */
export const explain = (input: ExplainInput): Explanation | NothingKnown => {
  const { history, at, hindsight } = input;
  const accounts = history.accounts.map((account) => ({ ...account, facts: toKnownFacts(account.facts, input) }));
  if (accounts.every(({ facts }) => facts.length === 0)) {
    const all = history.accounts.flatMap(({ facts }) => facts);
    return { firstKnownAt: firstKnownAt(all, hindsight) };
  }
  const rules = parseRuleset(history.ruleset, input.rules);
  const { userId, enforcedSince } = history;
  const decideAt = (now: Instant): View => decide({ userId, accounts, rules, enforcedSince, now });
  const view = decideAt(at);
  const ahead = lookAhead(view, at, decideAt);
  return {
    at,
    hindsight,
    view,
    ahead,
    audiences: rules.audiences.all.map((audience) => ({
      audience,
      tree: explainTree(audience, view.subject, at, rules.audiences),
      until: movesAt(audience.key, ahead),
    })),
    ruleset: { hash: rules.hash, is: whichRuleset(input) },
  };
};
