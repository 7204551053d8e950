import { z } from 'zod';
import type { Policy } from '../../domain/policy.ts';
import { type PolicyRules, section } from './kinds.ts';

/** How what tools hold is read back. */
export const VERIFY_RULES = {
  'verify.sample_per_hour': {
    schema: z.number().int().min(0).max(3_600).default(60),
    expected: 'a whole number from 0 to 3600',
    example: 'sample_per_hour: 60',
  },
} as const satisfies PolicyRules;

/** The section as it stands in the file. */
export const VERIFY_SCHEMA = section({
  sample_per_hour: VERIFY_RULES['verify.sample_per_hour'].schema,
});

/** The section in the domain's words. */
export const toVerify = (file: z.output<typeof VERIFY_SCHEMA>): Policy['verify'] => ({
  samplePerHour: file.sample_per_hour,
});
