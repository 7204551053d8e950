import type { Card, Fact } from '../../domain/fact.ts';
import { DAY_MS, earliest, type Instant, MINUTE_MS, plus, SECOND_MS } from '../../domain/instant.ts';
import { SETTLE_WINDOW_MS } from '../../domain/policy.ts';
import { isEligible } from '../attempt.ts';
import type { MethodNotice } from './cards-changes.ts';
import { isBilled, type Slots } from './cards-slots.ts';
import { CUSTOMER, type Wallet } from './cards-wallet.ts';

/** A payment method that was added, changed or put into a slot: one for all notices of one such doing. */
export interface MethodUpdate {
  readonly method: string;
  readonly at: Instant;
  /** Earliest receipt of a notice of it. */
  readonly receivedAt: Instant;
  /** Until then another notice of the same doing may come. */
  readonly settlesAt: Instant;
  readonly via: 'account_updater' | 'customer' | 'slot_changed';
  readonly card: Card | null;
  /** Whose default it is now. */
  readonly slot: 'subscription' | 'customer' | 'none';
  /** Subscriptions, running or owing, that it will be charged for now. */
  readonly pays: readonly string[];
}

/** A method is attached and put into a slot at most this far apart, in ms of the provider's clock, if it is one doing. */
const ONE_DOING_MS = 5 * SECOND_MS;
/** What belongs to signing up is done this long after the subscription began to run, in ms. */
const SIGN_UP_MS = MINUTE_MS;
/** A subscription that began longer ago was paid for then: the provider gives up one that was not within 23 hours. */
const FIRST_PAYMENT_MS = DAY_MS;

const RUNNING: ReadonlySet<string> = new Set(['trialing', 'active', 'past_due', 'unpaid', 'paused']);

/** From when a fact shows that a subscription of the customer ran; null: it does not. */
const ranFrom = (fact: Fact): Instant | null => {
  if (fact.kind === 'attempt_failed' && isEligible(fact.invoice)) return fact.occurredAt;
  if (fact.kind !== 'subscription_observed' || !RUNNING.has(fact.subscription.status)) return null;
  const { startedAt } = fact.subscription;
  if (startedAt == null || startedAt + FIRST_PAYMENT_MS > fact.occurredAt) return fact.occurredAt;
  return plus(startedAt, FIRST_PAYMENT_MS);
};

/**
 * Whether a notice is an update: a changed card and a replaced one always are; a method that was added or put into an
 * empty slot is where a subscription was running before. What somebody pays with at sign-up replaces nothing.
 */
const makeIsUpdate = (facts: readonly Fact[]): ((notice: MethodNotice) => boolean) => {
  let first: Instant | null = null;
  for (const fact of facts) first = earliest(first, ranFrom(fact));
  return ({ what, replaces, at }) =>
    what === 'network' || what === 'changed' || replaces || (first !== null && at > first + SIGN_UP_MS);
};

/** Notices of one method and second: the natural key of an update. */
type Doing = readonly [MethodNotice, ...MethodNotice[]];

const toDoings = (notices: readonly MethodNotice[]): readonly Doing[] =>
  [...Map.groupBy(notices, ({ method, at }) => `${method}:${Math.floor(at / SECOND_MS)}`).values()].flatMap(
    ([first, ...rest]) => (first === undefined ? [] : [[first, ...rest] as const]),
  );

const isOneDoing = (a: Doing, b: Doing): boolean =>
  a[0].method === b[0].method && Math.abs(a[0].at - b[0].at) <= ONE_DOING_MS;

const VIA = { network: 'account_updater', added: 'customer', changed: 'customer', placed: 'slot_changed' } as const;
const BY_WEIGHT = ['network', 'added', 'changed', 'placed'] as const;

const toUpdate = (doing: Doing, around: readonly Doing[], { slots, wallet }: Folded): MethodUpdate => {
  const [{ method, at }] = doing;
  const receivedAt = doing.reduce(
    (min, notice) => (notice.receivedAt < min ? notice.receivedAt : min),
    doing[0].receivedAt,
  );
  const said = new Set([doing, ...around].flat().map(({ what }) => what));
  const billed = [...slots].flatMap(([id, spans]) => {
    const last = spans[spans.length - 1];
    return last !== undefined && isBilled(last) ? [{ id, pays: last.method === method }] : [];
  });
  const own = billed.some(({ id }) => wallet.slots.get(id)?.value === method);
  return {
    method,
    at,
    receivedAt,
    settlesAt: plus(receivedAt, SETTLE_WINDOW_MS),
    via: VIA[BY_WEIGHT.find((what) => said.has(what)) ?? 'placed'],
    card: wallet.cards.get(method)?.value ?? null,
    slot: own ? 'subscription' : wallet.slots.get(CUSTOMER)?.value === method ? 'customer' : 'none',
    pays: billed.filter(({ pays }) => pays).map(({ id }) => id),
  };
};

interface Folded {
  readonly slots: Slots;
  readonly wallet: Wallet;
}

/**
 * The updates of payment methods, in time order. One update is what is told of one method within one second; that a
 * method was put into a slot speaks for the notices about the method itself that lie around it. `facts` in fold order.
 */
export const findUpdates = (
  facts: readonly Fact[],
  notices: readonly MethodNotice[],
  folded: Folded,
): readonly MethodUpdate[] => {
  if (notices.length === 0) return [];
  const doings = toDoings(notices.filter(makeIsUpdate(facts)));
  const isPlacing = (doing: Doing): boolean => doing.some(({ what }) => what === 'placed');
  const placings = doings.filter(isPlacing);
  const others = doings.filter((doing) => !isPlacing(doing));
  const alone = others.filter((doing) => !placings.some((placing) => isOneDoing(doing, placing)));
  return [
    ...placings.map((doing) =>
      toUpdate(
        doing,
        others.filter((other) => isOneDoing(other, doing)),
        folded,
      ),
    ),
    ...alone.map((doing) => toUpdate(doing, [], folded)),
  ].sort((a, b) => a.at - b.at || (a.method < b.method ? -1 : 1));
};
