import type { ActionDefinition, RequestClient } from '@segment/actions-core';
import { batchFields, EVENT, eventsField, idField } from '../../src/destination-kit/action-fields.ts';
import { answerOf } from '../../src/destination-kit/caught.ts';
import { type ActionOutcome, toMultiStatus } from '../../src/destination-kit/multi-status.ts';
import { refusesEvent } from './answer.ts';
import { parseSecret, type WebhookSettings } from './settings.ts';
import { toSignedHeaders } from './sign.ts';

/** The events of one account, in order. */
type EventsPayload = {
  readonly account_id: string;
  /** ISO 8601, of the attempt. */
  readonly sent_at: string;
  readonly events?: readonly {
    readonly id: string;
    readonly name: string;
    /** ISO 8601 */
    readonly time: string;
    readonly properties?: Readonly<Record<string, unknown>>;
  }[];
};
type Event = NonNullable<EventsPayload['events']>[number];

/** Where the fields are found in an event as Recoup makes it. */
export const DEFAULT_MAPPING = {
  account_id: { '@path': '$.context.recoup.id' },
  sent_at: { '@path': '$.sentAt' },
  events: { '@path': '$.context.recoup.events' },
  enable_batching: true,
  batch_size: 1,
};

/** Posts each event by itself, signed. */
export const sendEvents: ActionDefinition<WebhookSettings, EventsPayload> = {
  title: 'Send Events',
  description: 'Post every dunning event of an account, one request each, signed by Standard Webhooks.',
  platform: 'cloud',
  defaultSubscription: 'type = "track" and context.recoup.events != null',
  fields: {
    account_id: idField('Account ID', 'Whose events these are.', DEFAULT_MAPPING.account_id),
    sent_at: {
      label: 'Sent At',
      description: 'When this attempt is made; signed.',
      type: 'datetime',
      required: true,
      default: DEFAULT_MAPPING.sent_at,
    },
    events: {
      ...eventsField('Events', 'What happened, in order.', DEFAULT_MAPPING.events, {
        id: { label: 'ID', type: 'string', required: true },
        ...EVENT,
      }),
      allowNull: true,
    },
    ...batchFields('Batch', 'Answer for each account by itself.', 'Accounts per call.', DEFAULT_MAPPING),
  },
  perform: (request, { payload, settings }) => sendAll(request, [payload], settings),
  performBatch: (request, { payload, settings }) => sendAll(request, payload, settings),
};

const sendAll = async (request: RequestClient, payloads: readonly EventsPayload[], settings: WebhookSettings) => {
  const key = parseSecret(settings.secret);
  if (key === null) throw new Error('The secret is not one of Standard Webhooks.');
  const outcomes: ActionOutcome[] = [];
  for (const payload of payloads) outcomes.push(await sendOne(makePost(request, settings.url, key), payload));
  return toMultiStatus(outcomes, payloads);
};

type Post = (event: Event, sentAt: string) => Promise<unknown>;

const makePost =
  (request: RequestClient, url: string, key: Buffer): Post =>
  ({ id, name, time, properties = {} }, sentAt) => {
    const body = JSON.stringify({ type: name, timestamp: time, data: properties });
    const timestamp = Math.floor(Date.parse(sentAt) / 1_000);
    const headers = { 'content-type': 'application/json', ...toSignedHeaders({ id, timestamp, body }, key) };
    return request(url, { method: 'post', body, headers });
  };

/**
 * Sends the events of one account in order. A refused event is passed over: the others are not its fault. On any other
 * failure the rest waits, and all go again, since receivers know by its id what they already have.
 */
const sendOne = async (post: Post, { events = [], sent_at }: EventsPayload): Promise<ActionOutcome> => {
  const refused: string[] = [];
  let taken = 0;
  for (const event of events) {
    try {
      await post(event, sent_at);
      taken += 1;
    } catch (error) {
      const status = answerOf(error)?.status ?? 0;
      const isFirst = taken + refused.length === 0;
      // Alone or first: nothing was taken, and the answer as a whole says why.
      if (isFirst && (!refusesEvent(status) || events.length === 1)) throw error;
      if (!refusesEvent(status)) return { result: 'unknown', reason: `${event.name}: status ${status || 'none'}` };
      refused.push(`${event.name} refused: status ${status}`);
    }
  }
  if (refused.length === 0) return { result: 'delivered', warning: null };
  const reason = [...refused, ...(taken > 0 ? [`${taken} taken`] : [])].join('; ');
  return { result: 'rejected', reason, ...(taken > 0 ? { partly: true } : {}) };
};
