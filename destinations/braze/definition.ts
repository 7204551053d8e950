import type { DestinationDefinition } from '@segment/actions-core';
import { presetOf } from '../../src/destination-kit/preset-of.ts';
import { type BrazeSettings, toUrl } from './settings.ts';
import { DEFAULT_MAPPING, syncDunningState } from './sync-dunning-state.ts';

/** Nobody: an id that no workspace has, and that Braze is told not to make a profile for. */
export const NOBODY = { external_id: 'recoup-credential-check', _update_existing_only: true } as const;

/** Braze as a destination that any host of Segment Actions can run. */
export const definition: DestinationDefinition<BrazeSettings> = {
  name: 'dunning-braze',
  slug: 'actions-dunning-braze',
  mode: 'cloud',
  description: 'Keep dunning state and the events that start or stop dunning flows in Braze.',
  authentication: {
    scheme: 'custom',
    fields: {
      api_key: {
        label: 'REST API Key',
        description:
          'A key with the permission users.track (users.export.ids to read back, users.delete to erase people), of the same instance.',
        type: 'password',
        required: true,
      },
      endpoint: {
        label: 'REST Endpoint',
        description:
          'The REST endpoint of your instance, e.g. https://rest.iad-01.braze.com (US-01), https://rest.us-10.braze.com (US-10), https://rest.fra-01.braze.eu (EU-01) or https://rest.au-01.braze.com (AU-01).',
        type: 'string',
        // Without `choices`, which would refuse a proxy, a stand-in and every instance that Braze adds.
        format: 'uri',
        required: true,
      },
      update_existing_only: {
        label: 'Update Existing Users Only',
        description:
          'Leave out users that Braze does not know. Off: Braze makes a profile, which is reached once it has an address.',
        type: 'boolean',
        default: false,
      },
    },
    testAuthentication: (request, { settings }) =>
      request(toUrl(settings, '/users/track'), { method: 'post', json: { attributes: [NOBODY] } }),
  },
  extendRequest: ({ settings }) => ({
    headers: { Authorization: `Bearer ${settings.api_key}` },
    timeout: 30_000,
    skipResponseCloning: true,
  }),
  presets: [presetOf('Dunning State', 'syncDunningState', syncDunningState, DEFAULT_MAPPING)],
  actions: { syncDunningState },
};
