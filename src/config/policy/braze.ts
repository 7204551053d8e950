import { z } from 'zod';
import type { Policy } from '../../domain/policy.ts';
import { type PolicyRules, section } from './kinds.ts';

/** How Braze is written. */
export const BRAZE_RULES = {
  'braze.batch_objects': {
    schema: z.number().int().min(1).max(75).default(75),
    expected: 'a whole number from 1 to 75',
    example: 'batch_objects: 75',
  },
  'braze.update_existing_only': {
    schema: z.boolean().default(false),
    expected: 'true or false',
    example: 'update_existing_only: false',
  },
} as const satisfies PolicyRules;

/** The section as it stands in the file. */
export const BRAZE_SCHEMA = section({
  batch_objects: BRAZE_RULES['braze.batch_objects'].schema,
  update_existing_only: BRAZE_RULES['braze.update_existing_only'].schema,
});

/** The section in the domain's words. */
export const toBraze = (file: z.output<typeof BRAZE_SCHEMA>): Policy['braze'] => ({
  batchObjects: file.batch_objects,
  updateExistingOnly: file.update_existing_only,
});
