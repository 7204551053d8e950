import fc from 'fast-check';
import type { Audiences } from '../../src/audience-kit/audiences.ts';
import type { Condition, Subject, SubjectEvent, Test } from '../../src/audience-kit/condition.ts';
import { instant, toIso } from '../../src/domain/instant.ts';
import type { UserTraits } from '../../src/generated/tracking-plan.ts';
import { failedAt, HEALTHY, iso } from '../contract/audience-subjects.ts';

/** Random conditions and people, on few instants and few values, so that they meet: at boundaries is where it goes wrong. */

export type Node = Condition;
export interface Person {
  readonly traits: UserTraits;
  readonly failures: readonly Failure[];
  readonly recoveries: readonly number[];
}
export interface Failure {
  readonly at: number;
  readonly declineType: 'soft' | 'hard';
  readonly amount: number;
  readonly planId: string | null;
  readonly nextRetryDate: string | null;
}
export interface Case {
  readonly node: Node;
  /** By key; each may ask for those before it. */
  readonly others: Readonly<Record<string, Node>>;
  readonly person: Person;
  readonly now: number;
}

const START = Date.UTC(2026, 2, 1);
/** Nothing in a case reaches later: the last instant (200 ms and a stray) and the longest length (121 ms) behind it. */
export const END = START + 400;
/** Instants and lengths share a grid of 10 ms with a few strays, so that windows often end together. */
const step = fc.integer({ min: 0, max: 20 }).map((count) => count * 10);
const at = fc.tuple(step, fc.constantFrom(0, 0, 0, -1, 1)).map(([offset, stray]) => START + offset + stray);
const length = fc.tuple(fc.integer({ min: 1, max: 12 }), fc.constantFrom(0, 0, 1)).map(([n, stray]) => n * 10 + stray);

const someInstant = fc.oneof(
  { weight: 12, arbitrary: at.map(iso) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(null, '2026-03-01', '2026-03-01T00:00:00', '2026-02-30T00:00:00.000Z', 'soon'),
  },
);
const smallNumber = fc.integer({ min: 0, max: 3 });
const plan = fc.constantFrom(null, 'pro', 'free', '3');

const traits: fc.Arbitrary<UserTraits> = fc
  .record({
    dunning_stage: fc.constantFrom('first_failure', 'retrying', 'healthy'),
    in_dunning: fc.boolean(),
    dunning_amount_due: fc.oneof(fc.constant(null), smallNumber),
    plan_id: plan,
    first_failed_at: someInstant,
    next_retry_date: someInstant,
  })
  .map((some) => ({ ...HEALTHY, ...some }));

const failure: fc.Arbitrary<Failure> = fc.record({
  at,
  declineType: fc.constantFrom('soft', 'hard'),
  amount: smallNumber,
  planId: plan,
  nextRetryDate: someInstant,
});
const person: fc.Arbitrary<Person> = fc.record({
  traits,
  failures: fc.array(failure, { minLength: 1, maxLength: 6 }),
  recoveries: fc.array(at, { maxLength: 3 }),
});

const ageTest: fc.Arbitrary<Test> = fc.record({
  test: fc.constantFrom('older_than', 'newer_than', 'due_within'),
  ms: length,
});
const presence: fc.Arbitrary<Test> = fc.record({ test: fc.constantFrom('exists', 'absent') });
const numberTest: fc.Arbitrary<Test> = fc.record({
  test: fc.constantFrom('is', 'is_not', 'more_than', 'at_least', 'less_than', 'at_most'),
  value: smallNumber,
});
const scalars = fc.constantFrom('pro', 'free', 'soft', 'retrying', '3', 3, true, false);
const anyTest: fc.Arbitrary<Test> = fc.oneof(
  fc.record({ test: fc.constantFrom('is', 'is_not'), value: scalars }),
  fc.record({ test: fc.constantFrom('one_of', 'none_of'), values: fc.array(scalars, { minLength: 1, maxLength: 3 }) }),
  presence,
  numberTest,
);

