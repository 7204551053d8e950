import { digest } from '../domain/ids.ts';
import { type Instant, toIso } from '../domain/instant.ts';
import type { Baseline } from './baseline.ts';
import type { AccountView, View } from './decide.ts';
import type { PlannedEvent } from './events/event.ts';
import { NOBODY } from './nobody.ts';
import type { Channel, Claim, SegmentCall } from './ports.ts';
import type { Ruleset } from './rules.ts';
import type { ActiveTool } from './tools/tool-ports.ts';

/** What a decision found, and what was said before. */
export interface DiffInput {
  readonly claim: Claim;
  readonly view: View;
  /** As whoever writes to people may see it: the same unless a brake holds entries back (semantics G10). */
  readonly messaging: View;
  readonly rules: Ruleset;
  readonly now: Instant;
  readonly channel: Channel;
  /** What holds and is no news; null while neither the rules changed nor a backfill told anything. */
  readonly baseline: Baseline | null;
  /** Tools that are written directly. */
  readonly tools: readonly ActiveTool[];
}

const whoIs = ({ userId, anonymousId }: View): Pick<SegmentCall, 'userId' | 'anonymousId'> => {
  if (userId !== null) return { userId };
  if (anonymousId === null)
    throw new Error('A person without a user id and without an account has no id to be told by.');
  return { anonymousId };
};

/**
 * Fields that every call shares: who, where it belongs, which tools must not hear it from Segment (semantics G2).
 * @param account the account that it is about; unless given the one that the traits speak of.
 */
export const envelope = ({ view, rules }: DiffInput, account = view.account) => ({
  ...whoIs(view),
  context: { ...(account === null ? {} : { groupId: account.customer }), protocols: { event_version: 1 } },
  integrations: Object.fromEntries(rules.directTools.map((tool) => [tool, false])),
});

/** Unique and stable over retries; the store's id keeps a store made anew from repeating an old one's (semantics E3). */
export const edgeId = ({ claim, rules }: DiffInput, kind: string, ...key: readonly string[]): string => {
  const { storeId, profileId, version } = claim;
  return `${rules.namespace}:${kind}:${digest(storeId, profileId, version + 1, kind, ...key)}`;
};

/** An event of an account, rendered now and never amended. */
export const trackCall = (input: DiffInput, { customer }: AccountView, planned: PlannedEvent): SegmentCall => ({
  type: 'track',
  event: planned.event,
  messageId: planned.messageId,
  timestamp: toIso(planned.at),
  properties: planned.properties(),
  ...envelope(input, customer),
});

/** The boundary that made the decision: the instant it was waiting for, or now when something arrived. */
export const effectiveAt = ({ claim, now }: DiffInput): string => {
  const byTime = claim.accounts.every(({ deliveries }) => deliveries.length === 0);
  return toIso(byTime && claim.version > 0 && claim.dueAt < now ? claim.dueAt : now);
};

/** The person's present traits; with `linked`, that this anonymous id and the user are one. */
export const identifyCall = (input: DiffInput, linked: string | null): SegmentCall => {
  const { context, ...shared } = envelope(input);
  return {
    type: 'identify',
    messageId: edgeId(input, 'identify', ...(linked === null ? [] : [linked])),
    timestamp: toIso(input.now),
    traits: input.view.traits,
    ...(linked === null ? {} : { anonymousId: linked }),
    ...shared,
    context: { ...context, effective_at: effectiveAt(input) },
  };
};

/** An account's present traits. */
export const groupCall = (input: DiffInput, { customer, traits }: AccountView): SegmentCall => ({
  type: 'group',
  messageId: edgeId(input, 'group', customer.provider, customer.merchant, customer.customer),
  timestamp: toIso(input.now),
  groupId: customer.customer,
  traits,
  ...envelope(input, customer),
});

/** The person that a customer was linked to before is cleared first (semantics F2). */
export const clearingCall = (input: DiffInput, userId: string): SegmentCall => ({
  ...identifyCall(input, null),
  messageId: edgeId(input, 'clear'),
  userId,
  traits: NOBODY,
});
