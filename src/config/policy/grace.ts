import type { z } from 'zod';
import { DAY_MS } from '../../domain/instant.ts';
import type { Policy } from '../../domain/policy.ts';
import { A_DURATION, duration, type PolicyRules, section } from './kinds.ts';

/** How long whoever is out of retries keeps access. */
export const GRACE_RULES = {
  'grace.lasts': {
    schema: duration.nullable().default(7 * DAY_MS),
    expected: 'a duration (a whole number above 0 with s, m, h or d), or null for none',
    example: 'lasts: 7d',
  },
  'grace.floor': { schema: duration.default(3 * DAY_MS), expected: A_DURATION, example: 'floor: 3d' },
} as const satisfies PolicyRules;

/** The section as it stands in the file. */
export const GRACE_SCHEMA = section({
  lasts: GRACE_RULES['grace.lasts'].schema,
  floor: GRACE_RULES['grace.floor'].schema,
});

/** The section in the domain's words. */
export const toGrace = (file: z.output<typeof GRACE_SCHEMA>): Policy['grace'] => ({
  lastsMs: file.lasts,
  floorMs: file.floor,
});
