import { createHash } from 'node:crypto';
import type { Policy } from '../domain/policy.ts';
import type { Rules } from '../domain/rules.ts';
import type { Provider } from '../providers/provider.ts';

export interface RulesInput {
  readonly policy: Policy;
  readonly namespace: string;
  readonly providers: Readonly<Record<string, Provider>>;
  /** Identifies the code that decides: a hash of it, or a release. */
  readonly code?: string;
}

/** The ruleset as text, to be stored once under its hash; the namespace is not part of it. */
export const rulesetJson = ({ policy, providers, code = 'unreleased' }: RulesInput): string =>
  JSON.stringify({
    code,
    policy,
    providers: Object.values(providers).map(({ name, version, taxonomy }) => ({
      name,
      version,
      taxonomy: taxonomy.version,
    })),
  });

/** Joins policy and providers to the rules of a decision. `hash` changes when any of them or the code does. */
export const makeRules = (input: RulesInput): Rules => ({
  namespace: input.namespace,
  policy: input.policy,
  taxonomies: Object.fromEntries(Object.values(input.providers).map(({ name, taxonomy }) => [name, taxonomy])),
  hash: createHash('sha256').update(rulesetJson(input)).digest('hex').slice(0, 16),
});
