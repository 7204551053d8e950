import { typeOf } from '../../src/destination-kit/fields.ts';

/** A `date` in HubSpot, so that workflows can count days with it; the instant is in the other one. */
export const RETRY_DATE = 'next_retry_date';
export const RETRY_INSTANT = 'next_retry_at';

/** Properties of an object as HubSpot takes them: text, all of it. */
export type Properties = Readonly<Record<string, string>>;

/**
 * Attributes in HubSpot's words: `true` and `false`, numbers without separators, instants as ISO 8601, and nothing for
 * null, which clears. The next retry is written twice: as the day, in UTC, and as the instant.
 * @param omit attributes that are not properties of this object.
 */
export const toProperties = (attributes: Readonly<Record<string, unknown>>, omit: readonly string[]): Properties =>
  Object.fromEntries(
    Object.entries(attributes)
      .filter(([name]) => !omit.includes(name))
      .flatMap(([name, value]) => (name === RETRY_DATE ? toRetry(value) : [[name, toText(name, value)]])),
  );

const toRetry = (value: unknown): readonly (readonly [string, string])[] => [
  // HubSpot refuses a date that is not midnight in UTC.
  [RETRY_DATE, typeof value === 'string' ? new Date(value).toISOString().slice(0, 10) : ''],
  [RETRY_INSTANT, toText(RETRY_DATE, value)],
];

const toText = (name: string, value: unknown): string => {
  if (value === null || value === undefined) return '';
  if (typeName(name, value) === 'instant') return new Date(String(value)).toISOString();
  return String(value);
};

const typeName = (name: string, value: unknown): string =>
  typeof value === 'string' && !Number.isNaN(Date.parse(value)) ? typeOf(name) : typeof value;
