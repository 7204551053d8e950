/** Relative weights; a key that is absent is never drawn. */
export type Weights<Key extends string> = Readonly<Partial<Record<Key, number>>>;

/** Draws that depend on nothing but the seed. */
export interface Random {
  /** Uniform in [0, 1). */
  readonly next: () => number;
  /** A whole number in [from, to]. */
  readonly whole: (from: number, to: number) => number;
  /** One of the keys, each with the probability of its weight. */
  readonly pick: <Key extends string>(weights: Weights<Key>) => Key;
}

/** Mulberry32 (Tommy Ettinger, public domain): 32 bits of state are plenty for a demonstration. */
const mulberry32 = (seed: number): (() => number) => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
};

const pickWeighted = <Key extends string>(weights: Weights<Key>, draw: number): Key => {
  let total = 0;
  for (const key in weights) total += weights[key] ?? 0;
  let left = draw * total;
  for (const key in weights) {
    left -= weights[key] ?? 0;
    if (left < 0) return key;
  }
  throw new RangeError('Nothing to pick from');
};

/**
 * A stream of draws.
 * @param stream a number of its own for each thing that draws, so that one more customer changes no other.
 */
export const makeRandom = (seed: number, stream = 0): Random => {
  const next = mulberry32(Math.imul(seed + 1, 0x9e3779b1) ^ Math.imul(stream + 1, 0x85ebca6b));
  return {
    next,
    whole: (from, to) => from + Math.floor(next() * (to - from + 1)),
    pick: (weights) => pickWeighted(weights, next()),
  };
};
