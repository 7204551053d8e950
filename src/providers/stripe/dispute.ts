import * as z from 'zod';
import { idOf } from './object-ids.ts';
import { defineReader } from './reader.ts';
import { amountMinor, currency, reference } from './shapes.ts';

/** `charge.dispute.closed`: a lost one takes the payment back; any other leaves it where it was. */
export const readDisputeClosed = defineReader({
  kinds: ['payment_reversed'],
  schema: z.object({
    id: z.string().nullish(),
    status: z.string(),
    amount: amountMinor,
    currency,
    charge: reference,
    payment_intent: reference,
  }),
  toFacts: ({ object, origin }) => {
    if (object.status !== 'lost') return `a dispute closed as ${object.status} takes nothing back`;
    const charge = {
      chargeId: idOf(object.charge),
      paymentIntentId: idOf(object.payment_intent),
      invoiceId: null,
      amountMinor: object.amount,
      currency: object.currency,
      card: null,
      paymentMethodId: null,
    };
    return [{ ...origin, kind: 'payment_reversed', reversalId: object.id ?? origin.id, charge }];
  },
});
