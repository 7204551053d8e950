import type { EventEnd } from './event-end.ts';

/** Where an object was read from: a walk through all of them, or to complete what a webhook told. */
const ORIGINS = ['backfill', 'lookup'] as const;

/** The objects that are read from Stripe's API, as a snapshot event of type `backfill.<object>` or `lookup.<object>` around each. */
export const API_READ_OBJECTS: Readonly<Record<string, EventEnd>> = {
  /** `{ invoice, charge }`: a failed attempt; `charge` is null where none was made or is known. */
  attempt: { reader: 'attemptRecorded' },
  card: { reader: 'methodSeen' },
  charge: { reader: 'chargeSeen' },
  checkout_session: { reader: 'checkout' },
  customer: { reader: 'customer' },
  dispute: { reader: 'disputeSeen' },
  early_fraud_warning: { reader: 'fraudWarning' },
  invoice: { reader: 'invoiceSeen' },
  invoice_payment: { reader: 'invoicePayment' },
  payment_intent: { reader: 'intentSeen' },
  payment_method: { reader: 'methodSeen' },
  refund: { reader: 'refund' },
  source: { reader: 'methodSeen' },
  subscription: { reader: 'subscriptionSeen' },
  subscription_schedule: { ignored: 'a plan of changes; the subscription says what became of it' },
};

/** The types of what is read from Stripe's API rather than sent, each with its end. Stripe itself sends none of them. */
export const API_READ_TYPES: Readonly<Record<string, EventEnd>> = Object.fromEntries(
  ORIGINS.flatMap((origin) => Object.entries(API_READ_OBJECTS).map(([object, end]) => [`${origin}.${object}`, end])),
);
