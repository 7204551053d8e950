import { createHash } from 'node:crypto';

/** One name for a run: 16 hex characters of what these values are in JSON, in order. */
export const hashOf = (...values: readonly unknown[]): string =>
  createHash('sha256').update(JSON.stringify(values)).digest('hex').slice(0, 16);
