import * as z from 'zod';
import type { DisputeObserved, Fact, PaymentReversed } from '../../domain/fact.ts';
import { chargeReference, toChargeRef } from './charge-reference.ts';
import { idOf } from './object-ids.ts';
import { defineReader, type Reader, type Statement } from './reader.ts';
import { amountMinor, currency, objectId, reference, text, toInstant, unixSeconds } from './shapes.ts';

const dispute = z.object({
  id: objectId.nullish(),
  status: z.string(),
  reason: text,
  amount: amountMinor,
  currency,
  created: unixSeconds.nullish(),
  charge: chargeReference,
  payment_intent: reference,
});
type Dispute = z.infer<typeof dispute>;

/**
 * Inquiries (`warning_*`) are disputes before the bank takes money; an appeal (since 2026-10-28) opens a lost one again.
 * What was prevented, given back or closed as an inquiry asks nothing more.
 */
const STATUSES: ReadonlyMap<string, DisputeObserved['status']> = new Map([
  ['needs_response', 'open'],
  ['under_review', 'open'],
  ['warning_needs_response', 'open'],
  ['warning_under_review', 'open'],
  ['appeal_needs_response', 'open'],
  ['appeal_under_review', 'open'],
  ['won', 'won'],
  ['lost', 'lost'],
  ['warning_closed', 'withdrawn'],
  ['prevented', 'withdrawn'],
  ['charge_refunded', 'withdrawn'],
]);

const toObserved = (said: Statement<Dispute>, closed: boolean): Fact => {
  const { object: raw, origin } = said;
  return {
    ...origin,
    kind: 'dispute_observed',
    // The oldest shapes have no id; a charge has one dispute.
    disputeId: raw.id ?? idOf(raw.charge) ?? origin.id,
    charge: chargeOf(raw),
    amountMinor: raw.amount,
    // A new word for a closed dispute is no open one.
    status: STATUSES.get(raw.status) ?? (closed ? 'withdrawn' : 'open'),
    openedAt: toInstant(raw.created),
    reason: raw.reason ?? null,
  };
};

const toReversed = ({ object: raw, origin }: Statement<Dispute>): PaymentReversed => ({
  ...origin,
  kind: 'payment_reversed',
  reversalId: raw.id ?? origin.id,
  charge: chargeOf(raw),
});

/** What is disputed: it may be a part of the charge. */
const chargeOf = (raw: Dispute) => ({ ...toChargeRef(raw), amountMinor: raw.amount, currency: raw.currency });

/** `charge.dispute.created`, `.updated` and the movements of its money. */
export const readDispute: Reader = defineReader({
  kinds: ['dispute_observed'],
  schema: dispute,
  toFacts: (said) => [toObserved(said, false)],
});

/** `charge.dispute.closed`: a lost one takes the payment back; any other leaves it where it was. */
export const readDisputeClosed = defineReader({
  kinds: ['payment_reversed', 'dispute_observed'],
  schema: dispute,
  toFacts: (said) => [...(said.object.status === 'lost' ? [toReversed(said)] : []), toObserved(said, true)],
});

/** A dispute as the API gives it. It does not date its loss; the money was taken when it was opened. */
export const readDisputeSeen = defineReader({
  kinds: ['payment_reversed', 'dispute_observed'],
  schema: dispute,
  toFacts: (said) => {
    const { object, origin } = said;
    const occurredAt = toInstant(object.created) ?? origin.occurredAt;
    const lost = object.status === 'lost' ? [toReversed({ ...said, origin: { ...origin, occurredAt } })] : [];
    return [...lost, toObserved(said, false)];
  },
});
