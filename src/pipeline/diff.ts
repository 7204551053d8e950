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
import type { Commit, NewDeadLetter, SegmentCall } from './ports.ts';
import { stateCalls } from './state-calls.ts';
import { toolChanges } from './tools/tool-changes.ts';
import { isMembership } from './transitions.ts';

export type Effects = Pick<
  Commit,
  'events' | 'refuted' | 'restored' | 'outbox' | 'tools' | 'deadLetters' | 'commitments' | 'log'
>;

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

/** What changed since we last said something: the calls to make and the commitments that they become. Pure. */
export const diff = (input: DiffInput): Effects => {
  const { claim, view, baseline, channel } = input;
  const committed = new Map(claim.commitments.events.map((event) => [event.messageId, event]));
  const held = new Set(view.events.map(({ messageId }) => messageId));
  const due = view.events.filter((planned) => planned.ready && (committed.get(planned.messageId)?.unsaid ?? true));
  const isSilent = (messageId: string): boolean =>
    (baseline?.silent.has(messageId) ?? false) && !committed.has(messageId);
  const said = due.filter(({ messageId }) => !isSilent(messageId));
  const restored = claim.commitments.events.filter((event) => event.refuted && held.has(event.messageId));
  const refuted = claim.commitments.events.filter(
    (event) => !event.refuted && !held.has(event.messageId) && CONCLUSIONS.has(event.event),
  );
  const state = stateCalls(input);
  const tools = toolChanges(input);
  const calls = [...said.map((planned) => trackCall(input, planned)), ...state.calls];
  const checked = calls.map((call) => ({ call, plan: checkPlan(call) }));
  return {
    events: due.map(({ messageId, event }) => ({ messageId, event, silent: isSilent(messageId) })),
    refuted: refuted.map(({ messageId }) => messageId),
    restored: restored.map(({ messageId }) => messageId),
    outbox: checked.flatMap(({ call, plan }) => (plan.ok ? [{ call, channel }] : [])),
    deadLetters: checked.flatMap(({ call, plan }) => (plan.ok ? [] : [planViolation(call, plan.problems)])),
    tools: tools.changes,
    commitments: { ...state.told, tools: tools.told },
    log: [
      ...due.map(
        ({ event, messageId }) => `${isSilent(messageId) ? 'committed silently' : 'said'} ${event} ${messageId}`,
      ),
      ...refuted.map(({ event, messageId }) => `refuted ${messageId} (${event})`),
      ...restored.map(({ event, messageId }) => `holds again ${messageId} (${event})`),
      ...superseded(input).map((id) => `superseded ${id}`),
      ...state.log,
      ...tools.changes.flatMap(({ tool, edges }) => edges.map(({ event }) => `${tool} hears ${event.name}`)),
    ],
  };
};

/** These rest also on what was not seen, so a late arrival can refute them; all others on one statement (semantics E1). */
const CONCLUSIONS: ReadonlySet<string> = new Set(['payment_recovered', 'dunning_exhausted']);
