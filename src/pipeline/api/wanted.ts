import type { Fact } from '../../domain/fact.ts';
import { HOUR_MS, type Instant } from '../../domain/instant.ts';
import type { Attempt } from '../../ledger/attempt.ts';
import { EXPIRY_WINDOW_MS } from '../../ledger/cards/card.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { Wanted } from '../ports.ts';

/** What an attempt lacks is asked for while it is news: older, the API tells of the invoice's newest charge only. */
const NEWS_MS = 72 * HOUR_MS;

const isNews = ({ notice }: Attempt, now: Instant): boolean =>
  notice.kind === 'attempt_failed' && now - notice.receivedAt < NEWS_MS;

/** No reason came with it: its charge names no invoice (since basil), or charge webhooks are not sent. */
const lacksReason = ({ decline, actionRequired }: Attempt): boolean =>
  decline.category === 'unknown' && decline.failureCode === null && !actionRequired;

const missingOfAttempt = (attempt: Attempt): readonly Wanted[] => {
  const { subscription } = attempt.invoice;
  return [
    ...(lacksReason(attempt) ? [{ kind: 'decline', objectId: attempt.key } as const] : []),
    ...(!attempt.plan.known && subscription !== null ? [{ kind: 'price', objectId: subscription } as const] : []),
  ];
};

const expiresSoon = ({ cards }: Ledger, now: Instant): boolean =>
  [...cards.values()].some(({ expiresAt }) => expiresAt !== null && expiresAt - now <= EXPIRY_WINDOW_MS);

const customerSlot = (facts: readonly Fact[]): string | null => {
  let newest: Extract<Fact, { kind: 'customer_observed' }> | null = null;
  for (const fact of facts) {
    if (fact.kind === 'customer_observed' && fact.occurredAt >= (newest?.occurredAt ?? 0)) newest = fact;
  }
  return newest?.defaultPaymentMethodId ?? null;
};

const isShown = (method: string, facts: readonly Fact[]): boolean =>
  facts.some(
    (fact) =>
      (fact.kind === 'payment_method_observed' && fact.paymentMethodId === method) ||
      ('charge' in fact &&
        'paymentMethodId' in fact.charge &&
        fact.charge.paymentMethodId === method &&
        fact.charge.card !== null),
  );

/** The methods that will be charged and of which no card is known. */
const missingMethods = ({ subscriptions }: Ledger, facts: readonly Fact[]): readonly Wanted[] => {
  const slot = customerSlot(facts);
  const methods = [...subscriptions.values()]
    .filter(({ ended, latest }) => ended === null && latest !== null)
    .map(({ latest }) => latest?.defaultPaymentMethodId ?? slot);
  return [...new Set(methods)]
    .filter((method) => method !== null && !isShown(method, facts))
    .map((method) => ({ kind: 'payment_method', objectId: method ?? '' }) as const);
};

/**
 * What the facts of an account miss and the provider's API may tell: the reason of a failure, the plan behind a bare
 * price, the card in the slot that will be charged, and the customer, who may name the user.
 *
 * Of somebody who only pays nothing is asked but the customer, once, and only while nobody names the user: a company
 * with 200,000 customers and no user id on its subscriptions makes 200,000 calls in its first month, three hours' worth of
 * a budget of 20 a second; with one, none. The store holds 10,000 of them open at once and forgets what is known by then.
 *
 * @param facts all facts of the account, in any order.
 * @returns all that is missing now, asked for before or not: the store asks for each once.
 */
export const findWanted = (ledger: Ledger, facts: readonly Fact[], now: Instant): readonly Wanted[] => {
  const isWatched = ledger.attempts.size > 0 || expiresSoon(ledger, now);
  if (!isWatched && ledger.userId !== null) return [];
  const isObserved = facts.some(({ kind }) => kind === 'customer_observed');
  const customer: readonly Wanted[] = isObserved ? [] : [{ kind: 'customer', objectId: ledger.customer.customer }];
  if (!isWatched) return customer;
  const news = [...ledger.attempts.values()].flat().filter((attempt) => isNews(attempt, now));
  const wanted = [...news.flatMap(missingOfAttempt), ...missingMethods(ledger, facts), ...customer];
  return [...new Map(wanted.map((each) => [`${each.kind} ${each.objectId}`, each])).values()];
};
