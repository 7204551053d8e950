import fc from 'fast-check';
import { expect } from 'vitest';
import { AUDIENCES } from '../../audiences/index.ts';
import type { Fact } from '../../src/domain/fact.ts';
import type { CustomerKey } from '../../src/domain/ids.ts';
import { type Instant, instant } from '../../src/domain/instant.ts';
import type { Policy } from '../../src/domain/policy.ts';
import type { View } from '../../src/pipeline/decide.ts';
import { decide } from '../../src/pipeline/decide.ts';
import { makeRules } from '../../src/pipeline/rules.ts';
import { stripe } from '../../src/providers/stripe/stripe.ts';
import { DEFAULT_POLICY } from '../default-policy.ts';
import { statusOf } from '../oracle/account.ts';
import type { Answer } from '../oracle/answer.ts';
import { answer } from '../oracle/answer.ts';
import { accessFrom, type Grace } from '../oracle/grace.ts';
import { POLICY_PLANS, tell } from './membership-facts.ts';
import type { Story } from './membership-plan.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const CUSTOMERS: readonly CustomerKey[] = ['cus_eve', 'cus_eve_too'].map((customer) => ({
  provider: 'stripe',
  merchant: 'acct_1',
  mode: 'live',
  customer,
}));

const policyOf = (story: Story): Policy => ({
  ...DEFAULT_POLICY,
  plans: POLICY_PLANS,
  noRetryAfterMs: story.noRetryHours * HOUR,
  chargeWebhooks: story.charges,
  grace: { lastsMs: story.grace.lastsDays === null ? null : story.grace.lastsDays * DAY, floorMs: FLOOR },
});

const FLOOR = 3 * DAY;

const switchOf = ({ grace: { switchDay } }: Story): number | null =>
  switchDay === null ? null : Date.UTC(2026, 0, 20, 8) + switchDay * DAY;

/** What the store has noted by then. */
const sinceAt = (story: Story, now: number): Instant | null => {
  const at = switchOf(story);
  return at === null || at > now ? null : instant(at);
};

/** Every instant at which anything could change: what the facts name, and the windows that the rules open from them. */
export const boundariesOf = (facts: readonly Fact[], policy: Policy): readonly number[] => {
  const instants = new Set<number>();
  for (const fact of facts) {
    const { occurredAt: at, receivedAt } = fact;
    for (const window of [0, 10_000, policy.noRetryAfterMs]) instants.add(receivedAt + window);
    for (const window of [0, 10_000, policy.noRetryAfterMs, 7 * DAY, 30 * DAY, 90 * DAY]) instants.add(at + window);
    if ('openedAt' in fact && fact.openedAt != null) instants.add(fact.openedAt + 90 * DAY);
    const resumesAt = fact.kind === 'subscription_observed' ? fact.subscription.resumesAt : null;
    if (resumesAt !== null) instants.add(resumesAt);
    if (fact.kind === 'hold_placed' && fact.until !== null) instants.add(fact.until);
    const date = 'invoice' in fact ? fact.invoice.nextAttemptAt : null;
    if (date !== null) for (const window of [0, policy.noRetryAfterMs]) instants.add(date + window);
    const card = 'card' in fact ? fact.card : 'charge' in fact ? fact.charge.card : null;
    if (card?.expMonth != null && card.expYear !== null) {
      const end = Date.UTC(card.expYear, card.expMonth, 1);
      for (const window of [-30 * DAY, 0, 30 * DAY]) instants.add(end + window);
    }
  }
  return [...instants].toSorted((a, b) => a - b);
};

/** When grace could end. */
const graceBoundaries = (
  facts: readonly Fact[],
  story: Story,
  { noRetryAfterMs, grace }: Policy,
): readonly number[] => {
  const since = switchOf(story);
  const ends = facts.flatMap(({ occurredAt }) =>
    [0, noRetryAfterMs].map((out) => occurredAt + out + (grace.lastsMs ?? 0)),
  );
  return [...new Set([...ends, ...(since === null ? [] : [since, since + FLOOR])])];
};

interface Sight {
  readonly stage: unknown;
  readonly inDunning: unknown;
  readonly suppressed: unknown;
  readonly reason: unknown;
  readonly planId: unknown;
  readonly highValue: unknown;
  readonly cardExpiresAt: unknown;
  readonly wrongSlot: unknown;
  readonly audiences: readonly string[];
  readonly status: unknown;
  readonly episodes: readonly string[];
}

