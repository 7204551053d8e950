import * as z from 'zod';
import type { Fact } from '../../domain/fact.ts';
import { idOf } from './object-ids.ts';
import { lastChargedAt, paymentIntent, toDeclined } from './payment-intent.ts';
import { defineReader } from './reader.ts';
import { objectId, reference, toInstant } from './shapes.ts';

/** The intent that pays, by its id or expanded. */
const intent = z.union([z.literal(''), paymentIntent, objectId, z.object({ id: objectId })]).nullish();

/**
 * `invoice_payment.*` (since basil): the link between an invoice and the intent or charge that pays it. Where a look-up
 * expanded the intent, also why its last charge was refused.
 */
export const readInvoicePayment = defineReader({
  kinds: ['invoice_payment_linked', 'charge_declined'],
  schema: z.object({
    invoice: reference,
    payment: z.object({ payment_intent: intent, charge: reference }).nullish(),
  }),
  toFacts: ({ object, origin }) => {
    const invoiceId = idOf(object.invoice);
    const told = object.payment?.payment_intent;
    const paymentIntentId = idOf(told);
    const chargeId = idOf(object.payment?.charge);
    if (invoiceId === null) return 'an invoice payment that names no invoice';
    if (paymentIntentId === null && chargeId === null)
      return 'an invoice payment without intent or charge: paid outside Stripe';
    const link: Fact = { ...origin, kind: 'invoice_payment_linked', invoiceId, paymentIntentId, chargeId };
    if (typeof told !== 'object' || told === null || !('amount' in told) || told.last_payment_error == null)
      return [link];
    // Joined to its failure notice by time: read long after, it must be dated by the charge.
    const occurredAt = toInstant(lastChargedAt(told)) ?? origin.occurredAt;
    const declined = toDeclined(told, { ...origin, occurredAt });
    return [link, { ...declined, charge: { ...declined.charge, invoiceId: declined.charge.invoiceId ?? invoiceId } }];
  },
});
