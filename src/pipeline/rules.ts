import { createHash } from 'node:crypto';
import type { Audiences } from '../audience-kit/audiences.ts';
import type { Policy } from '../domain/policy.ts';
import type { Rules } from '../domain/rules.ts';
import type { Provider } from '../providers/provider.ts';

/** Everything besides facts and time that a decision depends on, audiences included. */
export interface Ruleset extends Rules {
  readonly audiences: Audiences;
  /** Destinations that Segment must not forward to: the policy's, and those of the tools that are written directly (G2). */
  readonly directTools: readonly string[];
}

export interface RulesInput {
  readonly policy: Policy;
  readonly audiences: Audiences;
  readonly namespace: string;
  readonly providers: Readonly<Record<string, Provider>>;
  /** Names in Segment of the tools that are written directly; none unless given. */
  readonly segmentNames?: readonly string[];
  /** Identifies the code that decides: a hash of it, or a release. */
  readonly code?: string;
}

/** The ruleset as text, to be stored once under its hash; the namespace is not part of it. */
export const rulesetJson = ({ policy, audiences, providers, code = 'unreleased' }: RulesInput): string =>
  JSON.stringify({
    code,
    policy,
    audiences: audiences.all,
    providers: Object.values(providers).map(({ name, version, taxonomy }) => ({
      name,
      version,
      taxonomy: taxonomy.version,
    })),
  });

/** Joins policy, audiences and providers to the rules of a decision. `hash` changes when any of them or the code does. */
export const makeRules = (input: RulesInput): Ruleset => ({
  namespace: input.namespace,
  policy: input.policy,
  audiences: input.audiences,
  directTools: [...new Set([...input.policy.directTools, ...(input.segmentNames ?? [])])],
  taxonomies: Object.fromEntries(Object.values(input.providers).map(({ name, taxonomy }) => [name, taxonomy])),
  hash: createHash('sha256').update(rulesetJson(input)).digest('hex').slice(0, 16),
});
