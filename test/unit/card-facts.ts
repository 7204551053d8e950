import type {
  Card,
  CustomerObserved,
  PaymentMethodObserved,
  SubscriptionObserved,
  SubscriptionState,
} from '../../src/domain/fact.ts';
import type { Instant } from '../../src/domain/instant.ts';
import { subscribed } from './ledger-facts.ts';

/** Valid for years after every story. */
export const OLD: Card = { brand: 'visa', last4: '0026', expMonth: 12, expYear: 2035 };
export const NEW: Card = { brand: 'visa', last4: '4242', expMonth: 12, expYear: 2036 };

let told = 0;
const base = (at: Instant, receivedAt: Instant) => {
  told += 1;
  return { id: `evt_card_${String(told).padStart(4, '0')}`, occurredAt: at, receivedAt };
};

/** A notice about a method; attached with the old card unless said otherwise. */
export const method = (
  at: Instant,
  given: Partial<PaymentMethodObserved> = {},
  received = at,
): PaymentMethodObserved => ({
  ...base(at, received),
  kind: 'payment_method_observed',
  paymentMethodId: 'pm_old',
  card: OLD,
  detached: given.cause === 'detached',
  cause: 'attached',
  previousCard: null,
  ...given,
});

/** The customer's slot, and what it was before where `previous` is given. */
export const customer = (
  at: Instant,
  slot: string | null,
  previous?: string | null,
  received = at,
): CustomerObserved => ({
  ...base(at, received),
  kind: 'customer_observed',
  userId: null,
  contactUserIds: [],
  email: null,
  defaultPaymentMethodId: slot,
  ...(previous === undefined ? {} : { previousPaymentMethodId: previous }),
  deleted: false,
});

/** A subscription with its own slot, and what that was before where `previous` is given. */
export const slotted = (
  at: Instant,
  slot: string | null,
  previous?: string | null,
  given: Partial<SubscriptionState> = {},
): SubscriptionObserved => ({
  ...subscribed(at, { defaultPaymentMethodId: slot, ...given }),
  ...(previous === undefined ? {} : { previousPaymentMethodId: previous }),
});
