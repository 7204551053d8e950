import { pickAgentAttributes } from '../../destination-kit/agent-status.ts';
import type { Attributes, ToolRecord } from '../../destination-kit/record.ts';
import { DAY_MS, type Instant, instant, plus, toIso } from '../../domain/instant.ts';

/** Everything that a contact's first record holds, as dunning begins. */
export const contactAttributes = (userId: string, at: Instant): Attributes => ({
  in_dunning: true,
  dunning_status: 'active',
  dunning_stage: 'first_failure',
  dunning_episode_id: `dun_${userId}`,
  dunning_amount_due: 49.5,
  dunning_currency: 'USD',
  dunning_attempt_number: 1,
  dunning_failure_class: 'update_card',
  next_retry_date: toIso(plus(at, 3 * DAY_MS)),
  update_payment_url: 'https://pay.example.com/i/1',
  plan_id: 'pro_monthly',
  mrr: 49.5,
  arr: 594,
  email: `${userId}@example.com`,
  in_dunning_first_failure_standard: true,
  dunning_state_version: 1,
});

/** A contact's first record, as far as agents see it, and the email; the next try is at midnight. `parts` over it. */
export const contactRecord = (userId: string, at: Instant, parts: Partial<ToolRecord> = {}): ToolRecord => {
  const all = contactAttributes(userId, at);
  const next_retry_date = toIso(instant(Math.ceil(plus(at, 3 * DAY_MS) / DAY_MS) * DAY_MS));
  const attributes = { ...pickAgentAttributes(all), next_retry_date, email: all.email ?? null };
  return { userId, at, attributes, events: [], isNew: true, ...parts };
};

/** What is held under Recoup's names, without the prefix and what is empty. */
export const toRecoupNames = (held: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    Object.entries(held).flatMap(([key, value]) =>
      key.startsWith('recoup_') && value !== null ? [[key.slice('recoup_'.length), value]] : [],
    ),
  );
