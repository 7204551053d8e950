import { hasEnded, isLive } from './cancel.ts';
import { cardEnd, isExpiring, slotMethod } from './cards.ts';
import type { Episode } from './episodes.ts';
import type { Card, Case, Fact } from './facts.ts';
import { DAY, subscriptionFacts, subscriptionsIn } from './facts.ts';

const SETTLE_MS = 10_000;
/** Stands for the customer's slot where a subscription's id stands for its own. */
const CUSTOMER = '';

/** 0009: a notice that a method is new or was changed. */
interface Change {
  readonly method: string;
  readonly at: number;
  readonly receivedAt: number;
  readonly by: 'network' | 'somebody';
  /** That it was put into; null: it was attached or changed. */
  readonly slot: string | null;
}

/** 0009: the payload names a value of the card that is now another. */
const isOtherCard = (before: Card | null, now: Card | null): boolean =>
  before !== null &&
  (['brand', 'last4', 'expMonth', 'expYear'] as const).some(
    (key) => before[key] !== null && before[key] !== now?.[key],
  );

const changeOf = (fact: Fact): Change | null => {
  const { occurredAt: at, receivedAt } = fact;
  if (fact.kind === 'payment_method_observed') {
    const changed = fact.cause === 'updated' && isOtherCard(fact.previousCard, fact.card);
    if (fact.cause !== 'attached' && fact.cause !== 'network' && !changed) return null;
    const by = fact.cause === 'network' ? 'network' : 'somebody';
    return { method: fact.paymentMethodId, at, receivedAt, by, slot: null };
  }
  const slot = slotNamed(fact);
  if (slot === null || slot.before === undefined || slot.now === null || slot.before === slot.now) return null;
  return { method: slot.now, at, receivedAt, by: 'somebody', slot: slot.owner };
};

interface Slot {
  readonly owner: string;
  readonly now: string | null;
  readonly before: string | null | undefined;
}
const slotNamed = (fact: Fact): Slot | null => {
  if (fact.kind === 'customer_observed')
    return { owner: CUSTOMER, now: fact.defaultPaymentMethodId, before: fact.previousPaymentMethodId };
  if (fact.kind !== 'subscription_observed') return null;
  return {
    owner: fact.subscription.id,
    now: fact.subscription.defaultPaymentMethodId,
    before: fact.previousPaymentMethodId,
  };
};

const changesIn = (c: Case): readonly Change[] => c.facts.flatMap((fact) => changeOf(fact) ?? []);

const isDetached = (facts: readonly Fact[], method: string): boolean => {
  const newest = facts.findLast((fact) => fact.kind === 'payment_method_observed' && fact.paymentMethodId === method);
  return newest?.kind === 'payment_method_observed' && newest.detached;
};

/** 0009: what will be charged is known of a subscription that runs or owes; owed is what nothing else told of. */
const runsOrOwes = (c: Case, subscription: string): boolean => {
  const stated = subscriptionFacts(c.facts, subscription);
  if (hasEnded(c.facts, subscription)) return false;
  return ['active', 'trialing', 'past_due', 'unpaid'].includes(stated.at(-1)?.subscription.status ?? 'past_due');
};

const isKnownOf = (facts: readonly Fact[], subscription: string): boolean =>
  subscriptionsIn(facts).includes(subscription);

/** Is something new or changed in the slot that is charged, after that instant. */
const isRefilled = (c: Case, subscription: string, charged: string | null, since: number): boolean => {
  const before = c.facts.filter(({ occurredAt }) => occurredAt <= since);
  const then = isKnownOf(before, subscription) ? slotMethod(before, subscription) : null;
  if (then != null && charged !== null && then !== charged) return true;
  return changesIn(c).some(
    ({ method, at, slot }) =>
      method === charged && at > since && (slot === null || [CUSTOMER, subscription].includes(slot)),
  );
};

const isWrong = (c: Case, subscription: string, since: number): boolean => {
  const charged = slotMethod(c.facts, subscription);
  if (charged === undefined) return false; // an old charge does not say that another card is not the default
  if (isRefilled(c, subscription, charged, since)) return false;
  return changesIn(c).some(
    ({ method, at, receivedAt, by, slot }) =>
      at > since &&
      by === 'somebody' &&
      (slot === null || slot === CUSTOMER) &&
      c.t >= receivedAt + SETTLE_MS &&
      method !== charged &&
      !isDetached(c.facts, method),
  );
};

/** D4: since when the card that is charged is about to expire; null: it is not. */
const expiringSince = (c: Case, subscription: string, failures: readonly number[]): number | null => {
  const end = cardEnd(c.facts, subscription);
  if (end === null || !isLive(c.facts, subscription) || !isExpiring(c, subscription)) return null;
  return failures.some((at) => c.t < at + 90 * DAY) ? null : end - 30 * DAY;
};

/**
 * C4, 0009: after a subscription came to need a card, somebody added or changed one that will not be charged, and nothing
 * new or changed is in the slot that is. `failures`: the instants of the account's failed attempts.
 */
export const isInWrongSlot = (
  c: Case,
  subscription: string,
  episodes: readonly Episode[],
  failures: readonly number[],
): boolean => {
  if (!runsOrOwes(c, subscription)) return false;
  const open = episodes.find((each) => each.subscription === subscription && each.outcome === 'open');
  if (open !== undefined && isWrong(c, subscription, open.openedAt)) return true;
  const since = expiringSince(c, subscription, failures);
  return since !== null && isWrong(c, subscription, since);
};
