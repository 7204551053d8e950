import * as z from 'zod';
import { chargeReference, toChargeRef } from './charge-reference.ts';
import { defineReader } from './reader.ts';
import { flag, objectId, reference, toInstant, unixSeconds } from './shapes.ts';

/** `radar.early_fraud_warning.created` and `.updated`. One that does not say is still to be acted on. */
export const readFraudWarning = defineReader({
  kinds: ['fraud_warning_observed'],
  schema: z.object({
    id: objectId,
    actionable: flag,
    created: unixSeconds.nullish(),
    charge: chargeReference,
    payment_intent: reference,
  }),
  toFacts: ({ object, origin }) => {
    const { chargeId, paymentIntentId, invoiceId } = toChargeRef(object);
    return [
      {
        ...origin,
        kind: 'fraud_warning_observed',
        warningId: object.id,
        about: { chargeId, paymentIntentId, invoiceId },
        actionable: object.actionable !== false,
        openedAt: toInstant(object.created),
      },
    ];
  },
});
