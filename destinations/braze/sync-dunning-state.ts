import type { ActionDefinition, RequestClient } from '@segment/actions-core';
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
    external_id: {
      label: 'External User ID',
      description: 'The unique user identifier in Braze.',
      type: 'string',
      required: true,
      default: DEFAULT_MAPPING.external_id,
    },
    attributes: {
      label: 'Custom Attributes',
      description: 'Attributes that changed. null clears one.',
      type: 'object',
      defaultObjectUI: 'keyvalue',
      default: DEFAULT_MAPPING.attributes,
    },
    events: {
      label: 'Custom Events',
      description: 'Events that happened to the user, with the attributes that they bring about.',
      type: 'object',
      multiple: true,
      additionalProperties: true,
      properties: {
        name: { label: 'Name', type: 'string', required: true },
        time: { label: 'Time', description: 'ISO 8601', type: 'datetime', required: true },
        properties: { label: 'Properties', type: 'object', additionalProperties: true },
      },
      default: DEFAULT_MAPPING.events,
    },
    enable_batching: {
      label: 'Batch Data to Braze',
      description: 'Send many users in one call.',
      type: 'boolean',
      default: DEFAULT_MAPPING.enable_batching,
    },
    batch_size: {
      label: 'Batch Size',
      description: 'Users per call.',
      type: 'number',
      default: DEFAULT_MAPPING.batch_size,
      unsafe_hidden: true,
    },
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
