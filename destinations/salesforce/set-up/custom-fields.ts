import type { Field, FieldType } from '../../../src/destination-kit/fields.ts';
import { fieldNamesOf, findCollision, MAX_TEXT, RETRY_FIELDS } from '../field-values.ts';
import type { SalesforceSettings } from '../settings.ts';
import { TASK_KEY_FIELD } from '../tasks/task-look-up.ts';

export type SalesforceObject = 'Contact' | 'Account' | 'Task';

/** A custom field as it is to be. */
export interface CustomField {
  readonly object: SalesforceObject;
  /** API name, with `__c`. */
  readonly name: string;
  /** Types that `describe` may tell of it, the one that it is made with first. */
  readonly types: readonly string[];
  /** Finds one record: unique, and an external id. */
  readonly isId: boolean;
  /** Values of a picklist; none of other fields. */
  readonly options: readonly string[];
  /** As the Tooling API takes it. */
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** Salesforce's limits of a field's label and description. */
const MAX_LABEL = 40;
const MAX_DESCRIPTION = 1_000;

/** Amounts of money; all other numbers are counts. */
const MONEY = new Set(['dunning_amount_due', 'mrr', 'arr']);

/** What an object lacks at first: a field for each attribute, and the external ids by which records are found. */
export const customFieldsOf = (
  object: SalesforceObject,
  fields: readonly Field[],
  settings: SalesforceSettings,
): readonly CustomField[] => {
  const collision = findCollision(fields.map(({ name }) => name));
  if (collision !== null)
    throw new Error(`the attributes ${collision.join(' and ')} would share one field of Salesforce`);
  return [toIdField(object, settings), ...fields.flatMap((field) => toCustomFields(object, field))];
};

/** The field of our external id on an object. */
export const idFieldOf = (object: SalesforceObject, settings: SalesforceSettings): string => {
  if (object === 'Task') return TASK_KEY_FIELD;
  return object === 'Contact' ? settings.contact_id_field : settings.account_id_field;
};

const ID_LABELS: Readonly<Record<SalesforceObject, string>> = {
  Contact: 'Recoup User ID',
  Account: 'Recoup Account ID',
  Task: 'Recoup Task Key',
};

const toIdField = (object: SalesforceObject, settings: SalesforceSettings): CustomField => ({
  object,
  name: idFieldOf(object, settings),
  types: ['string'],
  isId: true,
  options: [],
  metadata: {
    label: ID_LABELS[object],
    description: 'Recoup finds the record by it.',
    type: 'Text',
    length: MAX_TEXT,
    unique: true,
    externalId: true,
    // Two ids of a product may differ in capitals alone.
    caseSensitive: true,
    required: false,
  },
});

const toCustomFields = (object: SalesforceObject, field: Field): readonly CustomField[] =>
  fieldNamesOf(field.name).map((name) => ({
    object,
    name,
    ...toTypes(field, name),
    isId: false,
    options: field.type === 'choice' ? (field.options ?? []) : [],
    metadata: {
      label: (name === RETRY_FIELDS.instant ? `${field.label} at` : field.label).slice(0, MAX_LABEL),
      description: field.description.slice(0, MAX_DESCRIPTION),
      ...toMetadata(field, name),
    },
  }));

const toTypes = ({ type }: Field, name: string): Pick<CustomField, 'types'> => ({
  types: name === RETRY_FIELDS.day ? ['date'] : DESCRIBED_TYPES[type],
});

/** How `describe` tells each; those after the first hold its values as well. */
const DESCRIBED_TYPES: Readonly<Record<FieldType, readonly string[]>> = {
  boolean: ['boolean'],
  text: ['string', 'textarea'],
  number: ['double', 'currency'],
  instant: ['datetime'],
  choice: ['picklist', 'string'],
  url: ['url', 'string', 'textarea'],
};

const toMetadata = (field: Field, name: string): Readonly<Record<string, unknown>> => {
  switch (field.type) {
    case 'boolean':
      return { type: 'Checkbox', defaultValue: 'false' };
    case 'text':
      return { type: 'Text', length: MAX_TEXT, required: false };
    case 'number':
      return { type: 'Number', precision: 18, scale: MONEY.has(field.name) ? 2 : 0, required: false };
    case 'instant':
      return { type: name === RETRY_FIELDS.day ? 'Date' : 'DateTime', required: false };
    case 'url':
      return { type: 'Url', required: false };
    case 'choice':
      return { type: 'Picklist', required: false, valueSet: toValueSet(field.options ?? []) };
  }
};

/** Not restricted: a value that a later release adds is taken, and seen, before anybody adds it to the list. */
const toValueSet = (options: readonly string[]) => ({
  restricted: false,
  valueSetDefinition: {
    sorted: false,
    value: options.map((option) => ({ valueName: option, label: option.replaceAll('_', ' '), default: false })),
  },
});
