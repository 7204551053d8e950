import type { Audience, Condition } from './condition.ts';

/** All audiences that are in force, each known to the others. */
export interface Audiences {
  /** In the order given. */
  readonly all: readonly Audience[];
  readonly byKey: ReadonlyMap<string, Audience>;
}

/**
 * Puts audiences together.
 * @throws an error that names the audience: a key twice, one that names an unknown audience, one that depends on itself.
 */
export const defineAudiences = (list: readonly Audience[]): Audiences => {
  const byKey = new Map<string, Audience>();
  for (const audience of list) {
    if (byKey.has(audience.key)) throw new Error(`Audience ${audience.key}: defined twice, choose another key`);
    byKey.set(audience.key, audience);
  }
  for (const { key } of list) refuseCycle(key, byKey, []);
  return Object.freeze({ all: Object.freeze([...list]), byKey });
};

const refuseCycle = (key: string, byKey: ReadonlyMap<string, Audience>, path: readonly string[]): void => {
  const way = [...path, key];
  if (path.includes(key)) throw new Error(`Audience ${key}: depends on itself (${way.join(' -> ')})`);
  for (const next of namedIn(byKey.get(key)?.when)) {
    if (!byKey.has(next)) throw new Error(`Audience ${key}: inAudience('${next}') names no audience of the list`);
    refuseCycle(next, byKey, way);
  }
};

/** Keys of the audiences that a condition asks for. */
const namedIn = (condition: Condition | undefined): readonly string[] => {
  switch (condition?.node) {
    case undefined:
    case 'trait':
    case 'event':
      return [];
    case 'in_audience':
      return [condition.audience];
    case 'all':
    case 'any':
      return condition.of.flatMap(namedIn);
    case 'not':
      return namedIn(condition.of);
  }
};