/** C2: which episodes there are, and how and when each ended. */
const episodeSight = (
  subscription: string,
  invoice: string,
  outcome: string,
  openedAt: number,
  endedAt: number | null,
): string =>
  // Of what was given up for a cancellation no rule says how it ended until that is known, or beside another invoice.
  `${subscription} ${invoice} from ${new Date(openedAt).toISOString()} ${outcome === 'canceled' ? 'lost' : outcome} ${endedAt === null ? '' : new Date(endedAt).toISOString()}`;

const engineSight = ({ traits, audiences, episodes }: View): Sight => ({
  stage: traits.dunning_stage,
  inDunning: traits.in_dunning,
  suppressed: traits.dunning_suppressed,
  reason: traits.suppression_reason,
  planId: traits.plan_id,
  highValue: traits.high_value_plan,
  cardExpiresAt: traits.card_expires_at,
  wrongSlot: traits.card_updated_wrong_slot,
  audiences,
  status: traits.dunning_status,
  episodes: episodes
    .map((e) =>
      episodeSight(
        e.subscription,
        e.opening_invoice,
        e.outcome,
        Date.parse(e.opened_at),
        e.ended_at === null ? null : Date.parse(e.ended_at),
      ),
    )
    .toSorted(),
});
/** Whose plan it is where no episode leads, the semantics do not say: not judged. */
const oracleSight = (said: Answer, { plan_id: planId, high_value_plan: highValue }: View['traits']): Sight => ({
  stage: said.stage,
  inDunning: said.inDunning,
  suppressed: said.suppressed,
  reason: said.reason,
  planId: said.leads ? said.planId : planId,
  highValue: said.leads ? said.highValue : highValue,
  wrongSlot: said.wrongSlot,
  audiences: said.audiences,
  status: statusOf(said),
  episodes: said.episodes
    .map((e) => episodeSight(e.subscription, e.openingInvoice, e.outcome, e.openedAt, e.endedAt))
    .toSorted(),
  cardExpiresAt: said.cardExpiresAt === null ? null : new Date(said.cardExpiresAt).toISOString(),
});

/** D3; null: not judged. */
const accessSight = ({ outSince }: Answer, grace: Grace, t: number) => {
  if (outSince === undefined) return null;
  const { level, graceEndsAt } = accessFrom(outSince, grace, t);
  return { level, graceEndsAt: graceEndsAt === null ? null : new Date(graceEndsAt).toISOString() };
};

/** 0010: in major units, each rounded once. */
const revenueSight = (revenue: Answer['revenue']): unknown => ({
  mrr: revenue === null ? null : Math.round(revenue.monthlyMinor) / 100,
  arr: revenue === null ? null : Math.round(revenue.monthlyMinor * 12) / 100,
  currency: revenue === null ? null : revenue.currency.toUpperCase(),
});

type Facts = readonly (readonly Fact[])[];

