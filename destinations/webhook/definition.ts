import type { DestinationDefinition } from '@segment/actions-core';
import { presetOf } from '../../src/destination-kit/preset-of.ts';
import { DEFAULT_MAPPING, sendEvents } from './send-events.ts';
import type { WebhookSettings } from './settings.ts';

/** A receiver of signed webhooks as a destination that any host of Segment Actions can run. */
export const definition: DestinationDefinition<WebhookSettings> = {
  name: 'dunning-webhook',
  slug: 'actions-dunning-webhook',
  mode: 'cloud',
  description: 'Post every dunning event to an address of yours, signed by Standard Webhooks.',
  authentication: {
    scheme: 'custom',
    fields: {
      url: {
        label: 'URL',
        description: 'Where events are posted to. It must answer 2xx within 30 seconds and may not redirect.',
        // Such addresses often carry a token, so it is hidden like one.
        type: 'password',
        format: 'uri',
        required: true,
      },
      secret: {
        label: 'Signing Secret',
        description: 'whsec_ and 24 to 64 random bytes in base64.',
        type: 'password',
        required: true,
      },
    },
  },
  extendRequest: () => ({ timeout: 30_000, skipResponseCloning: true }),
  presets: [presetOf('Dunning Events', 'sendEvents', sendEvents, DEFAULT_MAPPING)],
  actions: { sendEvents },
};
