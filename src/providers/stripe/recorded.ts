import * as z from 'zod';
import type { ChargeDeclined, Fact, InvoiceState } from '../../domain/fact.ts';
import { charge, toChargeState, toRawDecline } from './charge.ts';
import { type Invoice, invoice, toInvoiceState, toInvoiceStatus } from './invoice.ts';
import { lastChargedAt, paymentIntent, toDeclined, toSucceeded } from './payment-intent.ts';
import { defineReader, type Statement } from './reader.ts';
import { toInstant } from './shapes.ts';

/** Readers of what the API's lists tell of the past: no notice is left, the objects date what happened themselves. */

/** An invoice of a list: one that is settled says since when. */
export const readInvoiceSeen = defineReader({
  kinds: ['invoice_observed'],
  schema: invoice,
  toFacts: (said) => {
    const occurredAt = toInstant(settledAt(said.object)) ?? said.origin.occurredAt;
    return [{ ...said.origin, occurredAt, kind: 'invoice_observed', invoice: toInvoiceState(said) }];
  },
});

const settledAt = (raw: Invoice): number | null | undefined => {
  const at = raw.status_transitions;
  switch (toInvoiceStatus(raw)) {
    case 'paid':
      return at?.paid_at;
    case 'void':
      return at?.voided_at;
    case 'uncollectible':
      return at?.marked_uncollectible_at;
    case 'draft':
    case 'open':
      return null;
  }
};

/** A charge of a list, by its own status. */
export const readChargeSeen = defineReader({
  kinds: ['charge_declined', 'charge_succeeded'],
  schema: charge,
  toFacts: ({ object, origin }) => {
    const dated = { ...origin, occurredAt: toInstant(object.created) ?? origin.occurredAt };
    const told = toChargeState(object);
    if (object.status === 'succeeded' || object.status === 'paid')
      return [{ ...dated, kind: 'charge_succeeded', charge: told }];
    if (object.status !== 'failed') return 'a charge without an outcome yet';
    return [{ ...dated, kind: 'charge_declined', charge: told, decline: toRawDecline(object) }];
  },
});

/** An intent as the API gives it, by its own status. */
export const readIntentSeen = defineReader({
  kinds: ['charge_declined', 'charge_succeeded'],
  schema: paymentIntent,
  toFacts: ({ object, origin }) => {
    const dated = { ...origin, occurredAt: toInstant(lastChargedAt(object)) ?? origin.occurredAt };
    if (object.status === 'succeeded') return [{ ...dated, kind: 'charge_succeeded', charge: toSucceeded(object) }];
    return object.last_payment_error == null ? 'an intent without an outcome yet' : [toDeclined(object, dated)];
  },
});

const attempt = z.object({ invoice, charge: charge.nullish() });

/** An attempt that failed: the invoice, and the charge that was refused for it where one is known. */
export const readAttemptRecorded = defineReader({
  kinds: ['attempt_recorded', 'charge_declined'],
  schema: attempt,
  toFacts: (said) => {
    const { object, origin } = said;
    const at = object.charge == null ? object.invoice.status_transitions?.finalized_at : object.charge.created;
    const dated = { ...origin, occurredAt: toInstant(at) ?? origin.occurredAt };
    const chargeId = object.charge?.id ?? null;
    const state = toStateThen({ ...said, object: object.invoice }, chargeId);
    const recorded: Fact = { ...dated, kind: 'attempt_recorded', invoice: state, chargeId };
    return object.charge == null ? [recorded] : [recorded, toDecline(object.charge, state.id, dated)];
  },
});

/** What the invoice was when the attempt failed, as far as it is certain: owed in full, whatever became of it since. */
const toStateThen = (said: Statement<Invoice>, chargeId: string | null): InvoiceState => {
  const now = toInvoiceState(said);
  return {
    ...now,
    status: 'open',
    amountPaidMinor: 0,
    amountRemainingMinor: now.amountDueMinor,
    paidOutOfBand: now.paidOutOfBand === null ? null : false,
    uncollectibleReason: null,
    nextAttemptAt: null,
    chargeId: chargeId ?? now.chargeId,
  };
};

const toDecline = (
  raw: z.infer<typeof charge>,
  invoiceId: string,
  origin: Pick<ChargeDeclined, 'id' | 'occurredAt' | 'receivedAt'>,
): ChargeDeclined => ({
  ...origin,
  kind: 'charge_declined',
  charge: { ...toChargeState(raw), invoiceId },
  decline: toRawDecline(raw),
});
