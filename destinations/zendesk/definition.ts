import type { DestinationDefinition } from '@segment/actions-core';
import { presetOf } from '../../src/destination-kit/preset-of.ts';
import { toAuthorization, toUrl, type ZendeskSettings } from './settings.ts';
import { DEFAULT_MAPPING, updateUsers } from './update-users.ts';

/** Zendesk Support as a destination that any host of Segment Actions can run. */
export const definition: DestinationDefinition<ZendeskSettings> = {
  name: 'dunning-zendesk',
  slug: 'actions-dunning-zendesk',
  mode: 'cloud',
  description: 'Show agents the dunning status of the customer who writes to them.',
  authentication: {
    scheme: 'custom',
    fields: {
      base_url: {
        label: 'Base URL',
        description: 'The address of your account, e.g. https://acme.zendesk.com.',
        type: 'string',
        format: 'uri',
        required: true,
      },
      email: {
        label: 'Email',
        description: 'The email address of the agent whose token it is.',
        type: 'password',
        required: true,
      },
      api_token: {
        label: 'API Token',
        description: 'A token of Admin Center, Apps and integrations, APIs. An admin is needed to make fields.',
        type: 'password',
        required: true,
      },
    },
    testAuthentication: (request, { settings }) => request(toUrl(settings, '/users/me.json')),
  },
  extendRequest: ({ settings }) => ({
    headers: { Authorization: toAuthorization(settings) },
    timeout: 30_000,
    skipResponseCloning: true,
  }),
  presets: [presetOf('Dunning Status', 'updateUsers', updateUsers, DEFAULT_MAPPING)],
  actions: { updateUsers },
};
