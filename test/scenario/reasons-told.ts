import type { RecordedRequest } from '../../src/destination-kit/define-tool.ts';
import { FAILURE_CATEGORIES, FAILURE_CLASSES } from '../../src/domain/decline.ts';
import { ALL_CODES } from '../stripe-codes.ts';

const CODES: ReadonlySet<string> = new Set(ALL_CODES);
const CATEGORIES: ReadonlySet<string> = new Set([...FAILURE_CATEGORIES, 'undisclosed']);

/** Words that are a code and may still stand under these names, where they mean something else. */
const OTHER_MEANING: Readonly<Record<string, readonly string[]>> = {
  failure_class: FAILURE_CLASSES,
  dunning_failure_class: FAILURE_CLASSES,
  next_retry_status: ['scheduled', 'blocked', 'none', 'unknown'],
};

/** The number of a record in its call. */
const POSITIONS: ReadonlySet<string> = new Set(['objectwritetraceid']);

/** A name as Recoup has it, whatever the tool makes of it. */
export const toOwnName = (name: string): string =>
  name
    .toLowerCase()
    .replace(/^recoup_/, '')
    .replace(/__c$/, '');

export interface Leaf {
  /** The nearest name above it. */
  readonly name: string;
  readonly value: unknown;
}

/** Every value below a value, and every name. */
export const leavesOf = (value: unknown, name = ''): readonly Leaf[] => {
  if (Array.isArray(value)) return value.flatMap((item) => leavesOf(item, name));
  if (typeof value === 'object' && value !== null)
    return Object.entries(value).flatMap(([key, inner]) => [{ name: key, value: key }, ...leavesOf(inner, key)]);
  return [{ name, value }];
};

/** Parsed where it is JSON. */
export const bodyOf = ({ body }: RecordedRequest): unknown => {
  try {
    return JSON.parse(body);
  } catch {
    return body;
  }
};

/** The reasons that a value tells, as a whole or as a word in a sentence; two letters alone are no word of one. */
const reasonsIn = ({ name, value }: Leaf): readonly string[] => {
  const own = toOwnName(name);
  if (typeof value !== 'string' || POSITIONS.has(own) || OTHER_MEANING[own]?.includes(value)) return [];
  const words = value.split(/[^A-Za-z0-9_]+/).filter((word) => word.includes('_') || word.length > 7);
  return [value, ...words].filter((word) => CODES.has(word) || CATEGORIES.has(word));
};

/** The reasons that a part of a request tells, as `name: word`. */
export const reasonsOf = (part: unknown): readonly string[] =>
  leavesOf(part).flatMap((leaf) => reasonsIn(leaf).map((word) => `${leaf.name}: ${word}`));

/** What a request says of each person by themselves. */
export const partsOf = (request: RecordedRequest): readonly unknown[] => {
  const body = bodyOf(request);
  const lists = typeof body === 'object' && body !== null ? Object.values(body).filter(Array.isArray) : [];
  return lists.length === 0 ? [body] : lists.flat();
};

/** What the requests of a tool tell of reasons, as `name: word`; empty where they tell none. */
export const findReasons = (requests: readonly RecordedRequest[]): readonly string[] => [
  ...new Set(requests.flatMap((request) => reasonsOf(bodyOf(request)))),
];
