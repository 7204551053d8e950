import * as z from 'zod';
import { idOf } from './object-ids.ts';
import { defineReader } from './reader.ts';
import { reference } from './shapes.ts';

/** `invoice_payment.*` (since basil): the link between an invoice and the intent or charge that pays it. */
export const readInvoicePayment = defineReader({
  kinds: ['invoice_payment_linked'],
  schema: z.object({
    invoice: reference,
    payment: z.object({ payment_intent: reference, charge: reference }).nullish(),
  }),
  toFacts: ({ object, origin }) => {
    const invoiceId = idOf(object.invoice);
    const paymentIntentId = idOf(object.payment?.payment_intent);
    const chargeId = idOf(object.payment?.charge);
    if (invoiceId === null) return 'an invoice payment that names no invoice';
    if (paymentIntentId === null && chargeId === null)
      return 'an invoice payment without intent or charge: paid outside Stripe';
    return [{ ...origin, kind: 'invoice_payment_linked', invoiceId, paymentIntentId, chargeId }];
  },
});
