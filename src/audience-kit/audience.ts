import { all } from './combine.ts';
import type { Audience, Condition } from './condition.ts';
import { deepFreeze } from './deep-freeze.ts';
import { type AudienceDefinition, findDefinitionProblem } from './definition.ts';
import { is } from './tests.ts';
import { trait } from './trait.ts';

/**
 * Defines an audience. `messaging` puts "not suppressed" first into its condition.
 * @throws an error that names the audience and what is wrong with its definition.
 */
export const audience = (definition: AudienceDefinition): Audience => {
  const problem = findDefinitionProblem(definition);
  if (problem !== null) throw new Error(`Audience ${definition.key ?? 'without a key'}: ${problem}`);
  const { key, description, messaging, announceDefinitionChanges = false } = definition;
  const when = messaging ? unlessSuppressed(definition.when) : definition.when;
  return deepFreeze({ key, description, messaging, announceDefinitionChanges, when });
};

const unlessSuppressed = (when: Condition): Condition =>
  all(trait('dunning_suppressed', is(false)), ...(when.node === 'all' ? when.of : [when]));
