import { z } from 'zod';
import type { Policy } from '../../domain/policy.ts';
import { type PolicyRules, section } from './kinds.ts';

const hubspotName = z.string().regex(/^[a-z][a-z0-9_]{0,99}$/);

/** How HubSpot is written. */
export const HUBSPOT_RULES = {
  'hubspot.create_missing': {
    schema: z.boolean().default(true),
    expected: 'true or false',
    example: 'create_missing: true',
  },
  'hubspot.contact_id_property': {
    schema: hubspotName.default('recoup_user_id'),
    expected: 'the internal name of a HubSpot property: lower case letters, digits and _',
    example: 'contact_id_property: recoup_user_id',
  },
  'hubspot.company_id_property': {
    schema: hubspotName.default('recoup_account_id'),
    expected: 'the internal name of a HubSpot property: lower case letters, digits and _',
    example: 'company_id_property: recoup_account_id',
  },
} as const satisfies PolicyRules;

/** The section as it stands in the file. */
export const HUBSPOT_SCHEMA = section({
  create_missing: HUBSPOT_RULES['hubspot.create_missing'].schema,
  contact_id_property: HUBSPOT_RULES['hubspot.contact_id_property'].schema,
  company_id_property: HUBSPOT_RULES['hubspot.company_id_property'].schema,
});

/** The section in the domain's words. */
export const toHubspot = (file: z.output<typeof HUBSPOT_SCHEMA>): Policy['hubspot'] => ({
  createMissing: file.create_missing,
  contactIdProperty: file.contact_id_property,
  companyIdProperty: file.company_id_property,
});
