import * as z from 'zod';
import { metadata, userIdIn } from './metadata.ts';
import { idOf } from './object-ids.ts';
import { defineReader } from './reader.ts';
import { email, reference, text } from './shapes.ts';

/** `checkout.session.completed`: it names the user, if any, before the subscription that it makes does. */
export const readCheckout = defineReader({
  kinds: ['checkout_completed'],
  schema: z.object({
    status: text,
    subscription: reference,
    metadata,
    client_reference_id: text.catch(null),
    customer_email: email,
    customer_details: z.object({ email }).nullish().catch(null),
  }),
  toFacts: ({ object, origin, userIdKeys }) => {
    // Shapes before 2022 have no status; the notice itself says that it is complete.
    if (object.status != null && object.status !== 'complete') return 'a checkout that was not completed';
    return [
      {
        ...origin,
        kind: 'checkout_completed',
        subscription: idOf(object.subscription),
        userId: userIdIn(object.metadata, userIdKeys) ?? userIdIn(object, ['client_reference_id']),
        email: object.customer_details?.email ?? object.customer_email ?? null,
      },
    ];
  },
});
