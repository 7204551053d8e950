/** Draws and mutations of JSON, seeded: the same seed gives the same bodies on every machine. */

/** A number in [0, 1), the next at each call (mulberry32). */
export type Draw = () => number;

export const drawFrom = (seed: number): Draw => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
};

export const pick = <T>(draw: Draw, from: readonly T[]): T => from[Math.floor(draw() * from.length)] as T;

type Node = Record<string, unknown> | unknown[];

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null;

type Place = readonly [Node, string | number];

/** Every place in a document: its parent and its key. */
const placesIn = (root: Node): readonly Place[] => {
  const places: Place[] = [];
  const visit = (node: Node): void => {
    for (const key of Array.isArray(node) ? node.keys() : Object.keys(node)) {
      places.push([node, key]);
      const value = (node as Record<string | number, unknown>)[key];
      if (isNode(value)) visit(value);
    }
  };
  visit(root);
  return places;
};

/** What most readers look at: amounts, dates, states and who it is. Deep lists would draw most of the mutations else. */
const placesRead = (root: Node): readonly Place[] => {
  const all = placesIn(root);
  const told = all.filter(([, key]) => READ_KEYS.test(String(key)));
  return told.length === 0 ? all : told;
};

const READ_KEYS =
  /amount|_at$|_id$|^id$|status|currency|count|created|date|customer|quantity|interval|percent|email|end/;

const nested = (depth: number): unknown => {
  let value: unknown = 'deep';
  for (let level = 0; level < depth; level += 1) value = level % 2 === 0 ? { id: value } : [value];
  return value;
};

/** JSON allows these keys; `defineProperty` writes them as a parser does. */
const hostile = (key: string): unknown =>
  Object.defineProperty({ id: 'x' }, key, { value: { polluted: true }, enumerable: true, configurable: true });

const HOSTILE_KEYS = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'valueOf', 'then', ''];

const NUMBERS = [
  0,
  -0,
  1,
  -1,
  0.5,
  -4900,
  1e-7,
  2 ** 31,
  2 ** 53 - 1,
  2 ** 53,
  2 ** 53 + 2,
  -(2 ** 53),
  1e21,
  1e308,
  -1e308,
  8_640_000_000_000,
  8_640_000_000_001,
  253_402_300_799,
  253_402_300_800,
  32_503_680_000,
  32_503_680_001,
  1_000,
  1_001,
];

const STRINGS = [
  '',
  ' ',
  '0',
  'null',
  '-1',
  '1e400',
  'in_1',
  'cus_1',
  '__proto__',
  'constructor',
  'paid',
  'open',
  'lost',
  'canceled',
  'invented',
  'USD',
  'usd ',
  'ÄÖÜ',
  '\u0000',
  '\ud800',
  'a\u202eb',
  '👩‍👩‍👧‍👦',
  '<script>alert(1)</script>',
  "'; DROP TABLE deliveries; --",
  '2026-01-01T00:00:00Z',
  'ﷺ'.repeat(50),
];

const someValue = (draw: Draw): unknown => {
  const kinds: readonly (() => unknown)[] = [
    () => null,
    () => pick(draw, NUMBERS),
    () => pick(draw, NUMBERS),
    () => pick(draw, STRINGS),
    () => pick(draw, STRINGS),
    () => draw() < 0.5,
    () => [],
    () => ({}),
    () => ({ id: pick(draw, STRINGS), object: 'invoice', customer: pick(draw, STRINGS) }),
    () => [pick(draw, STRINGS), null, pick(draw, NUMBERS)],
    () => 'x'.repeat(pick(draw, [256, 501, 5_001, 100_000])),
    () => Array.from({ length: pick(draw, [100, 3_000]) }, (_each, index) => index),
    () => nested(pick(draw, [5, 31, 40, 2_000])),
    () => hostile(pick(draw, HOSTILE_KEYS)),
  ];
  return pick(draw, kinds)();
};

const set = (node: Node, key: string | number, value: unknown): void => {
  Object.defineProperty(node, key, { value, enumerable: true, configurable: true, writable: true });
};

const get = (node: Node, key: string | number): unknown => (node as Record<string | number, unknown>)[key];

type Mutation = (draw: Draw, node: Node, key: string | number) => void;

const drop: Mutation = (_draw, node, key) => {
  if (Array.isArray(node)) node.splice(Number(key), 1);
  else delete node[key];
};
const rename: Mutation = (draw, node, key) => {
  const value = get(node, key);
  drop(draw, node, key);
  if (!Array.isArray(node)) set(node, pick(draw, [`${key}_2`, ...HOSTILE_KEYS, 'id', 'object', 'status']), value);
};
const replace: Mutation = (draw, node, key) => set(node, key, someValue(draw));
const wrap: Mutation = (draw, node, key) => {
  const value = get(node, key);
  set(node, key, pick<unknown>(draw, [[value], { id: value }, { id: value, object: 'customer' }, { data: [value] }]));
};
const unwrap: Mutation = (_draw, node, key) => {
  const value = get(node, key);
  if (isNode(value)) set(node, key, get(value, Array.isArray(value) ? 0 : 'id'));
};
const stretch: Mutation = (draw, node, key) => {
  const value = get(node, key);
  if (typeof value === 'number')
    set(node, key, pick(draw, [-value, value * 1_000, value + 0.5, value * 1e15, `${value}`]));
  else if (typeof value === 'string')
    set(node, key, pick(draw, [value.toUpperCase(), ` ${value}`, value.repeat(300), Number(value)]));
  else if (Array.isArray(value)) set(node, key, [...value, ...value, ...value]);
  else set(node, key, someValue(draw));
};
const graft: Mutation = (draw, node) => {
  if (!Array.isArray(node))
    set(node, pick(draw, [...HOSTILE_KEYS, 'deleted', 'charge', 'parent', 'notice', 'plan']), someValue(draw));
};

const MUTATIONS: readonly Mutation[] = [drop, rename, replace, replace, wrap, unwrap, stretch, graft];

/** A copy of `base` with one to four mutations, as a body; now and then its text itself is broken. */
export const mutated = (base: unknown, draw: Draw): string => {
  const root: { body: unknown } = { body: structuredClone(base) };
  for (let count = 1 + Math.floor(draw() * 4); count > 0; count -= 1) {
    const place = pick<Place | undefined>(draw, draw() < 0.5 ? placesIn(root) : placesRead(root));
    if (place === undefined) break;
    const [node, key] = place;
    pick(draw, MUTATIONS)(draw, node, key);
  }
  const text = JSON.stringify(root.body) ?? '';
  return draw() < 0.01 ? text.slice(0, Math.floor(draw() * text.length)) : text;
};
