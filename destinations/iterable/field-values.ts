import { typeOf } from '../../src/destination-kit/fields.ts';

type Values = Readonly<Record<string, unknown>>;

export interface FieldValues {
  readonly dataFields: Values;
  /** Names of values that were left out for their length. */
  readonly tooLong: readonly string[];
}

/** Iterable states some 32,000 characters for any value; in bytes, so that no script of letters is over it. */
const MAX_BYTES = 32_000;
const ISO_UTC = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;
const ITERABLE_UTC = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d) \+00:00$/;

/** Values of a user as Iterable wants them; null clears, and so does what is too long: half a link leads nowhere. */
export const toUserFields = (values: Values): FieldValues => {
  const tooLong = findTooLong(values);
  return {
    dataFields: mapValues(values, (name, value) => (tooLong.includes(name) ? null : toField(name, value))),
    tooLong,
  };
};

/** Values of an event: a missing one reads as blank, so null and what is too long are left out. */
export const toEventFields = (values: Values): FieldValues => {
  const tooLong = findTooLong(values);
  const kept = Object.entries(values).filter(([name, value]) => value !== null && !tooLong.includes(name));
  return { dataFields: mapValues(Object.fromEntries(kept), toField), tooLong };
};

/** What Iterable holds, with its instants in ISO 8601 again. */
export const fromUserFields = (held: Values): Values =>
  mapValues(held, (name, value) => {
    const [, day, time] = typeOf(name) === 'instant' ? (ITERABLE_UTC.exec(String(value)) ?? []) : [];
    return day === undefined ? value : `${day}T${time}.000Z`;
  });

/** Iterable's own format of a date, which fixes the type of a field as a date at its first value; seconds are its finest. */
const toField = (name: string, value: unknown): unknown =>
  typeof value === 'string' && typeOf(name) === 'instant' && ISO_UTC.test(value)
    ? `${value.slice(0, 10)} ${value.slice(11, 19)} +00:00`
    : value;

export const isTooLong = (text: string): boolean => Buffer.byteLength(text) > MAX_BYTES;

const findTooLong = (values: Values): readonly string[] =>
  Object.keys(values).filter((name) => {
    const value = values[name];
    return typeof value === 'string' && isTooLong(value);
  });

const mapValues = (values: Values, to: (name: string, value: unknown) => unknown): Values =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, to(name, value)]));
