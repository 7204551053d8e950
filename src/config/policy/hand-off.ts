import { z } from 'zod';
import { DAY_MS } from '../../domain/instant.ts';
import type { Policy } from '../../domain/policy.ts';
import { A_DURATION, duration, list, type PolicyRules, section } from './kinds.ts';

const ownerId = z
  .string()
  .regex(/^[A-Za-z0-9]{1,20}$/)
  .nullable()
  .default(null);

/** When a person takes over, and where the task stands. */
export const HAND_OFF_RULES = {
  'hand_off.in': {
    schema: list(z.enum(['hubspot', 'salesforce'])).default(['hubspot', 'salesforce']),
    expected: 'a list of hubspot and salesforce, none twice; [] for no tasks',
    example: 'in: [salesforce]',
  },
  'hand_off.high_value_at_entry': {
    schema: z.boolean().default(true),
    expected: 'true or false',
    example: 'high_value_at_entry: true',
  },
  'hand_off.after': {
    schema: duration.nullable().default(7 * DAY_MS),
    expected: 'a duration (a whole number above 0 with s, m, h or d), or null for never',
    example: 'after: 7d',
  },
  'hand_off.due_in': {
    schema: duration.default(DAY_MS),
    expected: A_DURATION,
    example: 'due_in: 1d',
  },
  'hand_off.owners': {
    schema: section({ hubspot: ownerId, salesforce: ownerId }),
    expected: 'the id of an owner in hubspot and in salesforce, each in quotes, or null',
    example: "owners: { hubspot: '61234567', salesforce: '0055f000003xYzA' }",
  },
  'hand_off.owners.hubspot': {
    schema: ownerId,
    expected: 'the id of an owner in HubSpot, in quotes (a bare number may lose digits), or null',
    example: "owners: { hubspot: '61234567' }",
  },
  'hand_off.owners.salesforce': {
    schema: ownerId,
    expected: 'the id of a user in Salesforce, in quotes (a bare number may lose digits), or null',
    example: "owners: { salesforce: '0055f000003xYzA' }",
  },
} as const satisfies PolicyRules;

/** The section as it stands in the file. */
export const HAND_OFF_SCHEMA = section({
  in: HAND_OFF_RULES['hand_off.in'].schema,
  high_value_at_entry: HAND_OFF_RULES['hand_off.high_value_at_entry'].schema,
  after: HAND_OFF_RULES['hand_off.after'].schema,
  due_in: HAND_OFF_RULES['hand_off.due_in'].schema,
  owners: HAND_OFF_RULES['hand_off.owners'].schema,
});

/** The section in the domain's words. */
export const toHandOff = (file: z.output<typeof HAND_OFF_SCHEMA>): Policy['handOff'] => ({
  in: file.in,
  highValueAtEntry: file.high_value_at_entry,
  afterMs: file.after,
  dueInMs: file.due_in,
  owners: file.owners,
});
