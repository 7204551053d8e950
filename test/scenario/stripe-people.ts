import type { StripeObject } from '../../src/simulate/stripe-account.ts';
import { toStripeEvent } from '../../src/simulate/stripe-account.ts';
import type { StripeAccount } from '../../src/simulate/stripe-events.ts';
import { customerUpdated } from '../../src/simulate/stripe-events.ts';
import type { Bill, Happening } from './stripe-happenings.ts';
import { isLookedAt, isSeen } from './stripe-happenings.ts';

/** Who an account is, told as Stripe tells it. */

/** The happening, of the account with something changed. */
const as =
  (change: Partial<StripeAccount>, happening: Happening): Happening =>
  (account, at) =>
    happening({ ...account, ...change }, at);

/** What a customer's record says of people. */
export interface CustomerRecord {
  readonly user?: string;
  readonly contacts?: string;
  readonly email?: string;
}

/** The customer is saved with this record; what is not named in it is not there. */
export const customerSays =
  ({ user, contacts, email }: CustomerRecord): Happening =>
  (account, at) => {
    const saved = customerUpdated({ ...account, userId: undefined }, { at });
    const metadata = {
      ...(user === undefined ? {} : { user_id: user }),
      ...(contacts === undefined ? {} : { contact_user_ids: contacts }),
    };
    const object: StripeObject = { ...saved.data.object, metadata, email: email ?? null };
    return [toStripeEvent(account, { type: saved.type, at, object, previous: {}, automatic: false })];
  };

/** The subscription is looked at: its metadata names the user, or nobody. */
export const subscriptionSays = (subscription: string, userId: string | undefined): Happening =>
  as({ userId, userIdOn: ['subscription'] }, isSeen(subscription, 'active'));

/** The invoice is looked at, and its copy of the subscription's metadata names the user. */
export const invoiceCopySays = (bill: Bill, userId: string): Happening =>
  as({ userId, userIdOn: ['subscription'] }, isLookedAt(bill, { attempt: 0 }));

/** The invoice is looked at, and its own metadata names the user. */
export const invoiceSays = (bill: Bill, userId: string): Happening =>
  as({ userId, userIdOn: ['invoice'] }, isLookedAt(bill, { attempt: 0 }));

export interface Session {
  readonly subscription: string | null;
  readonly user?: string;
  readonly reference?: string;
  readonly email?: string;
}

/** A checkout was completed. */
export const checkoutSays =
  ({ subscription, user, reference, email }: Session): Happening =>
  (account, at) => [
    toStripeEvent(account, {
      type: 'checkout.session.completed',
      at,
      automatic: false,
      object: {
        id: `cs_${account.customer.slice(4)}`,
        object: 'checkout.session',
        status: 'complete',
        mode: subscription === null ? 'payment' : 'subscription',
        customer: account.customer,
        subscription,
        livemode: account.livemode,
        metadata: user === undefined ? {} : { user_id: user },
        client_reference_id: reference ?? null,
        customer_details: { email: email ?? null },
      },
    }),
  ];
