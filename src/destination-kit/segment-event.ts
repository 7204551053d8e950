import type { SegmentEvent } from '@segment/actions-core';
import { toIso } from '../domain/instant.ts';
import type { ToolRecord } from './record.ts';

/**
 * A record as an identify call: attributes as `traits` (null clears), its events at `context.recoup.events` as
 * `{id, name, time, properties}`. Presets read them there.
 */
export const toSegmentEvent = (record: ToolRecord): SegmentEvent => ({
  type: 'identify',
  userId: record.userId,
  messageId: `recoup-${record.at}-${record.userId}`,
  timestamp: toIso(record.at),
  traits: { ...record.attributes },
  context: {
    recoup: {
      events: record.events.map(({ id, name, at, properties }) => ({
        id,
        name,
        time: toIso(at),
        properties: { ...properties },
      })),
    },
  },
});
