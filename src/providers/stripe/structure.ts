/** Real Stripe events nest less than 15 deep; what is deeper exhausts the stack of whoever serialises it again. */
const MAX_DEPTH = 32;

/** Keys that reach the prototype of an object into which they are merged. */
const FORBIDDEN_KEYS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/**
 * What makes a parsed JSON value unsafe to work with, or null.
 * @returns a short text such as `nested deeper than 32 levels`; it names no value of the body.
 */
export const structureProblem = (value: unknown): string | null => problemAt(value, 1);

const problemAt = (value: unknown, depth: number): string | null => {
  if (typeof value !== 'object' || value === null) return null;
  if (depth > MAX_DEPTH) return `nested deeper than ${MAX_DEPTH} levels`;
  if (Array.isArray(value)) return firstProblem(value, depth);
  for (const key of Object.keys(value)) if (FORBIDDEN_KEYS.has(key)) return `it has a key named ${key}`;
  return firstProblem(Object.values(value), depth);
};

const firstProblem = (values: readonly unknown[], depth: number): string | null => {
  for (const value of values) {
    const problem = problemAt(value, depth + 1);
    if (problem !== null) return problem;
  }
  return null;
};
