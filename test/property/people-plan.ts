import fc from 'fast-check';
import type { Instant } from '../../src/domain/instant.ts';
import { DAY_MS, HOUR_MS, instant, plus, SECOND_MS } from '../../src/domain/instant.ts';
import type { StripeAccount } from '../../src/simulate/stripe-events.ts';
import type { Bill, Happening } from '../scenario/stripe-happenings.ts';
import { customerPays, fails, isVoided, retrySucceeds, turns } from '../scenario/stripe-happenings.ts';
import { checkoutSays, customerSays, subscriptionSays } from '../scenario/stripe-people.ts';
import type { Arrival } from './lifecycle.ts';

/** What can happen to a few customers who name, over time, a few users: a plan of small choices, and how it is played. */
export interface LinkPlan {
  readonly atMs: number;
  readonly on: 'customer' | 'subscription' | 'checkout';
  /** Nobody: the key is taken away. */
  readonly user: User | null;
  /** Whom a customer's record lists besides. */
  readonly contacts: readonly User[];
}

export interface AccountPlan {
  readonly firstFailsMs: number;
  /** Between attempts, in ms. */
  readonly retriesMs: readonly number[];
  readonly ending: 'retry' | 'customer' | 'void' | 'open';
  readonly links: readonly LinkPlan[];
}

/** The accounts, from two to four. The second bears the first one's id at another merchant, or its own. */
export interface PeoplePlan {
  readonly accounts: readonly AccountPlan[];
  readonly sameIdElsewhere: boolean;
}

export type User = 'ada' | 'ben' | 'cleo';
export const USERS: readonly User[] = ['ada', 'ben', 'cleo'];

const gap = fc.constantFrom(30 * SECOND_MS, 5 * HOUR_MS, DAY_MS, 3 * DAY_MS);
const withinDays = (max: number): fc.Arbitrary<number> =>
  fc.tuple(fc.integer({ min: 0, max }), fc.integer({ min: 0, max: 5 })).map(([d, h]) => d * DAY_MS + h * HOUR_MS);

const link: fc.Arbitrary<LinkPlan> = fc.record({
  atMs: withinDays(12),
  on: fc.constantFrom('customer', 'customer', 'subscription', 'checkout'),
  user: fc.constantFrom(...USERS, 'ada', null),
  contacts: fc.subarray([...USERS], { maxLength: 2 }),
});

const account: fc.Arbitrary<AccountPlan> = fc.record({
  firstFailsMs: withinDays(8),
  retriesMs: fc.array(gap, { maxLength: 1 }),
  ending: fc.constantFrom('retry', 'customer', 'void', 'open'),
  links: fc.array(link, { minLength: 1, maxLength: 2 }),
});

export const peoplePlans: fc.Arbitrary<PeoplePlan> = fc.record({
  accounts: fc.oneof(
    { arbitrary: fc.tuple(account, account), weight: 7 },
    { arbitrary: fc.tuple(account, account, account), weight: 2 },
    { arbitrary: fc.tuple(account, account, account, account), weight: 1 },
  ),
  sameIdElsewhere: fc.boolean(),
});

const BEGIN = instant(Date.UTC(2026, 0, 5, 8));

/** The accounts of a plan, in order. */
export const accountsOf = (plan: PeoplePlan): readonly StripeAccount[] =>
  plan.accounts.map((_, index) => ({
    shape: index % 2 === 0 ? 'basil' : 'legacy',
    livemode: true,
    ...(plan.sameIdElsewhere && index === 1 ? { customer: 'cus_0', merchant: 'acct_b' } : { customer: `cus_${index}` }),
    planId: 'pro',
    priceId: 'price_pro',
  }));

interface Entry {
  readonly at: Instant;
  readonly happening: Happening;
}

const linkHappening = (subscription: string, { on, user, contacts }: LinkPlan): Happening => {
  if (on === 'subscription') return subscriptionSays(subscription, user ?? undefined);
  const named = user === null ? {} : { user };
  if (on === 'checkout') return checkoutSays({ subscription, ...named });
  return customerSays({ ...named, contacts: contacts.join(',') });
};

const endingOf = (bill: Bill, { ending, retriesMs }: AccountPlan): Happening | null => {
  const attempt = retriesMs.length + 2;
  switch (ending) {
    case 'retry':
      return retrySucceeds(bill, { attempt });
    case 'customer':
      return customerPays(bill, { attempt: attempt - 1, charge: attempt });
    case 'void':
      return isVoided(bill, { attempt: attempt - 1 });
    case 'open':
      return null;
  }
};

const accountEntries = (plan: AccountPlan, index: number): readonly Entry[] => {
  const bill: Bill = { invoice: `in_${index}`, subscription: `sub_${index}`, amount: 1_900 };
  let at = plus(BEGIN, plan.firstFailsMs);
  const entries: Entry[] = plan.links.map((link) => ({
    at: plus(BEGIN, link.atMs),
    happening: linkHappening(`sub_${index}`, link),
  }));
  for (const [number, afterMs] of [0, ...plan.retriesMs].entries()) {
    at = plus(at, afterMs);
    entries.push({ at, happening: fails(bill, { attempt: number + 1, retryAt: plus(at, 3 * DAY_MS) }) });
    if (number === 0) entries.push({ at, happening: turns(`sub_${index}`, 'active', 'past_due') });
  }
  const ending = endingOf(bill, plan);
  if (ending !== null) entries.push({ at: plus(at, 3 * DAY_MS), happening: ending });
  return entries;
};

/** The endpoint subscribes to charges and not to intents; who is who follows from neither. */
const UNHEARD = ['payment_intent.payment_failed', 'payment_intent.succeeded', 'invoice.payment_succeeded'];

/** Plays the plan: every webhook that Stripe would send, in the order in which it happened. */
export const happenToPeople = (plan: PeoplePlan): readonly Arrival[] => {
  const accounts = accountsOf(plan);
  return plan.accounts
    .flatMap((account, index) => accountEntries(account, index).map((entry) => ({ ...entry, of: accounts[index] })))
    .toSorted((a, b) => a.at - b.at)
    .flatMap(({ at, happening, of }) => (of === undefined ? [] : happening(of, at)))
    .filter(({ type }) => !UNHEARD.includes(type))
    .map((event) => ({ at: instant(event.created * 1_000), body: JSON.stringify(event) }));
};
