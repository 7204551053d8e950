import type { Card, Fact, PaymentMethodObserved } from '../../domain/fact.ts';
import type { Instant } from '../../domain/instant.ts';
import type { ChargedSpan } from './cards-slots.ts';
import { slotAt } from './cards-slots.ts';
import { CUSTOMER } from './cards-wallet.ts';

/** The provider told that something about a payment method changed. */
export interface MethodNotice {
  readonly method: string;
  readonly at: Instant;
  readonly receivedAt: Instant;
  /** `network`: renewed by the card network; `added`: attached; `changed`: its card is another; `placed`: put in a slot. */
  readonly what: 'network' | 'added' | 'changed' | 'placed';
  /** The slot that it was put in: the subscription's id, or empty for the customer's; null: not about a slot. */
  readonly slot: string | null;
  /** Another method was in that slot before. */
  readonly replaces: boolean;
}

/** The payload names a value of the card that is now another; what it does not name is null. */
const isChanged = (before: Card | null | undefined, after: Card | null): boolean =>
  before != null &&
  (['brand', 'last4', 'expMonth', 'expYear'] as const).some(
    (field) => before[field] !== null && before[field] !== (after?.[field] ?? null),
  );

const whatOf = ({ cause, previousCard, card }: PaymentMethodObserved): MethodNotice['what'] | null => {
  if (cause === 'network') return 'network';
  if (cause === 'attached') return 'added';
  // An update of a name or of metadata is no other card. Facts that an earlier version stored lack cause and card.
  return cause === 'updated' && isChanged(previousCard, card) ? 'changed' : null;
};

const placed = (
  fact: Fact,
  slot: string,
  now: string | null | undefined,
  before: string | null | undefined,
): MethodNotice | null => {
  // Without a word about what was there before, a statement of the slot is no change of it.
  if (now == null || before === undefined || before === now) return null;
  const { occurredAt: at, receivedAt } = fact;
  return { method: now, at, receivedAt, what: 'placed', slot, replaces: before !== null };
};

const toNotice = (fact: Fact): MethodNotice | null => {
  switch (fact.kind) {
    case 'payment_method_observed': {
      const what = whatOf(fact);
      const { paymentMethodId: method, occurredAt: at, receivedAt } = fact;
      return what === null ? null : { method, at, receivedAt, what, slot: null, replaces: false };
    }
    case 'customer_observed':
      return placed(fact, CUSTOMER, fact.defaultPaymentMethodId, fact.previousPaymentMethodId);
    case 'subscription_observed': {
      const { id, defaultPaymentMethodId } = fact.subscription;
      return placed(fact, id, defaultPaymentMethodId, fact.previousPaymentMethodId);
    }
    default:
      return null;
  }
};

/** Every notice that a payment method changed, in fold order, as `facts` are. */
export const findNotices = (facts: readonly Fact[]): readonly MethodNotice[] => {
  const notices: MethodNotice[] = [];
  for (const fact of facts) {
    const notice = toNotice(fact);
    if (notice !== null) notices.push(notice);
  }
  return notices;
};

/** Who made what will be charged another card than it was. */
export type CardChange = 'network' | 'given';

/** The span of time that is asked about, `after` exclusive, `by` inclusive. */
export interface Between {
  readonly after: Instant;
  readonly by: Instant;
  /** The method that a charge at `by` used; null where that is not known or not asked. */
  readonly used: string | null;
}

const isFilled = (span: ChargedSpan | undefined): boolean =>
  span?.namedBy === 'subscription' || span?.namedBy === 'customer';

/**
 * Whether what is charged for a subscription became a new or changed card within the time, and by whom the newest such
 * change was: a notice about the method that was in the slot at its end (attached, changed, renewed, put into this
 * subscription's slot or the customer's); else two statements of the slot that name different methods. A charge that
 * used another method than the slot's says nothing of the slot: null.
 */
export const findChange = (
  subscription: string,
  { spans, notices }: { readonly spans: readonly ChargedSpan[] | undefined; readonly notices: readonly MethodNotice[] },
  { after, by, used }: Between,
): CardChange | null => {
  const before = slotAt(spans, after);
  const now = slotAt(spans, by);
  if (isFilled(now) && used !== null && used !== now?.method) return null;
  const method = isFilled(now) ? now?.method : (used ?? now?.method);
  if (method == null) return null;
  const newest = notices.findLast(
    ({ at, slot, method: about }) =>
      about === method && at > after && at <= by && (slot === null || slot === CUSTOMER || slot === subscription),
  );
  if (newest !== undefined) return newest.what === 'network' ? 'network' : 'given';
  return isFilled(before) && isFilled(now) && before?.method !== method ? 'given' : null;
};
