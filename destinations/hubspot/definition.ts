import type { DestinationDefinition } from '@segment/actions-core';
import { presetOf } from '../../src/destination-kit/preset-of.ts';
import { type HubspotSettings, toFirstPageUrl } from './settings.ts';
import { COMPANY_MAPPING, syncCompanies } from './sync-companies.ts';
import { CONTACT_MAPPING, syncContacts } from './sync-contacts.ts';
import { syncTasks, TASK_MAPPING } from './tasks/sync-tasks.ts';

/** HubSpot as a destination that any host of Segment Actions can run. */
export const definition: DestinationDefinition<HubspotSettings> = {
  name: 'dunning-hubspot',
  slug: 'actions-dunning-hubspot',
  mode: 'cloud',
  description: 'Keep dunning state on contacts and companies in HubSpot, and hand episodes over as tasks.',
  authentication: {
    scheme: 'custom',
    fields: {
      access_token: {
        label: 'Access Token',
        description: 'A service key with read and write scopes for contacts and companies.',
        type: 'password',
        required: true,
      },
      base_url: {
        label: 'API Address',
        description: 'Where HubSpot’s API is, https://api.hubapi.com unless a proxy stands between.',
        type: 'string',
        format: 'uri',
        default: 'https://api.hubapi.com',
        required: true,
      },
      create_missing: {
        label: 'Create Missing Contacts',
        description: 'Make a contact for a user whom HubSpot does not know and whose email is known.',
        type: 'boolean',
        default: true,
      },
      contact_id_property: {
        label: 'Contact ID Property',
        description: 'Internal name of the unique contact property that holds the user id.',
        type: 'string',
        default: 'recoup_user_id',
        required: true,
      },
      company_id_property: {
        label: 'Company ID Property',
        description: 'Internal name of the unique company property that holds the account id.',
        type: 'string',
        default: 'recoup_account_id',
        required: true,
      },
      default_owner: {
        label: 'Default Owner',
        description: 'Owner id for tasks where neither the company nor the contact has an owner.',
        type: 'string',
        default: '',
      },
      suppression_list: {
        label: 'Suppression List',
        description: 'Name of a static list of contacts who are not to be dunned. Empty: none is kept.',
        type: 'string',
        default: '',
      },
      unenrol_workflows: {
        label: 'Workflows to Leave',
        description: 'Ids of workflows that contacts leave when they are not to be dunned, separated by spaces.',
        type: 'string',
        default: '',
      },
    },
    testAuthentication: (request, { settings }) => request(toFirstPageUrl(settings, 'contacts')),
  },
  extendRequest: ({ settings }) => ({
    headers: { Authorization: `Bearer ${settings.access_token}` },
    timeout: 30_000,
    skipResponseCloning: true,
  }),
  presets: [
    presetOf('Contacts', 'syncContacts', syncContacts, CONTACT_MAPPING),
    presetOf('Companies', 'syncCompanies', syncCompanies, COMPANY_MAPPING),
    presetOf('Hand-off Tasks', 'syncTasks', syncTasks, TASK_MAPPING),
  ],
  actions: { syncContacts, syncCompanies, syncTasks },
};