const ageLeaf: fc.Arbitrary<Node> = fc.record({
  node: fc.constant('trait' as const),
  trait: fc.constantFrom('first_failed_at' as const, 'next_retry_date' as const, 'plan_id' as const),
  test: ageTest,
});
const constantLeaf: fc.Arbitrary<Node> = fc.record({
  node: fc.constant('trait' as const),
  trait: fc.constantFrom(
    'dunning_stage' as const,
    'in_dunning' as const,
    'dunning_amount_due' as const,
    'plan_id' as const,
    'first_failed_at' as const,
  ),
  test: anyTest,
});

const where: fc.Arbitrary<Readonly<Record<string, Test>>> = fc.oneof(
  { weight: 3, arbitrary: fc.constant({}) },
  { weight: 1, arbitrary: fc.record({ decline_type: fc.constant({ test: 'is' as const, value: 'soft' }) }) },
  { weight: 1, arbitrary: fc.record({ amount: numberTest, plan_id: anyTest }) },
  { weight: 1, arbitrary: fc.record({ next_retry_date: ageTest }) },
  { weight: 1, arbitrary: fc.record({ occurred_at: ageTest, next_retry_date: ageTest }) },
);
const times = fc
  .tuple(smallNumber, fc.oneof(fc.constant(null), smallNumber))
  .map(([least, more]) => ({ least, most: more === null ? null : least + more }));
const eventLeaf: fc.Arbitrary<Node> = fc.record({
  node: fc.constant('event' as const),
  event: fc.constantFrom('payment_failed' as const, 'payment_failed' as const, 'payment_recovered' as const),
  where,
  withinMs: fc.oneof({ weight: 1, arbitrary: fc.constant(null) }, { weight: 4, arbitrary: length }),
  times,
});

/** Conditions up to `depth` groups deep that may ask for the audiences `keys`. */
const nodes = (depth: number, keys: readonly string[]): fc.Arbitrary<Node> => {
  const asks = keys.map((audience) => fc.constant({ node: 'in_audience' as const, audience }));
  const leaf: fc.Arbitrary<Node> = fc.oneof(eventLeaf, eventLeaf, ageLeaf, ageLeaf, constantLeaf, ...asks);
  if (depth === 0) return leaf;
  const inner = nodes(depth - 1, keys);
  const of = fc.array(inner, { minLength: 1, maxLength: 4 });
  return fc.oneof(
    leaf,
    fc.record({ node: fc.constantFrom('all', 'any'), of }),
    inner.map((one): Node => ({ node: 'not', of: one })),
  );
};

/** A condition, the audiences that it may ask for, a person and an instant. */
export const cases: fc.Arbitrary<Case> = fc.record({
  node: nodes(3, ['one', 'two']),
  others: fc.record({ one: nodes(1, []), two: nodes(1, ['one']) }),
  person,
  now: fc.integer({ min: -1, max: 120 }).map((offset) => START + offset),
});

/** The same people, as the kit takes them. */
export const toSubject = ({ traits, failures, recoveries }: Person): Subject => ({
  traits,
  events: [...failures.map(toFailed), ...recoveries.map(toRecovered)],
});

const toFailed = ({ at, declineType, amount, planId, nextRetryDate }: Failure): SubjectEvent =>
  failedAt(at, { decline_type: declineType, amount, plan_id: planId, next_retry_date: nextRetryDate });

const toRecovered = (at: number): SubjectEvent => ({
  event: 'payment_recovered',
  at,
  properties: () => ({
    dunning_episode_id: 'dun_1',
    provider: 'stripe',
    account_id: 'cus_1',
    subscription_id: 'sub_1',
    invoice_id: 'in_1',
    attempt_key: null,
    plan_id: null,
    amount: 2,
    amount_minor: 200,
    currency: 'USD',
    occurred_at: toIso(instant(at)),
    is_late: false,
    livemode: true,
    recovered_via: 'unknown',
    attempts: 1,
    days_to_recovery: 0,
    first_failed_at: toIso(instant(at)),
    late: false,
  }),
});

/** The same audiences, as the kit takes them. */
export const toAudiences = (others: Readonly<Record<string, Node>>): Audiences => {
  const all = Object.entries(others).map(([key, when]) => ({
    key,
    when,
    description: key,
    messaging: false,
    announceDefinitionChanges: false,
  }));
  return { all, byKey: new Map(all.map((audience) => [audience.key, audience])) };
};
