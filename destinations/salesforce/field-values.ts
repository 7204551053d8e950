import { createHash } from 'node:crypto';
import { typeOf } from '../../src/destination-kit/fields.ts';

/** Salesforce's limit of a custom field's name, without `__c`. */
const MAX_NAME = 40;
const MARK_LENGTH = 6;
/** Salesforce's limit of texts and addresses in plain fields. */
export const MAX_TEXT = 255;

/** The retry as a day, for list views and reminders, and as an instant. */
const RETRY_ATTRIBUTE = 'next_retry_date';
export const RETRY_FIELDS = { day: 'Next_Retry_Date__c', instant: 'Next_Retry_At__c' } as const;

/** Attributes that stand in no field of Recoup's: Salesforce's own `Email` is never written, an owner is a relation. */
const WITHOUT_FIELD = new Set(['email', 'user_id']);

export type FieldValue = string | number | boolean | null;
export type FieldValues = Readonly<Record<string, FieldValue>>;

/**
 * The API name of the custom field that holds an attribute: `in_dunning` -> `In_Dunning__c`. A name over 40 characters
 * is cut, and ends in six characters of a hash over the whole, so that two long names stay two.
 */
export const toFieldName = (attribute: string): string => {
  const words = attribute.split(/[^A-Za-z0-9]+/).filter((word) => word !== '');
  const name = words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('_');
  const valid = /^[A-Za-z]/.test(name) ? name : `X_${name}`;
  if (valid.length <= MAX_NAME) return `${valid}__c`;
  const mark = createHash('sha256').update(attribute).digest('hex').slice(0, MARK_LENGTH);
  return `${valid.slice(0, MAX_NAME - MARK_LENGTH - 1).replace(/_+$/, '')}_${mark}__c`;
};

/** The fields that an attribute is written to; none for those that Salesforce has otherwise. */
export const fieldNamesOf = (attribute: string): readonly string[] => {
  if (WITHOUT_FIELD.has(attribute)) return [];
  return attribute === RETRY_ATTRIBUTE ? [RETRY_FIELDS.day, RETRY_FIELDS.instant] : [toFieldName(attribute)];
};

/**
 * Two attributes that would share a field, e.g. `in_dunning` and `in-dunning`: one would overwrite the other.
 * Field names differ by more than case.
 */
export const findCollision = (attributes: readonly string[]): readonly [string, string] | null => {
  const taken = new Map<string, string>();
  for (const attribute of new Set(attributes)) {
    for (const field of fieldNamesOf(attribute)) {
      const other = taken.get(field.toLowerCase());
      if (other !== undefined) return [other, attribute];
      taken.set(field.toLowerCase(), attribute);
    }
  }
  return null;
};

export interface WrittenValues {
  readonly fields: FieldValues;
  /** Attributes longer than a field takes: cleared, since a link cut off is worse than none. */
  readonly tooLong: readonly string[];
}

/** Attributes as Salesforce is to hold them: days and instants in its formats, null clears. */
export const toFieldValues = (attributes: Readonly<Record<string, unknown>>): WrittenValues => {
  const tooLong = Object.entries(attributes)
    .filter(([, value]) => typeof value === 'string' && value.length > MAX_TEXT)
    .map(([name]) => name);
  const fields = Object.entries(attributes).flatMap(([name, value]) =>
    toEntries(name, tooLong.includes(name) ? null : toScalar(value)),
  );
  return { fields: Object.fromEntries(fields), tooLong: tooLong.filter((name) => fieldNamesOf(name).length > 0) };
};

const toScalar = (value: unknown): FieldValue =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null;

const toEntries = (name: string, value: FieldValue): readonly (readonly [string, FieldValue])[] => {
  const [first, second] = fieldNamesOf(name);
  if (first === undefined) return [];
  if (second !== undefined)
    return [
      [first, toDay(value)],
      [second, value],
    ] as const;
  // A checkbox is never empty.
  return [[first, value === null && typeOf(name) === 'boolean' ? false : value]] as const;
};

/** The UTC day of an ISO instant, `yyyy-MM-dd`: a Date of Salesforce takes no time and no offset. */
export const toDay = (value: FieldValue): string | null => {
  const at = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(at) ? null : new Date(at).toISOString().slice(0, 10);
};
