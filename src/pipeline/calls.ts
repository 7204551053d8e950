import { digest } from '../domain/ids.ts';
import { type Instant, toIso } from '../domain/instant.ts';
import type { Rules } from '../domain/rules.ts';
import type { UserTraits } from '../generated/tracking-plan.ts';
import type { View } from './decide.ts';
import type { PlannedEvent } from './events/event.ts';
import type { Channel, Claim, SegmentCall } from './ports.ts';

/** What a decision found, and what was said before. */
export interface DiffInput {
  readonly claim: Claim;
  readonly view: View;
  readonly rules: Rules;
  readonly now: Instant;
  readonly channel: Channel;
  /** Message ids that only a change of the rules brought up: committed, never said (semantics E5). */
  readonly silent: ReadonlySet<string>;
}

/** Fields that every call shares: who, where it belongs, which tools must not hear it from Segment (semantics G2). */
const envelope = ({ claim, view, rules }: DiffInput) => ({
  ...(view.userId === null ? { anonymousId: view.anonymousId } : { userId: view.userId }),
  context: { groupId: claim.customer.customer, protocols: { event_version: 1 } },
  integrations: Object.fromEntries(rules.policy.directTools.map((tool) => [tool, false])),
});

/** Unique and stable over retries; the store's id keeps a store made anew from repeating an old one's (semantics E3). */
const edgeId = ({ claim, rules }: DiffInput, kind: string): string => {
  const { provider, merchant, mode, customer } = claim.customer;
  return `${rules.namespace}:${kind}:${digest(provider, merchant, mode, customer, kind, claim.storeId, claim.version + 1)}`;
};

/** An event, rendered now and never amended. */
export const trackCall = (input: DiffInput, planned: PlannedEvent): SegmentCall => ({
  type: 'track',
  event: planned.event,
  messageId: planned.messageId,
  timestamp: toIso(planned.at),
  properties: planned.render(),
  ...envelope(input),
});

/** The boundary that made the decision: the instant it was waiting for, or now when something arrived. */
const effectiveAt = ({ claim, now }: DiffInput): string =>
  toIso(claim.deliveries.length === 0 && claim.version > 0 && claim.dueAt < now ? claim.dueAt : now);

/** The person's present traits; `linked` says that the anonymous id and the user are one. */
export const identifyCall = (input: DiffInput, linked: boolean): SegmentCall => {
  const { context, ...shared } = envelope(input);
  return {
    type: 'identify',
    messageId: edgeId(input, 'identify'),
    timestamp: toIso(input.now),
    traits: input.view.traits,
    ...(linked ? { anonymousId: input.view.anonymousId } : {}),
    ...shared,
    context: { ...context, effective_at: effectiveAt(input) },
  };
};

/** The account's present traits. */
export const groupCall = (input: DiffInput): SegmentCall => ({
  type: 'group',
  messageId: edgeId(input, 'group'),
  timestamp: toIso(input.now),
  groupId: input.claim.customer.customer,
  traits: input.view.accountTraits,
  ...envelope(input),
});

/** The traits of somebody of whom nothing is known any more. */
const CLEARED: UserTraits = {
  dunning_status: 'none',
  dunning_stage: 'healthy',
  in_dunning: false,
  dunning_suppressed: false,
  dunning_episode_id: null,
  dunning_attempt_number: null,
  dunning_amount_due: null,
  dunning_currency: null,
  dunning_failure_class: null,
  next_retry_date: null,
  next_retry_status: null,
  first_failed_at: null,
  last_recovered_at: null,
  total_failed_payments_90d: 0,
  lifetime_failed_payments: 0,
  lifetime_recovered_payments: 0,
  plan_id: null,
  high_value_plan: false,
  card_expires_at: null,
  update_payment_url: null,
};

/** The person that a customer was linked to before is cleared first (semantics F2). */
export const clearingCall = (input: DiffInput, userId: string): SegmentCall => ({
  ...identifyCall(input, false),
  messageId: edgeId(input, 'clear'),
  userId,
  traits: CLEARED,
});
