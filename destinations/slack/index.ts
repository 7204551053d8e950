import { defineTool } from '../../src/destination-kit/define-tool.ts';
import { toAnswer } from './answer.ts';
import { definition } from './definition.ts';

/** The path that Slack gives incoming webhooks: workspace, webhook and secret. */
const PATH = /^\/services\/[^/]+\/[^/]+\/[^/]+$/;

/** Alerts in a channel of Slack. */
export const slack = defineTool({
  key: 'slack',
  vendor: 'slack',
  subject: 'alert',
  segmentNames: ['Slack', 'Slack (Actions)'],
  definition,
  action: 'postAlerts',
  // Slack takes one message a second of a webhook; a message is far below its limit of size.
  limits: { objects: 1, bytes: 100_000, callsPerSecond: 1 },
  objectsOf: () => 1,
  // Slack posts whatever it is sent: an alert that may have been posted is not posted again.
  resendsUnknownEvents: false,
  credentials: ({ webhookUrl = '' }) => ({ webhook_url: webhookUrl }),
  toAnswer,
  eraseByHand: 'in Slack, delete the messages that end with these episode ids',
  recorder: {
    credentials: { webhookUrl: 'https://slack.invalid/services/T0/B0/recorder' },
    answer: () => ({ status: 200, body: 'ok' }),
  },
  // Only the shape: whatever Slack would be asked, it would post.
  checkCredentials: async ({ webhook_url }) =>
    URL.canParse(webhook_url) && PATH.test(new URL(webhook_url).pathname)
      ? { ok: true, unasked: true }
      : { ok: false, reason: 'it is no incoming webhook of Slack: https://hooks.slack.com/services/…' },
});
