import { InvalidArgumentError } from 'commander';
import type { Instant } from '../domain/instant.ts';
import { parseInstant } from './parse-instant.ts';

/** Reads an argument as an instant (ISO 8601 with a zone, or a day); throws what commander shows otherwise. */
export const toInstant = (text: string): Instant => {
  const parsed = parseInstant(text);
  if (parsed.ok) return parsed.at;
  throw new InvalidArgumentError(parsed.error);
};
