import * as z from 'zod';
import type { ChargeState } from '../../domain/fact.ts';
import { cardOfCharge, charge, methodIdOfCharge, toChargeState } from './charge.ts';
import { idOf } from './object-ids.ts';
import { objectId, type reference } from './shapes.ts';

/** A charge as disputes, refunds and warnings name it: by its id, or expanded. */
export const chargeReference = z.union([z.literal(''), charge, objectId, z.object({ id: objectId })]).nullish();

interface Names {
  readonly charge?: z.infer<typeof chargeReference>;
  readonly payment_intent?: z.infer<typeof reference>;
}

type Referred = Omit<ChargeState, 'amountMinor' | 'currency'>;

/** The charge that an object is about, with everything that the payload says of it but its amount. */
export const toChargeRef = (raw: Names): Referred => {
  const told = expandedCharge(raw.charge);
  const own = told === null ? null : toChargeState(told);
  return {
    chargeId: idOf(raw.charge),
    paymentIntentId: idOf(raw.payment_intent) ?? own?.paymentIntentId ?? null,
    invoiceId: own?.invoiceId ?? null,
    card: told === null ? null : cardOfCharge(told),
    paymentMethodId: told === null ? null : methodIdOfCharge(told),
  };
};

/** The charge itself, where the payload carries it. */
export const expandedCharge = (raw: Names['charge']): z.infer<typeof charge> | null =>
  typeof raw === 'object' && raw !== null && 'amount' in raw ? raw : null;
