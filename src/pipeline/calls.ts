import { digest } from '../domain/ids.ts';
import { type Instant, toIso } from '../domain/instant.ts';
import type { Baseline } from './baseline.ts';
import type { View } from './decide.ts';
import type { PlannedEvent } from './events/event.ts';
import { NOBODY } from './nobody.ts';
import type { Channel, Claim, SegmentCall } from './ports.ts';
import type { Ruleset } from './rules.ts';
import type { ActiveTool } from './tools/tool-ports.ts';

/** What a decision found, and what was said before. */
export interface DiffInput {
  readonly claim: Claim;
  readonly view: View;
  readonly rules: Ruleset;
  readonly now: Instant;
  readonly channel: Channel;
  /** What the rules of now made of what was known at the last commit; null while the rules are the same. */
  readonly baseline: Baseline | null;
  /** Tools that are written directly. */
  readonly tools: readonly ActiveTool[];
}

/** Fields that every call shares: who, where it belongs, which tools must not hear it from Segment (semantics G2). */
export const envelope = ({ claim, view, rules }: DiffInput) => ({
  ...(view.userId === null ? { anonymousId: view.anonymousId } : { userId: view.userId }),
  context: { groupId: claim.customer.customer, protocols: { event_version: 1 } },
  integrations: Object.fromEntries(rules.directTools.map((tool) => [tool, false])),
});

/** Unique and stable over retries; the store's id keeps a store made anew from repeating an old one's (semantics E3). */
export const edgeId = ({ claim, rules }: DiffInput, kind: string, ...key: readonly string[]): string => {
  const { provider, merchant, mode, customer } = claim.customer;
  const commit = [claim.storeId, claim.version + 1] as const;
  return `${rules.namespace}:${kind}:${digest(provider, merchant, mode, customer, kind, ...commit, ...key)}`;
};

/** An event, rendered now and never amended. */
export const trackCall = (input: DiffInput, planned: PlannedEvent): SegmentCall => ({
  type: 'track',
  event: planned.event,
  messageId: planned.messageId,
  timestamp: toIso(planned.at),
  properties: planned.properties(),
  ...envelope(input),
});

/** The boundary that made the decision: the instant it was waiting for, or now when something arrived. */
export const effectiveAt = ({ claim, now }: DiffInput): string =>
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

/** The person that a customer was linked to before is cleared first (semantics F2). */
export const clearingCall = (input: DiffInput, userId: string): SegmentCall => ({
  ...identifyCall(input, false),
  messageId: edgeId(input, 'clear'),
  userId,
  traits: NOBODY,
});
