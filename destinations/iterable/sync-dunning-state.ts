import type { ActionDefinition } from '@segment/actions-core';
import { attributesField, batchFields, EVENT, eventsField, idField } from '../../src/destination-kit/action-fields.ts';
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
    user_id: idField('User ID', 'The userId in Iterable.', DEFAULT_MAPPING.user_id),
    attributes: attributesField('User Fields', 'Fields that changed. null clears one.', DEFAULT_MAPPING.attributes),
    events: eventsField(
      'Events',
      'Events that happened to the user, with the fields that they bring about.',
      DEFAULT_MAPPING.events,
      {
        id: {
          label: 'ID',
          description: 'An event that is sent again under its id takes the place of the first.',
          type: 'string',
        },
        ...EVENT,
        properties: { ...EVENT.properties, label: 'Fields' },
      },
    ),
    ...batchFields(
      'Batch Data to Iterable',
      'Send many users in one call. Off, the bulk endpoints are used all the same.',
      'Users per call.',
      DEFAULT_MAPPING,
    ),
  },
  perform: (request, { payload, settings }) => sync(request, [payload], settings),
  performBatch: (request, { payload, settings }) => sync(request, payload, settings),
};
