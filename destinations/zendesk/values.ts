import { agentFieldOf, pickAgentAttributes } from '../../src/destination-kit/agent-status.ts';
import { type FieldType, typeOf } from '../../src/destination-kit/fields.ts';
import type { Attributes, AttributeValue } from '../../src/destination-kit/record.ts';

/** Zendesk's types of user fields. A choice is text: a drop-down of Zendesk would tag each user with the value. */
export const FIELD_TYPES: Readonly<Record<FieldType, string>> = {
  boolean: 'checkbox',
  text: 'text',
  choice: 'text',
  url: 'text',
  number: 'decimal',
  instant: 'date',
};

const DAY_CHARACTERS = 'yyyy-mm-dd'.length;

const toValue = (name: string, value: AttributeValue): AttributeValue =>
  typeof value === 'string' && typeOf(name) === 'instant' ? value.slice(0, DAY_CHARACTERS) : value;

/** What Zendesk holds of these attributes, under Recoup's names: some, and days in place of instants. */
export const toHeld = (attributes: Attributes): Attributes =>
  Object.fromEntries(
    Object.entries(pickAgentAttributes(attributes)).map(([name, value]) => [name, toValue(name, value)]),
  );

/** The `user_fields` of an update; null clears. */
export const toUserFields = (attributes: Attributes): Attributes =>
  Object.fromEntries(Object.entries(toHeld(attributes)).map(([name, value]) => [agentFieldOf(name), value]));

/** A value as Zendesk tells it, as `toHeld` writes it: its dates come with a midnight. */
export const fromUserField = (name: string, value: unknown): unknown =>
  typeof value === 'string' && typeOf(name) === 'instant' ? value.slice(0, DAY_CHARACTERS) : value;
