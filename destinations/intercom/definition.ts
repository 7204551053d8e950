import type { DestinationDefinition } from '@segment/actions-core';
import { presetOf } from '../../src/destination-kit/preset-of.ts';
import { type IntercomSettings, toHeaders, toUrl } from './settings.ts';
import { DEFAULT_MAPPING, updateContacts } from './update-contacts.ts';

/** Intercom as a destination that any host of Segment Actions can run. */
export const definition: DestinationDefinition<IntercomSettings> = {
  name: 'dunning-intercom',
  slug: 'actions-dunning-intercom',
  mode: 'cloud',
  description: 'Show agents the dunning status of the customer who writes to them.',
  authentication: {
    scheme: 'custom',
    fields: {
      access_token: {
        label: 'Access Token',
        description: 'Of an app of your workspace, in the Developer Hub. It reads and writes contacts.',
        type: 'password',
        required: true,
      },
      base_url: {
        label: 'Base URL',
        description:
          'By your region: https://api.intercom.io, https://api.eu.intercom.io or https://api.au.intercom.io.',
        type: 'string',
        format: 'uri',
        required: true,
      },
    },
    testAuthentication: (request, { settings }) => request(toUrl(settings, '/me')),
  },
  extendRequest: ({ settings }) => ({ headers: toHeaders(settings), timeout: 30_000, skipResponseCloning: true }),
  presets: [presetOf('Dunning Status', 'updateContacts', updateContacts, DEFAULT_MAPPING)],
  actions: { updateContacts },
};
