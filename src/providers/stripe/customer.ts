import * as z from 'zod';
import { metadata, userIdIn, userIdsIn } from './metadata.ts';
import { defineReader, type Reader } from './reader.ts';
import { email, flag, methodReference } from './shapes.ts';
import { slotBefore, slotOf } from './slot.ts';

const customer = z.object({
  metadata,
  email,
  deleted: flag,
  invoice_settings: z.object({ default_payment_method: methodReference }).nullish().catch(null),
  default_source: methodReference,
});

const customerReader = (gone: boolean): Reader =>
  defineReader({
    kinds: ['customer_observed'],
    schema: customer,
    toFacts: ({ object, event, origin, userIdKeys, contactKeys }) => {
      const slot = { method: object.invoice_settings?.default_payment_method, source: object.default_source };
      const { previousAttributes: before } = event;
      return [
        {
          ...origin,
          kind: 'customer_observed',
          userId: userIdIn(object.metadata, userIdKeys),
          contactUserIds: userIdsIn(object.metadata, contactKeys),
          email: object.email ?? null,
          defaultPaymentMethodId: slotOf(slot),
          ...slotBefore(slot, { settings: before.invoice_settings, own: before }),
          deleted: gone || object.deleted === true,
        },
      ];
    },
  });

/** `customer.created` and `customer.updated`: whose customer it is, and what is charged by default. */
export const readCustomer = customerReader(false);

/** `customer.deleted`: the whole customer once more. */
export const readCustomerDeleted = customerReader(true);
