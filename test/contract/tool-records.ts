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

/** What a tool of messages hears when one person fails, another recovers and a third only hears of an event. */
export const storyOfThree = (nextRetryDate: string): readonly ToolRecord[] => [
  toolRecord('user_1', {
    attributes: {
      in_dunning: true,
      in_dunning_first_failure_standard: true,
      dunning_stage: 'first_failure',
      dunning_amount_due: 49.5,
      dunning_currency: 'EUR',
      dunning_attempt_number: 1,
      next_retry_date: nextRetryDate,
      update_payment_url: 'https://pay.example.com/i/1?s=é',
      dunning_state_version: 7,
    },
  }),
  toolRecord('user_2', {
    attributes: { in_dunning: false, dunning_stage: null, next_retry_date: null, dunning_amount_due: 0 },
    events: [toolEvent('payment_recovered', 'user_2'), toolEvent('dunning_exited', 'user_2')],
  }),
  toolRecord('user_3', { attributes: {} }),
];
