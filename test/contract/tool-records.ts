import type { ToolEvent, ToolRecord } from '../../src/destination-kit/record.ts';
import { type Instant, instant, plus } from '../../src/domain/instant.ts';

export const NOW: Instant = instant(Date.UTC(2026, 2, 10, 12));

export const toolEvent = (name: ToolEvent['name'], userId: string): ToolEvent => ({
  id: `test:${userId}:${name}`,
  name,
  at: plus(NOW, -1_500),
  properties: { dunning_episode_id: `ep_${userId}`, dunning_attempt_number: 1, next_retry_date: null },
});

/** Someone who enters dunning, unless said otherwise. */
export const toolRecord = (userId: string, parts: Partial<ToolRecord> = {}): ToolRecord => ({
  userId,
  at: NOW,
  attributes: { in_dunning: true, dunning_amount_due: 49.5, next_retry_date: null },
  events: [toolEvent('dunning_stage_entered', userId)],
  isNew: true,
  ...parts,
});