/** Judges the engine on one story. Throws what `expect` throws, with the instant and the facts known by then. */
export const judge = (story: Story, budget: number): void => {
  const policy = policyOf(story);
  const rules = makeRules({ policy, audiences: AUDIENCES, namespace: 'test', providers: { stripe } });
  const all = tell(story);
  const boundaries = [...boundariesOf(all.flat(), policy), ...graceBoundaries(all.flat(), story, policy)].toSorted(
    (a, b) => a - b,
  );
  const known = (now: number): Facts => all.map((facts) => facts.filter(({ receivedAt }) => receivedAt <= now));
  const engine = (accounts: Facts, now: number): View =>
    decide({
      userId: accounts.length > 1 ? 'user_eve' : null,
      accounts: accounts.flatMap((facts, index) => {
        const customer = CUSTOMERS[index];
        return customer === undefined ? [] : [{ customer, role: 'owner' as const, facts }];
      }),
      rules,
      enforcedSince: sinceAt(story, now),
      now: instant(now),
    });
  const asked = (accounts: Facts, t: number, view: View): Answer => {
    const published = new Map(
      view.episodes.map((e) => [`${e.subscription} ${e.opening_invoice} ${e.reopened_from !== null}`, e.id]),
    );
    return answer({
      accounts,
      policy,
      t,
      idOf: (e) => published.get(`${e.subscription} ${e.openingInvoice} ${e.reversal !== null}`) ?? '',
    });
  };
  for (const [index, now] of chosen(boundaries, story, budget).entries()) {
    const facts = known(now);
    const view = engine(facts, now);
    const at = () =>
      `at ${new Date(now).toISOString()}, knowing\n${facts.map(describeFacts).join('\nand of the other\n')}\n`;
    const said = asked(facts, now, view);
    const present = oracleSight(said, view.traits);
    const seen = engineSight(view);
    if (!same(seen, present)) expect(seen, at()).toEqual(present);
    const { mrr, arr, mrr_currency: currency } = view.traits;
    const access = accessSight(said, { ...policy.grace, enforcedSince: sinceAt(story, now) }, now);
    const { access_level: level, grace_ends_at: graceEndsAt } = view.traits;
    if (access !== null && (level !== access.level || graceEndsAt !== access.graceEndsAt))
      expect({ level, graceEndsAt }, at()).toEqual(access);
    const revenue = revenueSight(said.revenue);
    if (JSON.stringify({ mrr, arr, currency }) !== JSON.stringify(revenue))
      expect({ mrr, arr, currency }, at()).toEqual(revenue);
    const until = view.until ?? Number.POSITIVE_INFINITY;
    const next = boundaries.filter((each) => each > now && each < until);
    const later = next[[0, Math.floor(next.length / 2), next.length - 1][index % 3] ?? 0];
    if (later !== undefined) {
      const saidThen = asked(facts, later, view);
      const then = oracleSight(saidThen, view.traits);
      const accessThen = accessSight(saidThen, { ...policy.grace, enforcedSince: sinceAt(story, now) }, later);
      if (access !== null && accessThen !== null && accessThen.level !== access.level)
        expect(accessThen, `access changes before until says so, ${at()}`).toEqual(access);
      if (!same(then, present)) {
        const by = new Date(later).toISOString();
        expect(then, `nothing changes by ${by} as until says, ${at()}`).toEqual(present);
      }
    }
    if (view.until === null || index % 2 === 1) continue;
    if (view.until <= now) expect(view.until, `until is ahead, ${at()}`).toBeGreaterThan(now);
    const last = engineSight(engine(facts, view.until - 1));
    if (!same(last, present)) expect(last, `the engine before its own until, ${at()}`).toEqual(present);
  }
};

const same = (a: Sight, b: Sight): boolean => JSON.stringify(ordered(a)) === JSON.stringify(ordered(b));
const ordered = (s: Sight) => [
  s.stage,
  s.inDunning,
  s.suppressed,
  s.reason,
  s.planId,
  s.highValue,
  s.cardExpiresAt,
  s.wrongSlot,
  s.audiences,
  s.status,
  s.episodes,
];

/** At every boundary, the millisecond before and the one after; of a long story, as many as the budget allows, spread. */
const chosen = (boundaries: readonly number[], story: Story, budget: number): readonly number[] => {
  const instants = boundaries.flatMap((at) => [at - 1, at, at + 1]);
  if (instants.length <= budget) return instants;
  const stride = instants.length / budget;
  const offset = (JSON.stringify(story).length * 7) % stride;
  return Array.from({ length: budget }, (_, index) => instants[Math.floor(offset + index * stride)] ?? 0);
};

const describeFacts = (facts: readonly Fact[]): string => facts.map(describeFact).join('\n');

const describeFact = (fact: Fact): string => {
  const { id, kind, occurredAt, receivedAt, isHistory, ...rest } = fact;
  const about =
    'invoice' in fact
      ? `${fact.invoice.id} ${fact.invoice.status} count ${fact.invoice.attemptCount} next ${fact.invoice.nextAttemptAt === null ? '-' : new Date(fact.invoice.nextAttemptAt).toISOString()}`
      : JSON.stringify(rest);
  const how = isHistory === true ? ' history' : '';
  return `${new Date(occurredAt).toISOString()} +${receivedAt - occurredAt} ms${how} ${id} ${kind} ${about}`;
};

/** Says how much was proven where that is the question, and how to repeat a failure. */
export const report = <T>(details: fc.RunDetails<T>): void => {
  if (process.env.PROVE !== undefined) console.info(`${details.numRuns} runs, seed ${details.seed}`);
  if (!details.failed) return;
  throw new Error(fc.defaultReportMessage(details) ?? 'failed', { cause: details.errorInstance });
};
