import { toIso } from '../domain/instant.ts';
import { graceOf } from './grace.ts';
import { defineTrait } from './trait.ts';

/** Until when whoever is out of retries keeps access, ISO 8601; null unless exhausted or lost (semantics D3). */
export const graceEndsAt = defineTrait('grace_ends_at', (context) => {
  const endsAt = graceOf(context)?.endsAt ?? null;
  return endsAt === null ? null : toIso(endsAt);
});
