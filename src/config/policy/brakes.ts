import { z } from 'zod';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../domain/instant.ts';
import type { Policy } from '../../domain/policy.ts';
import { duration, type PolicyRules, section } from './kinds.ts';

/** When entries into messaging are held back. */
export const BRAKES_RULES = {
  'brakes.entries_per_person_per_day': {
    schema: z.number().int().min(1).max(100).nullable().default(3),
    expected: 'a whole number from 1 to 100, or null for no limit',
    example: 'entries_per_person_per_day: 3',
  },
  'brakes.share_at_once': {
    schema: z.number().gt(0).max(1).nullable().default(0.1),
    expected: 'a share above 0 and up to 1 (0.1 is a tenth), or null for no limit',
    example: 'share_at_once: 0.1',
  },
  'brakes.within': {
    schema: duration.pipe(z.number().min(MINUTE_MS).max(DAY_MS)).default(HOUR_MS),
    expected: 'a duration from 1m to 1d',
    example: 'within: 1h',
  },
  'brakes.from_people': {
    schema: z.number().int().min(1).default(500),
    expected: 'a whole number above 0',
    example: 'from_people: 500',
  },
} as const satisfies PolicyRules;

/** The section as it stands in the file. */
export const BRAKES_SCHEMA = section({
  entries_per_person_per_day: BRAKES_RULES['brakes.entries_per_person_per_day'].schema,
  share_at_once: BRAKES_RULES['brakes.share_at_once'].schema,
  within: BRAKES_RULES['brakes.within'].schema,
  from_people: BRAKES_RULES['brakes.from_people'].schema,
});

/** The section in the domain's words. */
export const toBrakes = (file: z.output<typeof BRAKES_SCHEMA>): Policy['brakes'] => ({
  entriesPerDay: file.entries_per_person_per_day,
  shareAtOnce: file.share_at_once,
  withinMs: file.within,
  fromPeople: file.from_people,
});
