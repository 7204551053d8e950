import { agentFieldOf, pickAgentAttributes } from '../../src/destination-kit/agent-status.ts';
import { type FieldType, typeOf } from '../../src/destination-kit/fields.ts';
import type { Attributes, AttributeValue } from '../../src/destination-kit/record.ts';

/** Intercom's types of data attributes. A choice is text: Intercom refuses a value that its list does not hold yet. */
export const DATA_TYPES: Readonly<Record<FieldType, string>> = {
  boolean: 'boolean',
  text: 'string',
  choice: 'string',
  url: 'string',
  number: 'float',
  instant: 'date',
};

const toValue = (name: string, value: AttributeValue): AttributeValue =>
  typeof value === 'string' && typeOf(name) === 'instant' ? Math.floor(Date.parse(value) / 1_000) : value;

/** The `custom_attributes` of an update; null clears. */
export const toCustomAttributes = (attributes: Attributes): Attributes =>
  Object.fromEntries(
    Object.entries(pickAgentAttributes(attributes)).map(([name, value]) => [agentFieldOf(name), toValue(name, value)]),
  );

/** A value as Intercom tells it, as Recoup writes it. */
export const fromCustomAttribute = (name: string, value: unknown): unknown =>
  typeof value === 'number' && typeOf(name) === 'instant' ? new Date(value * 1_000).toISOString() : value;
