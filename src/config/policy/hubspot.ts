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
  'hubspot.suppression_list': {
    schema: z
      .string()
      .regex(/^\S(.{0,98}\S)?$/)
      .nullable()
      .default(null),
    expected: 'the name of a static list of contacts, or null for none',
    example: 'suppression_list: "Recoup: do not dun"',
  },
  'hubspot.unenrol_workflows': {
    schema: z.array(z.number().int().positive()).max(5).readonly().default([]),
    expected: 'a list of at most 5 ids of workflows',
    example: 'unenrol_workflows: [5501234]',
  },
} as const satisfies PolicyRules;

/** The section as it stands in the file. */
export const HUBSPOT_SCHEMA = section({
  create_missing: HUBSPOT_RULES['hubspot.create_missing'].schema,
  contact_id_property: HUBSPOT_RULES['hubspot.contact_id_property'].schema,
  company_id_property: HUBSPOT_RULES['hubspot.company_id_property'].schema,
  suppression_list: HUBSPOT_RULES['hubspot.suppression_list'].schema,
  unenrol_workflows: HUBSPOT_RULES['hubspot.unenrol_workflows'].schema,
});

/** The section in the domain's words. */
export const toHubspot = (file: z.output<typeof HUBSPOT_SCHEMA>): Policy['hubspot'] => ({
  createMissing: file.create_missing,
  contactIdProperty: file.contact_id_property,
  companyIdProperty: file.company_id_property,
  suppressionList: file.suppression_list,
  unenrolWorkflows: file.unenrol_workflows,
});
