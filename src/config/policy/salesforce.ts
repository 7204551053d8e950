import { z } from 'zod';
import type { Policy } from '../../domain/policy.ts';
import { type PolicyRules, section } from './kinds.ts';

const salesforceName = z.string().regex(/^[A-Za-z][A-Za-z0-9_]{0,50}__c$/);

/** How Salesforce is written. */
export const SALESFORCE_RULES = {
  'salesforce.create_missing': {
    schema: z.boolean().default(false),
    expected: 'true or false',
    example: 'create_missing: false',
  },
  'salesforce.contact_id_field': {
    schema: salesforceName.default('Recoup_User_Id__c'),
    expected: 'the API name of a custom field, which ends in __c',
    example: 'contact_id_field: Recoup_User_Id__c',
  },
  'salesforce.account_id_field': {
    schema: salesforceName.default('Recoup_Account_Id__c'),
    expected: 'the API name of a custom field, which ends in __c',
    example: 'account_id_field: Recoup_Account_Id__c',
  },
} as const satisfies PolicyRules;

/** The section as it stands in the file. */
export const SALESFORCE_SCHEMA = section({
  create_missing: SALESFORCE_RULES['salesforce.create_missing'].schema,
  contact_id_field: SALESFORCE_RULES['salesforce.contact_id_field'].schema,
  account_id_field: SALESFORCE_RULES['salesforce.account_id_field'].schema,
});

/** The section in the domain's words. */
export const toSalesforce = (file: z.output<typeof SALESFORCE_SCHEMA>): Policy['salesforce'] => ({
  createMissing: file.create_missing,
  contactIdField: file.contact_id_field,
  accountIdField: file.account_id_field,
});
