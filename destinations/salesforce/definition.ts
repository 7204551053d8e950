import type { DestinationDefinition } from '@segment/actions-core';
import { mappingOf, toAction } from './action.ts';
import { type SalesforceSettings, toUrl } from './settings.ts';
import { syncAccounts } from './sync-accounts.ts';
import { syncContacts } from './sync-contacts.ts';
import { syncTasks } from './tasks/sync-tasks.ts';

type Parts = Parameters<typeof toAction>[0];

const AUTHENTICATION: NonNullable<DestinationDefinition<SalesforceSettings>['authentication']> = {
  scheme: 'custom',
  fields: {
    login_url: {
      label: 'My Domain',
      description: "The organisation's own address, e.g. https://acme.my.salesforce.com.",
      type: 'string',
      format: 'uri',
      required: true,
    },
    client_id: {
      label: 'Consumer Key',
      description: 'Of an External Client App with the client credentials flow.',
      type: 'string',
      required: true,
    },
    client_secret: { label: 'Consumer Secret', description: 'Of the same app.', type: 'password', required: true },
    access_token: {
      label: 'Access Token',
      description: 'Of the open session; whoever runs the destination opens one.',
      type: 'password',
      default: '',
    },
    instance_url: {
      label: 'Instance',
      description: 'Address of the open session.',
      type: 'string',
      default: '',
    },
    create_missing: {
      label: 'Create Missing Contacts',
      description: 'Make a Contact for a user whom Salesforce does not know and whose email is known.',
      type: 'boolean',
      default: false,
    },
    contact_id_field: {
      label: 'User ID Field',
      description: 'API name of the unique external id field of Contact.',
      type: 'string',
      required: true,
    },
    account_id_field: {
      label: 'Account ID Field',
      description: 'API name of the unique external id field of Account.',
      type: 'string',
      required: true,
    },
    default_owner: {
      label: 'Default Owner',
      description: 'Id of the User who gets tasks of accounts and contacts without an active owner.',
      type: 'string',
      default: '',
    },
  },
  testAuthentication: (request, { settings }) => request(toUrl(settings, '/sobjects'), { method: 'get' }),
};

/** A destination of one action, which any host of Segment Actions can run with an open session. */
const toDefinition = (
  name: string,
  preset: string,
  slug: string,
  parts: Parts,
): DestinationDefinition<SalesforceSettings> => ({
  name,
  slug: `actions-${name}`,
  mode: 'cloud',
  description: parts.description,
  authentication: AUTHENTICATION,
  extendRequest: ({ settings }) => ({
    headers: { Authorization: `Bearer ${settings.access_token}` },
    timeout: 30_000,
    skipResponseCloning: true,
  }),
  presets: [
    { name: preset, subscribe: parts.subscription, partnerAction: slug, mapping: mappingOf(parts), type: 'automatic' },
  ],
  actions: { [slug]: toAction(parts) },
});

/** Dunning state in Contacts. */
export const contactDefinition = toDefinition('dunning-salesforce', 'Dunning State of Contacts', 'syncContacts', {
  title: 'Sync Contacts',
  description: 'Keep dunning state in the Contacts of users.',
  subscription: 'type = "identify" and context.recoup.id != null',
  attributes: '$.traits',
  sync: syncContacts,
});

/** Dunning state in Accounts. */
export const accountDefinition = toDefinition(
  'dunning-salesforce-accounts',
  'Dunning State of Accounts',
  'syncAccounts',
  {
    title: 'Sync Accounts',
    description: 'Keep dunning state in Accounts.',
    subscription: 'type = "group" and context.recoup.id != null',
    attributes: '$.traits',
    sync: syncAccounts,
  },
);

/** Tasks for people to take over. */
export const taskDefinition = toDefinition('dunning-salesforce-tasks', 'Dunning Tasks', 'syncTasks', {
  title: 'Sync Tasks',
  description: 'Make, update and close a Task for each episode that a person is to take over.',
  subscription: 'type = "track" and event = "dunning_hand_off" and context.recoup.id != null',
  attributes: '$.properties',
  sync: syncTasks,
});
