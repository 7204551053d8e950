import type { Field } from './fields.ts';
import type { Attributes } from './record.ts';

/** What an agent of a support tool needs to see of a customer's dunning: few fields, in this order. */
export const AGENT_ATTRIBUTES = [
  'in_dunning',
  'dunning_status',
  'dunning_stage',
  'dunning_amount_due',
  'dunning_currency',
  'dunning_failure_class',
  'dunning_attempt_number',
  'next_retry_date',
  'plan_id',
  'arr',
  'dunning_episode_id',
] as const;

/** Before each name there: the business may hold a `plan_id` or an `arr` of its own, which is not ours to write. */
const PREFIX = 'recoup_';

/** The name by which a support tool holds an attribute. */
export const agentFieldOf = (attribute: string): string => `${PREFIX}${attribute}`;

/** Those of `attributes` that agents see, under Recoup's names. */
export const pickAgentAttributes = (attributes: Attributes): Attributes =>
  Object.fromEntries(
    AGENT_ATTRIBUTES.flatMap((name) => {
      const value = attributes[name];
      return value === undefined ? [] : [[name, value] as const];
    }),
  );

/** Those of `fields` that agents see. */
export const pickAgentFields = (fields: readonly Field[]): readonly Field[] =>
  AGENT_ATTRIBUTES.flatMap((name) => fields.find((field) => field.name === name) ?? []);
