import { z } from 'zod';
import type { Policy } from '../../domain/policy.ts';
import { id, list, type PolicyRules, section } from './kinds.ts';

/** Which plans are which. */
export const PLANS_RULES = {
  'plans.high_value': {
    schema: list(id).default([]),
    expected: 'a list of plan ids without spaces, none twice',
    example: 'high_value: [enterprise, pro]',
  },
  'plans.ids': {
    schema: z.record(id, id).default({}),
    expected: 'price or product ids, each with a plan id',
    example: 'ids: { price_1PqXyZ: pro }',
  },
} as const satisfies PolicyRules;

/** The section as it stands in the file. */
export const PLANS_SCHEMA = section({
  high_value: PLANS_RULES['plans.high_value'].schema,
  ids: PLANS_RULES['plans.ids'].schema,
});

/** The section in the domain's words. */
export const toPlans = (file: z.output<typeof PLANS_SCHEMA>): Policy['plans'] => ({
  highValue: file.high_value,
  ids: file.ids,
});
