import type { ActionDefinition, RequestClient } from '@segment/actions-core';
import { batchFields, EVENT, eventsField, idField } from '../../src/destination-kit/action-fields.ts';
import { toCaughtOutcome } from '../../src/destination-kit/caught.ts';
import { type ActionOutcome, toMultiStatus } from '../../src/destination-kit/multi-status.ts';
import { isPosted, toAnswer } from './answer.ts';
import { toMessage } from './message.ts';
import type { SlackSettings } from './settings.ts';

/** What happened in one episode. */
type AlertPayload = {
  readonly episode_id: string;
  readonly events?: readonly { readonly name: string; readonly properties?: Readonly<Record<string, unknown>> }[];
};

/** Where the fields are found in an event as Recoup makes it. */
export const DEFAULT_MAPPING = {
  episode_id: { '@path': '$.context.recoup.id' },
  events: { '@path': '$.context.recoup.events' },
  enable_batching: true,
  batch_size: 1,
};

/** Posts one message for each alert. */
export const postAlerts: ActionDefinition<SlackSettings, AlertPayload> = {
  title: 'Post Alerts',
  description: 'Post a message when dunning of a high-value account begins, and when it ended.',
  platform: 'cloud',
  defaultSubscription: 'type = "track" and context.recoup.events != null',
  fields: {
    episode_id: idField('Episode ID', 'The dunning episode that the alert is about.', DEFAULT_MAPPING.episode_id),
    events: eventsField('Alerts', 'alert_opened and alert_resolved, in order.', DEFAULT_MAPPING.events, {
      name: EVENT.name,
      properties: EVENT.properties,
    }),
    ...batchFields('Batch', 'Answer for each episode by itself.', 'Episodes per call.', DEFAULT_MAPPING),
  },
  perform: (request, { payload, settings }) => postAll(request, [payload], settings),
  performBatch: (request, { payload, settings }) => postAll(request, payload, settings),
};

const postAll = async (request: RequestClient, payloads: readonly AlertPayload[], settings: SlackSettings) => {
  const outcomes: ActionOutcome[] = [];
  for (const payload of payloads) outcomes.push(await postOne(request, payload, settings));
  return toMultiStatus(outcomes, payloads);
};

const postOne = async (
  request: RequestClient,
  { events = [] }: AlertPayload,
  { webhook_url }: SlackSettings,
): Promise<ActionOutcome> => {
  const messages = events.map((event) => toMessage(event)).filter((message) => message !== null);
  for (const [index, message] of messages.entries()) {
    try {
      const { data } = await request(webhook_url, { method: 'post', json: message });
      if (!isPosted(data)) return { result: 'unknown', reason: 'the answer is not one of Slack' };
    } catch (error) {
      // Before anything was posted the answer stands for the whole call, and may pause it.
      if (index === 0) throw error;
      return toCaughtOutcome(error, toAnswer);
    }
  }
  return { result: 'delivered', warning: null };
};
