import type { Happening, InvoiceStory } from './invoice-story.ts';
import { subscriptionFields } from './invoice-story.ts';
import { chargeOf, idSuffix, intentOf, ownerFields, toStripeEvent, toUnixSeconds } from './stripe-account.ts';
import { subscriptionUpdated } from './stripe-events.ts';

/** What gets between a customer and a message about a payment. Instants are UTC milliseconds. */

const moneyOf = ({ invoice, amount, currency, account: { livemode } }: InvoiceStory) => ({
  amount,
  currency,
  livemode,
  payment_intent: intentOf(invoice),
});

/** The customer's bank opens a dispute about the story's paid invoice. As at Stripe it names no customer. */
export const disputeOpened = (story: InvoiceStory, at: number): Happening => ({
  at,
  event: toStripeEvent(story.account, {
    type: 'charge.dispute.created',
    at,
    object: {
      id: `dp_${idSuffix(story.invoice)}`,
      object: 'dispute',
      ...moneyOf(story),
      charge: chargeOf(story.invoice, 1),
      created: toUnixSeconds(at),
      is_charge_refundable: false,
      metadata: {},
      reason: 'fraudulent',
      status: 'needs_response',
    },
  }),
});

/** All of the story's paid invoice goes back to the customer: the charge says so, and the refund for itself. */
export const refunded = (story: InvoiceStory, at: number): readonly Happening[] => {
  const { account, amount } = story;
  const charge = chargeOf(story.invoice, 1);
  const money = moneyOf(story);
  const whole = { ...money, ...ownerFields(account), amount_refunded: amount, captured: true, paid: true };
  const chargeObject = { id: charge, object: 'charge', ...whole, refunded: true, status: 'succeeded' };
  const reason = 'requested_by_customer';
  const refund = {
    id: `re_${idSuffix(story.invoice)}`,
    object: 'refund',
    ...money,
    charge,
    reason,
    status: 'succeeded',
  };
  const told = { at, automatic: false };
  return [
    {
      at,
      event: toStripeEvent(account, {
        ...told,
        type: 'charge.refunded',
        object: { ...chargeObject, created: toUnixSeconds(story.periodStart) },
        previous: { amount_refunded: 0, refunded: false },
      }),
    },
    {
      at,
      event: toStripeEvent(account, {
        ...told,
        type: 'refund.created',
        object: { ...refund, created: toUnixSeconds(at) },
      }),
    },
  ];
};

/** Somebody pauses the collection of the subscription's invoices until `resumesAt`. */
export const collectionPaused = (story: InvoiceStory, at: number, resumesAt: number): Happening => ({
  at,
  event: subscriptionUpdated(story.account, {
    ...subscriptionFields(story),
    at,
    status: 'past_due',
    collectionPaused: { resumesAt },
    previous: { pause_collection: null },
    automatic: false,
  }),
});
