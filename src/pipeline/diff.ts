import { describeError } from '../domain/errors.ts';
import {
  type PlanCheck,
  parseAccountTraits,
  parseAudienceEvent,
  parseEvent,
  parseMembershipTraits,
  parseUserTraits,
} from '../generated/tracking-plan.ts';
import { type DiffInput, trackCall } from './calls.ts';
import type { AccountView } from './decide.ts';
import type { AccountCommit, Commit, CommittedEvent, NewDeadLetter, SegmentCall } from './ports.ts';
import { stateCalls } from './state-calls.ts';
import { toolChanges } from './tools/tool-changes.ts';
import { isMembership } from './transitions.ts';

/** What is committed of an account's events. */
export type AccountEvents = Pick<AccountCommit, 'customer' | 'events' | 'refuted' | 'restored'>;

export interface Effects extends Pick<Commit, 'outbox' | 'tools' | 'deadLetters' | 'commitments' | 'log'> {
  /** Of the accounts that the profile owns, in the claim's order. */
  readonly accounts: readonly AccountEvents[];
}

const checkPlan = (call: SegmentCall): PlanCheck => {
  if (call.type === 'track') {
    return (isMembership(call) ? parseAudienceEvent : parseEvent)(call.event ?? '', call.properties);
  }
  if (isMembership(call)) return parseMembershipTraits(call.traits);
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

/** Episodes that a late arrival gave another beginning: their ids were said and are no longer (semantics C1). */
const superseded = ({ claim, view }: DiffInput): readonly string[] => {
  const held = new Set(view.episodes.map(({ id }) => id));
  return claim.commitments.episodes.filter((id) => !held.has(id));
};

interface AccountDiff extends AccountEvents {
  readonly calls: readonly SegmentCall[];
  readonly log: readonly string[];
}

/** What a backfill told and the view still waits for: committed now, since nothing will tell it from news by then. */
const quietly = ({ baseline }: DiffInput, { customer }: AccountView, known: ReadonlySet<string>) =>
  baseline?.because !== 'history'
    ? []
    : [...baseline.silent]
        .filter(([messageId, { account }]) => account === customer.customer && !known.has(messageId))
        .map(([messageId, { event }]) => ({ messageId, event, silent: true }));

/** What to say of one account's events, each once, whoever said it before. */
const diffAccount = (input: DiffInput, account: AccountView, before: readonly CommittedEvent[]): AccountDiff => {
  const committed = new Map(before.map((event) => [event.messageId, event]));
  const held = new Set(account.events.map(({ messageId }) => messageId));
  const due = account.events.filter((planned) => planned.ready && (committed.get(planned.messageId)?.unsaid ?? true));
  const isSilent = (messageId: string): boolean =>
    (input.baseline?.silent.has(messageId) ?? false) && !committed.has(messageId);
  const quiet = quietly(input, account, new Set([...committed.keys(), ...due.map(({ messageId }) => messageId)]));
  const restored = before.filter((event) => event.refuted && held.has(event.messageId));
  const refuted = before.filter(
    (event) => !event.refuted && !held.has(event.messageId) && CONCLUSIONS.has(event.event),
  );
  return {
    customer: account.customer,
    events: [...due.map(({ messageId, event }) => ({ messageId, event, silent: isSilent(messageId) })), ...quiet],
    refuted: refuted.map(({ messageId }) => messageId),
    restored: restored.map(({ messageId }) => messageId),
    calls: due.filter(({ messageId }) => !isSilent(messageId)).map((planned) => trackCall(input, account, planned)),
    log: [
      ...due.map(
        ({ event, messageId }) => `${isSilent(messageId) ? 'committed silently' : 'said'} ${event} ${messageId}`,
      ),
      ...quiet.map(({ event, messageId }) => `committed silently ${event} ${messageId}`),
      ...refuted.map(({ event, messageId }) => `refuted ${messageId} (${event})`),
      ...restored.map(({ event, messageId }) => `holds again ${messageId} (${event})`),
    ],
  };
};

/** What changed since we last said something: the calls to make and the commitments that they become. Pure. */
export const diff = (input: DiffInput): Effects => {
  const { claim, view, channel } = input;
  const accounts = view.accounts.flatMap((account, index) =>
    account.role === 'owner' ? [{ account, ...diffAccount(input, account, claim.accounts[index]?.events ?? []) }] : [],
  );
  const state = stateCalls({ ...input, view: input.messaging });
  const calls = [...accounts.flatMap((account) => account.calls), ...state.calls];
  const checked = calls.map((call) => ({ call, plan: checkPlan(call) }));
  const leaving = new Set(checked.flatMap(({ call, plan }) => (plan.ok ? [call] : [])));
  const said = accounts.map((each) => ({
    account: each.account,
    calls: each.calls.filter((call) => leaving.has(call)),
  }));
  const tools = toolChanges({ ...input, said });
  return {
    accounts: accounts.map(({ customer, events, refuted, restored }) => ({ customer, events, refuted, restored })),
    outbox: [...leaving].map((call) => ({ call, channel })),
    deadLetters: checked.flatMap(({ call, plan }) => (plan.ok ? [] : [planViolation(call, plan.problems)])),
    tools: tools.changes,
    commitments: { ...state.told, tools: tools.told },
    log: [
      ...accounts.flatMap((account) => account.log),
      ...superseded(input).map((id) => `superseded ${id}`),
      ...state.log,
      ...tools.changes.flatMap(({ tool, edges }) => edges.map(({ event }) => `${tool} hears ${event.name}`)),
    ],
  };
};

/** These rest also on what was not seen, so a late arrival can refute them; all others on one statement (semantics E1). */
const CONCLUSIONS: ReadonlySet<string> = new Set([
  'payment_recovered',
  'dunning_exhausted',
  'payment_action_required',
  'payment_method_expiring',
  'payment_method_updated',
  'payment_refunded',
]);
