import * as z from 'zod';
import { defineReader } from './reader.ts';
import { metadata, userIdIn } from './shapes.ts';

/** `customer.created` and `customer.updated`: only whose customer it is. */
export const readCustomer = defineReader({
  kinds: ['customer_observed'],
  schema: z.object({ metadata }),
  toFacts: ({ object, origin, userIdKeys }) => [
    { ...origin, kind: 'customer_observed', userId: userIdIn(object.metadata, userIdKeys) },
  ],
});
