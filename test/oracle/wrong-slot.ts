import { isLive } from './cancel.ts';
import { cardEnd, chargedMethod, isExpiring, slotMethod } from './cards.ts';
import type { Episode } from './episodes.ts';
import type { Card, Case, Fact } from './facts.ts';
import { DAY } from './facts.ts';

const SETTLE_MS = 10_000;

/** 0009: a notice that a method is new or was changed. */
interface Change {
  readonly method: string;
  readonly at: number;
  readonly receivedAt: number;
  readonly by: 'network' | 'somebody';
  /** Only what was attached, changed, or put into the customer's slot may be in the wrong one. */
  readonly slot: 'customer' | 'subscription' | null;
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
  readonly owner: 'customer' | 'subscription';
  readonly now: string | null;
  readonly before: string | null | undefined;
}
const slotNamed = (fact: Fact): Slot | null => {
  if (fact.kind === 'customer_observed')
    return { owner: 'customer', now: fact.defaultPaymentMethodId, before: fact.previousPaymentMethodId };
  if (fact.kind !== 'subscription_observed') return null;
  return {
    owner: 'subscription',
    now: fact.subscription.defaultPaymentMethodId,
    before: fact.previousPaymentMethodId,
  };
};

const changesIn = (c: Case): readonly Change[] => c.facts.flatMap((fact) => changeOf(fact) ?? []);

const isDetached = (facts: readonly Fact[], method: string): boolean => {
  const newest = facts.findLast((fact) => fact.kind === 'payment_method_observed' && fact.paymentMethodId === method);
  return newest?.kind === 'payment_method_observed' && newest.detached;
};

/** D4 of one subscription, at an instant by the provider's clock: the card that expires then; null: none does. */
const expiringAt = (c: Case, subscription: string, failures: readonly number[], t: number): string | null => {
  const then: Case = { ...c, t, facts: t === c.t ? c.facts : c.facts.filter(({ occurredAt }) => occurredAt <= t) };
  if (!isLive(then.facts, subscription) || !isExpiring(then, subscription)) return null;
  if (failures.some((at) => at <= t && t < at + 90 * DAY)) return null;
  return `${chargedMethod(then.facts, subscription)} ${cardEnd(then.facts, subscription)}`;
};

/** Since when the card that is charged expires (D4), it and no other; null: it does not. */
const expiringSince = (c: Case, subscription: string, failures: readonly number[]): number | null => {
  const now = expiringAt(c, subscription, failures, c.t);
  const end = cardEnd(c.facts, subscription);
  if (now === null || end === null) return null;
  const turns = [
    end - 30 * DAY,
    ...failures.map((at) => at + 90 * DAY),
    ...c.facts.map(({ occurredAt }) => occurredAt),
  ];
  let since = c.t;
  for (const at of turns.filter((each) => each <= c.t).toSorted((a, b) => b - a)) {
    if (expiringAt(c, subscription, failures, at) !== now) break;
    since = at;
  }
  return since;
};

/** Is something new or changed in the slot that is charged, since then. */
const isRefilled = (c: Case, subscription: string, charged: string | null, since: number, own: boolean): boolean => {
  const before = c.facts.filter(({ occurredAt }) => (own ? occurredAt <= since : occurredAt < since));
  const then = slotMethod(before, subscription);
  if (then !== undefined && charged !== null && then !== charged) return true;
  return changesIn(c).some(({ method, at }) => method === charged && (own ? at > since : at >= since));
};

const isWrong = (c: Case, subscription: string, since: number, own: boolean): boolean => {
  const charged = slotMethod(c.facts, subscription);
  if (charged === undefined) return false; // an old charge does not say that another card is not the default
  if (isRefilled(c, subscription, charged, since, own)) return false;
  return changesIn(c).some(
    ({ method, at, receivedAt, by, slot }) =>
      at >= since &&
      by === 'somebody' &&
      slot !== 'subscription' &&
      c.t >= receivedAt + SETTLE_MS &&
      method !== charged &&
      !isDetached(c.facts, method),
  );
};

/**
 * C4, 0009: since a subscription needs a card, somebody added or changed one that will not be charged, and nothing new or
 * changed is in the slot that is. `failures`: the instants of the account's failed attempts.
 */
export const isInWrongSlot = (
  c: Case,
  subscription: string,
  episodes: readonly Episode[],
  failures: readonly number[],
): boolean => {
  if (!changesIn(c).some(({ method }) => method !== slotMethod(c.facts, subscription))) return false;
  const open = episodes.find((each) => each.subscription === subscription && each.outcome === 'open');
  if (open !== undefined && isWrong(c, subscription, open.openedAt, false)) return true;
  const since = expiringSince(c, subscription, failures);
  return since !== null && isWrong(c, subscription, since, true);
};
