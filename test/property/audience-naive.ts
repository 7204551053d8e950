import type { Test } from '../../src/audience-kit/condition.ts';
import type { Failure, Node, Person } from './audience-cases.ts';

/**
 * Decision 0006 read word for word and slowly: everything is asked anew at each instant, nothing is derived. It shares no
 * code with the kit.
 */
type Others = Readonly<Record<string, Node>>;

/** Does `node` hold of `person` at `now`, UTC milliseconds. */
export const holdsAt = (node: Node, person: Person, others: Others, now: number): boolean => {
  switch (node.node) {
    case 'all':
      return node.of.every((one) => holdsAt(one, person, others, now));
    case 'any':
      return node.of.some((one) => holdsAt(one, person, others, now));
    case 'not':
      return !holdsAt(node.of, person, others, now);
    case 'in_audience': {
      const other = others[node.audience];
      return other !== undefined && holdsAt(other, person, others, now);
    }
    case 'trait':
      return passesAt(node.test, person.traits[node.trait], now);
    case 'event':
      return happenedAsOften(node, person, now);
  }
};

type EventNode = Extract<Node, { readonly node: 'event' }>;

const happenedAsOften = ({ event, where, withinMs, times }: EventNode, person: Person, now: number): boolean => {
  const counting = happened(event, person).filter(
    ({ at, properties }) =>
      at <= now &&
      (withinMs === null || now < at + withinMs) &&
      Object.entries(where).every(([name, test]) => passesAt(test, properties[name], now)),
  ).length;
  return counting >= times.least && !(times.most !== null && counting > times.most);
};

interface Happened {
  readonly at: number;
  readonly properties: Readonly<Record<string, unknown>>;
}

const happened = (event: string, { failures, recoveries }: Person): readonly Happened[] => {
  if (event === 'payment_failed')
    return failures.map((failure) => ({ at: failure.at, properties: ofFailure(failure) }));
  if (event === 'payment_recovered') return recoveries.map((at) => ({ at, properties: ofRecovery(at) }));
  return [];
};

const ofFailure = ({ at, declineType, amount, planId, nextRetryDate }: Failure): Happened['properties'] => ({
  decline_type: declineType,
  amount,
  plan_id: planId,
  next_retry_date: nextRetryDate,
  occurred_at: new Date(at).toISOString(),
});
const ofRecovery = (at: number): Happened['properties'] => ({
  amount: 2,
  plan_id: null,
  occurred_at: new Date(at).toISOString(),
});

const passesAt = (test: Test, value: unknown, now: number): boolean => {
  if (value === null || value === undefined) return test.test === 'absent';
  switch (test.test) {
    case 'absent':
      return false;
    case 'exists':
      return true;
    case 'is':
      return Object.is(value, test.value);
    case 'is_not':
      return !Object.is(value, test.value);
    case 'one_of':
      return test.values.some((one) => Object.is(one, value));
    case 'none_of':
      return test.values.every((one) => !Object.is(one, value));
    case 'more_than':
      return typeof value === 'number' && value > test.value;
    case 'at_least':
      return typeof value === 'number' && !(value < test.value);
    case 'less_than':
      return typeof value === 'number' && value < test.value;
    case 'at_most':
      return typeof value === 'number' && !(value > test.value);
    case 'older_than':
    case 'newer_than':
    case 'due_within':
      return isAged(test, stated(value), now);
  }
};

const isAged = ({ test, ms }: Extract<Test, { readonly ms: number }>, at: number | null, now: number): boolean => {
  if (at === null) return false;
  if (test === 'older_than') return now - at >= ms;
  if (test === 'newer_than') return at <= now && now - at < ms;
  return now < at && at - now <= ms;
};

/** Only text that is exactly how that instant is written is an instant here: the cases have no other valid form. */
const stated = (value: unknown): number | null => {
  const at = new Date(String(value));
  return !Number.isNaN(at.getTime()) && at.toISOString() === value ? at.getTime() : null;
};
