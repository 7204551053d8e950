import type { ActionDefinition, RequestClient } from '@segment/actions-core';
import { attributesField, batchFields, EVENT, eventsField, idField } from '../../src/destination-kit/action-fields.ts';
import { toMultiStatus } from '../../src/destination-kit/multi-status.ts';
import { type BrazeSettings, toUrl } from './settings.ts';
import { toTrackOutcomes } from './track-answer.ts';
import { type SyncPayload, toTrackCall } from './track-body.ts';

/**
 * People per batch where a host of Segment Actions makes the batches: Braze takes 75 objects, and a person is one object
 * of attributes and one for each event, two at most in a step of dunning.
 */
const PEOPLE_PER_BATCH = 25;

/** Where the fields are found in an event as Recoup makes it. */
export const DEFAULT_MAPPING = {
  external_id: { '@path': '$.userId' },
  attributes: { '@path': '$.traits' },
  events: { '@path': '$.context.recoup.events' },
  enable_batching: true,
  batch_size: PEOPLE_PER_BATCH,
};

/** Writes custom attributes and records custom events of the same people in one call. */
export const syncDunningState: ActionDefinition<BrazeSettings, SyncPayload> = {
  title: 'Sync Dunning State',
  description: 'Set or clear custom attributes and record the custom events that start or stop flows, in one call.',
  platform: 'cloud',
  defaultSubscription: 'type = "identify" and context.recoup.events != null',
  fields: {
    external_id: idField('External User ID', 'The unique user identifier in Braze.', DEFAULT_MAPPING.external_id),
    attributes: attributesField(
      'Custom Attributes',
      'Attributes that changed. null clears one.',
      DEFAULT_MAPPING.attributes,
    ),
    events: eventsField(
      'Custom Events',
      'Events that happened to the user, with the attributes that they bring about.',
      DEFAULT_MAPPING.events,
      EVENT,
    ),
    ...batchFields('Batch Data to Braze', 'Send many users in one call.', 'Users per call.', DEFAULT_MAPPING),
  },
  perform: (request, { payload, settings }) => track(request, [payload], settings),
  performBatch: (request, { payload, settings }) => track(request, payload, settings),
};

const track = async (request: RequestClient, payloads: readonly SyncPayload[], settings: BrazeSettings) => {
  const call = toTrackCall(payloads, settings);
  const empty = call.parts.attributes.length + call.parts.events.length === 0;
  const body = empty
    ? { message: 'nothing to send' }
    : (await request(toUrl(settings, '/users/track'), { method: 'post', json: call.body })).data;
  return toMultiStatus(toTrackOutcomes(body, call, payloads.length), payloads);
};
