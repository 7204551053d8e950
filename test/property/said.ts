import { expect } from 'vitest';
import type { OutboxRow, ProfileRecord } from '../../src/pipeline/ports.ts';

/** What was said of one and the same happenings, whatever way they came: what any order says alike (semantics E1). */
export interface Said {
  /** Message ids of events that rest on one statement of the provider, sorted. */
  readonly anchored: readonly string[];
  /** Message ids of events that rest also on what was not seen, sorted. */
  readonly conclusions: readonly string[];
  /** Conclusions that stand refuted in the end; one that holds again does not. */
  readonly refuted: ReadonlySet<string>;
}

const ANCHORED = [
  'payment_failed',
  'payment_retried',
  'payment_disputed',
  'subscription_canceled',
  'subscription_past_due',
  'subscription_paused',
  'subscription_resumed',
];
/** Those about cards and refunds depend on what else is told within seconds: decisions 0009 and 0012. */
const CONCLUSIONS = [
  'payment_recovered',
  'dunning_exhausted',
  'payment_action_required',
  'payment_refunded',
  'payment_method_updated',
  'payment_method_expiring',
];

const idsOf = (calls: readonly OutboxRow[], events: readonly string[]): readonly string[] =>
  calls
    .filter(({ call }) => call.event !== undefined && events.includes(call.event))
    .map(({ call }) => call.messageId)
    .toSorted();

const refutedIn = (profiles: readonly ProfileRecord[]): ReadonlySet<string> => {
  const decisions = profiles.flatMap(({ log }) => log).toSorted((a, b) => a.at - b.at || a.version - b.version);
  const refuted = new Set<string>();
  for (const line of decisions.flatMap((decision) => decision.lines)) {
    if (line.startsWith('refuted ')) refuted.add(line.split(' ')[1] ?? '');
    if (line.startsWith('holds again ')) refuted.delete(line.split(' ')[2] ?? '');
  }
  return refuted;
};

/** What was said in all, and which of it the decision logs of these profiles took back. */
export const saidIn = (calls: readonly OutboxRow[], profiles: readonly ProfileRecord[]): Said => ({
  anchored: idsOf(calls, ANCHORED),
  conclusions: idsOf(calls, CONCLUSIONS),
  refuted: refutedIn(profiles),
});

/** Both said the same of single statements, and of conclusions all that hold in the end, the others marked refuted. */
export const expectSaidAlike = (ordered: Said, shuffled: Said): void => {
  expect(shuffled.anchored, 'the same ids of anchored events').toEqual(ordered.anchored);
  const holds = ordered.conclusions.filter((id) => !ordered.refuted.has(id));
  expect(
    holds.filter((id) => !shuffled.conclusions.includes(id)),
    'every conclusion that holds is said',
  ).toEqual([]);
  expect(
    holds.filter((id) => shuffled.refuted.has(id)),
    'no conclusion that holds stands refuted',
  ).toEqual([]);
  const extra = shuffled.conclusions.filter((id) => !holds.includes(id));
  expect(
    extra.filter((id) => !shuffled.refuted.has(id)),
    'every other conclusion is marked refuted',
  ).toEqual([]);
};
