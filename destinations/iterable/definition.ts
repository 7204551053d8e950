import type { DestinationDefinition } from '@segment/actions-core';
import { presetOf } from '../../src/destination-kit/preset-of.ts';
import { type IterableSettings, toUrl } from './settings.ts';
import { DEFAULT_MAPPING, syncDunningState } from './sync-dunning-state.ts';

/** Iterable as a destination that any host of Segment Actions can run. */
export const definition: DestinationDefinition<IterableSettings> = {
  name: 'dunning-iterable',
  slug: 'actions-dunning-iterable',
  mode: 'cloud',
  description: 'Keep dunning state and the events that start or stop journeys in Iterable.',
  authentication: {
    scheme: 'custom',
    fields: {
      api_key: {
        label: 'API Key',
        description: 'A server-side API key of the project, without JWT.',
        type: 'password',
        required: true,
      },
      base_url: {
        label: 'API Address',
        description:
          'https://api.iterable.com, or https://api.eu.iterable.com for projects of the European data centre.',
        type: 'string',
        // Without `choices`, which would refuse a proxy and a stand-in.
        format: 'uri',
        required: true,
      },
      cancel_campaigns: {
        label: 'Campaigns to Cancel',
        description:
          'Campaigns whose scheduled sends are canceled for users who leave dunning, by channel and id: email:101 push:102.',
        type: 'string',
        required: false,
      },
    },
    testAuthentication: (request, { settings }) => request(toUrl(settings, '/api/users/getFields')),
  },
  extendRequest: ({ settings }) => ({
    headers: { 'Api-Key': settings.api_key },
    timeout: 30_000,
    skipResponseCloning: true,
  }),
  presets: [presetOf('Dunning State', 'syncDunningState', syncDunningState, DEFAULT_MAPPING)],
  actions: { syncDunningState },
};
