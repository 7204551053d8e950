import type { SegmentEvent } from '@segment/actions-core';
import { type Instant, toIso } from '../domain/instant.ts';
import type { Subject, ToolRecord } from './record.ts';

/** Which call a record is; the track calls carry these names. */
const CALLS: Readonly<Record<Subject, { readonly type: 'identify' | 'group' | 'track'; readonly event?: string }>> = {
  person: { type: 'identify' },
  contact: { type: 'identify' },
  account: { type: 'group' },
  hand_off: { type: 'track', event: 'dunning_hand_off' },
  alert: { type: 'track', event: 'dunning_alert' },
  stream: { type: 'track', event: 'dunning_events' },
};

/** Under which names a call tells whom it is about and what it says. */
const partsOf = (record: ToolRecord, { type, event }: (typeof CALLS)[Subject]): Partial<SegmentEvent> => {
  const attributes = { ...record.attributes };
  if (type === 'identify') return { type, userId: record.userId, traits: attributes };
  if (type === 'group') return { type, groupId: record.userId, traits: attributes };
  return { type, event: event ?? '', properties: attributes };
};

/**
 * A record as a call of Segment: a user as identify, an account as group, all else as track. Attributes are its `traits`
 * or `properties` (null clears); at `context.recoup` are the external `id`, `is_new` (the tool acknowledged nothing of it
 * yet) and `events` as `{id, name, time, properties}`. Presets read them there.
 * @param sentAt instant of this attempt, for tools whose signature tells it.
 */
export const toSegmentEvent = (record: ToolRecord, subject: Subject, sentAt: Instant = record.at): SegmentEvent => ({
  ...partsOf(record, CALLS[subject]),
  type: CALLS[subject].type,
  messageId: `recoup-${record.at}-${record.userId}`,
  timestamp: toIso(record.at),
  sentAt: toIso(sentAt),
  context: {
    recoup: {
      id: record.userId,
      is_new: record.isNew,
      events: record.events.map(({ id, name, at, properties }) => ({
        id,
        name,
        time: toIso(at),
        properties: { ...properties },
      })),
    },
  },
});
