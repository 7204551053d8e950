import * as z from 'zod';
import { idOf } from './object-ids.ts';
import { defineReader } from './reader.ts';
import { metadata, methodReference, userIdIn } from './shapes.ts';

/** `customer.created` and `customer.updated`: whose customer it is, and what is charged by default. */
export const readCustomer = defineReader({
  kinds: ['customer_observed'],
  schema: z.object({
    metadata,
    invoice_settings: z.object({ default_payment_method: methodReference }).nullish().catch(null),
    default_source: methodReference,
  }),
  toFacts: ({ object, origin, userIdKeys }) => [
    {
      ...origin,
      kind: 'customer_observed',
      userId: userIdIn(object.metadata, userIdKeys),
      contactUserIds: [],
      email: null,
      deleted: false,
      defaultPaymentMethodId: idOf(object.invoice_settings?.default_payment_method) ?? idOf(object.default_source),
    },
  ],
});
