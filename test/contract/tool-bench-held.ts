import type { AttributeValue, Subject, ToolRecord } from '../../src/destination-kit/record.ts';

/** What a tool has of one subject. */
export interface Snapshot {
  readonly held: Readonly<Record<string, unknown>> | null;
  readonly events: readonly string[];
}

/** By these a tool finds the subject; whether it writes them is its own affair. */
const IDENTIFIERS = ['email', 'user_id', 'account_id'];

const SECONDS_END = 1e11;

/** UTC milliseconds of an instant in any of the forms in which tools keep one; NaN where it is none. */
const toMs = (value: unknown): number => {
  const number = typeof value === 'number' || /^\d{9,14}$/.test(String(value)) ? Number(value) : Number.NaN;
  if (Number.isNaN(number)) return Date.parse(String(value));
  return number < SECONDS_END ? number * 1_000 : number;
};

/** Whether a tool's own writing of a value means what was written; null and '' mean that there is none. */
export const meansSame = (held: unknown, written: AttributeValue): boolean => {
  if (written === null) return held === undefined || held === null || held === '';
  if (String(held) === String(written)) return true;
  if (typeof written === 'number') return held !== '' && Number(held) === written;
  return typeof written === 'string' && toMs(held) === toMs(written);
};

/** Names of what the tool does not hold as the record says it. */
export const differingFrom = ({ attributes }: ToolRecord, held: Snapshot['held']): readonly string[] =>
  Object.entries(attributes)
    .filter(([name, value]) => !IDENTIFIERS.includes(name) && !meansSame(held?.[name], value))
    .map(([name]) => name);

/** Whether every event of the record was told, in order. */
const isTold = ({ events }: ToolRecord, told: readonly string[]): boolean => {
  let from = 0;
  return events.every(({ id, name }) => {
    const at = told.findIndex((each, index) => index >= from && (each === id || each === name));
    from = at + 1;
    return at >= 0;
  });
};

/** Whether the tool has all that the record says. */
export const isTaken = (record: ToolRecord, subject: Subject, { held, events }: Snapshot): boolean => {
  if (subject === 'hand_off') return held !== null;
  if (subject === 'alert' || subject === 'stream') return isTold(record, events);
  return held !== null && differingFrom(record, held).length === 0 && isTold(record, events);
};
