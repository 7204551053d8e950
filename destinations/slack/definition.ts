import type { DestinationDefinition } from '@segment/actions-core';
import { presetOf } from '../../src/destination-kit/preset-of.ts';
import { DEFAULT_MAPPING, postAlerts } from './post-alerts.ts';
import type { SlackSettings } from './settings.ts';

/** A channel of Slack as a destination that any host of Segment Actions can run. */
export const definition: DestinationDefinition<SlackSettings> = {
  name: 'dunning-slack',
  slug: 'actions-dunning-slack',
  mode: 'cloud',
  description: 'Alert a channel of high-value accounts whose payment failed, and call the alert off.',
  authentication: {
    scheme: 'custom',
    fields: {
      webhook_url: {
        label: 'Incoming Webhook URL',
        description: 'https://hooks.slack.com/services/… of the channel. Whoever knows it can post there.',
        type: 'password',
        format: 'uri',
        required: true,
      },
    },
  },
  extendRequest: () => ({ timeout: 30_000, skipResponseCloning: true }),
  presets: [presetOf('Dunning Alerts', 'postAlerts', postAlerts, DEFAULT_MAPPING)],
  actions: { postAlerts },
};
