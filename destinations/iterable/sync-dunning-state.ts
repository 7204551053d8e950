import type { ActionDefinition } from '@segment/actions-core';
import type { SyncPayload } from './parts.ts';
import type { IterableSettings } from './settings.ts';
import { sync } from './sync.ts';

/** Where the fields are found in an event as Recoup makes it. */
export const DEFAULT_MAPPING = {
  user_id: { '@path': '$.userId' },
  attributes: { '@path': '$.traits' },
  events: { '@path': '$.context.recoup.events' },
  enable_batching: true,
  // Two events at most in a step of dunning, and 1,000 objects in a request.
  batch_size: 500,
};

/** Writes user fields, then records events of the same people. */
export const syncDunningState: ActionDefinition<IterableSettings, SyncPayload> = {
  title: 'Sync Dunning State',
  description: 'Set or clear user fields, then record the events that start or stop journeys.',
  platform: 'cloud',
  defaultSubscription: 'type = "identify" and context.recoup.events != null',
  fields: {
    user_id: {
      label: 'User ID',
      description: 'The userId in Iterable.',
      type: 'string',
      required: true,
      default: DEFAULT_MAPPING.user_id,
    },
    attributes: {
      label: 'User Fields',
      description: 'Fields that changed. null clears one.',
      type: 'object',
      defaultObjectUI: 'keyvalue',
      default: DEFAULT_MAPPING.attributes,
    },
    events: {
      label: 'Events',
      description: 'Events that happened to the user, with the fields that they bring about.',
      type: 'object',
      multiple: true,
      additionalProperties: true,
      properties: {
        id: {
          label: 'ID',
          description: 'An event that is sent again under its id takes the place of the first.',
          type: 'string',
        },
        name: { label: 'Name', type: 'string', required: true },
        time: { label: 'Time', description: 'ISO 8601', type: 'datetime', required: true },
        properties: { label: 'Fields', type: 'object', additionalProperties: true },
      },
      default: DEFAULT_MAPPING.events,
    },
    enable_batching: {
      label: 'Batch Data to Iterable',
      description: 'Send many users in one call. Off, the bulk endpoints are used all the same.',
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
  perform: (request, { payload, settings }) => sync(request, [payload], settings),
  performBatch: (request, { payload, settings }) => sync(request, payload, settings),
};
