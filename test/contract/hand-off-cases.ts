import type { Fact } from '../../src/domain/fact.ts';
import type { Instant } from '../../src/domain/instant.ts';
import type { Policy } from '../../src/domain/policy.ts';
import { findHandOffs } from '../../src/hand-off/find-hand-offs.ts';
import type { HandOffs, Task } from '../../src/hand-off/hand-off.ts';
import { toTask } from '../../src/hand-off/to-task.ts';
import { recurringRevenue } from '../../src/ledger/recurring-revenue.ts';
import { findStanding } from '../../src/ledger/standing.ts';
import { computeTraits } from '../../src/traits/index.ts';
import { DEFAULT_POLICY } from '../default-policy.ts';
import { day, declined, failed, ledgerAt, subscribed } from '../unit/ledger-facts.ts';

/** Everything of the policy that hand-offs depend on, as the table of a test sets it. */
export interface Given {
  readonly handOff?: Partial<Policy['handOff']>;
  /** Plans; `pro` is the one of all stories. */
  readonly highValue?: readonly string[];
  readonly known?: readonly string[];
  readonly more?: Partial<Policy>;
}

/** The hand-offs of the account of a story, of what was received by `now`. */
export const handOffsAt = (now: Instant, facts: readonly Fact[], given: Given = {}): HandOffs => {
  const policy: Policy = {
    ...DEFAULT_POLICY,
    ...given.more,
    plans: { ...DEFAULT_POLICY.plans, highValue: given.highValue ?? [] },
    handOff: { ...DEFAULT_POLICY.handOff, ...given.handOff },
  };
  const ledger = ledgerAt(now, facts);
  const context = {
    ledger,
    standing: findStanding(ledger, policy),
    revenue: recurringRevenue(ledger),
    policy,
    enforcedSince: null,
  };
  const known = new Set(given.known ?? []);
  return findHandOffs({ ledger, traits: computeTraits(context), policy, now, known });
};

const ADA = { userId: 'user_ada', accountId: 'cus_1', email: 'ada@example.com' } as const;

/** The tasks for them. */
export const tasksAt = (now: Instant, facts: readonly Fact[], given: Given = {}): readonly Task[] =>
  handOffsAt(now, facts, given).all.map((handOff) => toTask(handOff, ADA));

/** The ids of the episodes of a story, in order of opening. */
export const idsAt = (now: Instant, facts: readonly Fact[]): readonly string[] =>
  ledgerAt(now, facts).episodes.map(({ id }) => id);

const MONTHLY = {
  priceId: 'price_1',
  unitAmountMinor: 4900,
  quantity: 1,
  interval: 'month',
  intervalCount: 1,
} as const;

/** A customer of 400 days whose renewal failed on day 1 and on day 4; the next retry is on day 9. */
export const TWICE: readonly Fact[] = [
  subscribed(day(0), { startedAt: day(-400), items: [MONTHLY] }),
  failed(day(1), { nextAttemptAt: day(4) }),
  declined(day(1)),
  failed(day(4), { attemptCount: 2, nextAttemptAt: day(9) }),
  declined(day(4), { chargeId: 'ch_2' }),
];
/** The plan of all stories is worth a call. */
export const HIGH: Given = { highValue: ['pro'] };
/** The episode of `TWICE` has a task. */
export const KNOWN: Given = { known: idsAt(day(5), TWICE) };
