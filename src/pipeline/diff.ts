import { describeError } from '../domain/errors.ts';
import { digest } from '../domain/ids.ts';
import { type Instant, toIso } from '../domain/instant.ts';
import type { Rules } from '../domain/rules.ts';
import {
  type PlanCheck,
  parseAccountTraits,
  parseEvent,
  parseUserTraits,
  USER_TRAITS,
  type UserTraits,
} from '../generated/tracking-plan.ts';
import type { View } from './decide.ts';
import type { PlannedEvent } from './events/event.ts';
import type { Channel, Claim, Commit, NewDeadLetter, SegmentCall, Told, TraitValues } from './ports.ts';

export interface DiffInput {
  readonly claim: Claim;
  readonly view: View;
  readonly rules: Rules;
  readonly now: Instant;
  readonly channel: Channel;
  /** Message ids that only a change of the rules brought up: committed, never said (semantics E5). */
  readonly silent: ReadonlySet<string>;
}

export type Effects = Pick<Commit, 'events' | 'refuted' | 'outbox' | 'deadLetters' | 'commitments' | 'log'>;

/** The traits of somebody of whom nothing is known any more. */
const CLEARED: UserTraits = {
  dunning_status: 'none',
  dunning_stage: 'healthy',
  in_dunning: false,
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
  update_payment_url: null,
};

/** Traits that alone are worth an identify. */
const ON_CHANGE = Object.entries(USER_TRAITS).flatMap(([key, publish]) => (publish === 'on_change' ? [key] : []));

const differs = (before: TraitValues | null, after: TraitValues, keys: readonly string[]): boolean =>
  before === null || keys.some((key) => before[key] !== after[key]);

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

const trackCall = (input: DiffInput, planned: PlannedEvent): SegmentCall => ({
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

const identifyCall = (input: DiffInput, linked: boolean): SegmentCall => {
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

const groupCall = (input: DiffInput): SegmentCall => ({
  type: 'group',
  messageId: edgeId(input, 'group'),
  timestamp: toIso(input.now),
  groupId: input.claim.customer.customer,
  traits: input.view.accountTraits,
  ...envelope(input),
});

const checkPlan = (call: SegmentCall): PlanCheck => {
  if (call.type === 'track') return parseEvent(call.event ?? '', call.properties);
  return call.type === 'identify' ? parseUserTraits(call.traits) : parseAccountTraits(call.traits);
};

/** A call that breaks the tracking plan never leaves; people see it among the dead letters. */
const planViolation = (call: SegmentCall, problems: readonly string[]): NewDeadLetter => ({
  kind: 'call',
  subject: call.messageId,
  code: 'plan_violation',
  message: describeError('plan_violation', { call: call.messageId, problems: problems.join('; ') }),
  payload: JSON.stringify(call),
  amountMinor: typeof call.properties?.amount_minor === 'number' ? call.properties.amount_minor : null,
  currency: typeof call.properties?.currency === 'string' ? call.properties.currency : null,
});

/** Whom the channel of now was last told of; the recorder's word is news to Segment only where it matters (G9). */
const lastTold = ({ claim, channel, view }: DiffInput): Told & { readonly afresh: boolean } => {
  const { commitments: before } = claim;
  if (channel === 'recorder' || before.channel !== 'recorder') return { ...before, afresh: false };
  if (before.segment !== null) return { ...before.segment, afresh: false };
  return { ...before, afresh: view.traits.in_dunning };
};

/** What Segment was last told, to be kept while a recorder takes the calls. */
const keptForSegment = ({ claim, channel }: DiffInput): Told | null => {
  const { traits, accountTraits, userId, channel: before, segment } = claim.commitments;
  if (channel === 'segment') return null;
  return before === 'segment' ? { traits, accountTraits, userId } : segment;
};

/** The person that a customer was linked to before is cleared first (semantics F2). */
const clearingCall = (input: DiffInput, userId: string): SegmentCall => ({
  ...identifyCall(input, false),
  messageId: edgeId(input, 'clear'),
  userId,
  traits: CLEARED,
});

/** What to tell of the person and the account: only of people who ever failed, only what changed (semantics E9, F1). */
const stateCalls = (input: DiffInput): { calls: SegmentCall[]; told: Commit['commitments'] } => {
  const { view, channel } = input;
  const before = lastTold(input);
  const known = view.known || before.traits !== null;
  const moved = before.traits !== null && before.userId !== view.userId;
  const news = before.afresh || before.userId !== view.userId;
  const identify = known && (news || differs(before.traits, view.traits, ON_CHANGE));
  const group = known && (news || differs(before.accountTraits, view.accountTraits, Object.keys(view.accountTraits)));
  return {
    calls: [
      ...(moved && before.userId !== null ? [clearingCall(input, before.userId)] : []),
      ...(identify ? [identifyCall(input, moved && before.userId === null)] : []),
      ...(group ? [groupCall(input)] : []),
    ],
    told: {
      episodes: view.episodes.map(({ id }) => id),
      traits: identify ? view.traits : before.traits,
      accountTraits: group ? view.accountTraits : before.accountTraits,
      userId: identify ? view.userId : before.userId,
      channel,
      segment: keptForSegment(input),
    },
  };
};

/** Episodes that a late arrival gave another beginning: their ids were said and are no longer (semantics C1). */
const superseded = ({ claim, view }: DiffInput): readonly string[] => {
  const held = new Set(view.episodes.map(({ id }) => id));
  return claim.commitments.episodes.filter((id) => !held.has(id));
};

/** What changed since we last said something: the calls to make and the commitments that they become. Pure. */
export const diff = (input: DiffInput): Effects => {
  const { claim, view, silent, channel } = input;
  const committed = new Map(claim.commitments.events.map((event) => [event.messageId, event]));
  const held = new Set(view.events.map(({ messageId }) => messageId));
  const due = view.events.filter((planned) => planned.ready && !committed.has(planned.messageId));
  const said = due.filter((planned) => !silent.has(planned.messageId));
  const refuted = claim.commitments.events.filter(
    (event) => !event.refuted && !held.has(event.messageId) && CONCLUSIONS.has(event.event),
  );
  const state = stateCalls(input);
  const calls = [...said.map((planned) => trackCall(input, planned)), ...state.calls];
  const checked = calls.map((call) => ({ call, plan: checkPlan(call) }));
  return {
    events: due.map(({ messageId, event }) => ({ messageId, event, silent: silent.has(messageId) })),
    refuted: refuted.map(({ messageId }) => messageId),
    outbox: checked.flatMap(({ call, plan }) => (plan.ok ? [{ call, channel }] : [])),
    deadLetters: checked.flatMap(({ call, plan }) => (plan.ok ? [] : [planViolation(call, plan.problems)])),
    commitments: state.told,
    log: [
      ...due.map(
        ({ event, messageId }) => `${silent.has(messageId) ? 'committed silently' : 'said'} ${event} ${messageId}`,
      ),
      ...refuted.map(({ event, messageId }) => `refuted ${messageId} (${event})`),
      ...superseded(input).map((id) => `superseded ${id}`),
      ...state.calls.map((call) => `said ${call.type} ${call.messageId} (${view.traits.dunning_stage})`),
    ],
  };
};

const CONCLUSIONS: ReadonlySet<string> = new Set(['payment_recovered', 'dunning_exhausted']);
