import * as z from 'zod';
import type { RefundObserved } from '../../domain/fact.ts';
import { charge, toChargeState } from './charge.ts';
import { chargeReference, expandedCharge, toChargeRef } from './charge-reference.ts';
import { defineReader, type Reader } from './reader.ts';
import { amountMinor, currency, flag, objectId, reference, text } from './shapes.ts';

const refund = z.object({
  id: objectId,
  amount: amountMinor,
  currency,
  status: text,
  reason: text,
  charge: chargeReference,
  payment_intent: reference,
});

/** A charge with what was given back of it. Its refunds, the newest first, are in it before 2022-11-15. */
const refundedCharge = charge.extend({
  amount_refunded: amountMinor,
  refunded: flag,
  refunds: z
    .object({ data: z.array(z.object({ id: objectId, amount: amountMinor, status: text, reason: text })).nullish() })
    .nullish()
    .catch(null),
});

type Status = RefundObserved['status'];

const STATUSES: ReadonlyMap<string, Status> = new Map([
  ['succeeded', 'succeeded'],
  ['failed', 'failed'],
  ['canceled', 'canceled'],
]);

/** The oldest shapes have no status: then it was done. What is new or waits for somebody is not done. */
const toStatus = (raw: string | null | undefined): Status =>
  raw == null ? 'succeeded' : (STATUSES.get(raw) ?? 'pending');

const refundReader = (failed: boolean): Reader =>
  defineReader({
    kinds: ['refund_observed'],
    schema: refund,
    toFacts: ({ object: raw, origin }) => {
      const told = expandedCharge(raw.charge);
      return [
        {
          ...origin,
          kind: 'refund_observed',
          refundId: raw.id,
          charge: { ...toChargeRef(raw), amountMinor: told?.amount ?? raw.amount, currency: raw.currency },
          amountMinor: raw.amount,
          status: failed ? 'failed' : toStatus(raw.status),
          full: told?.refunded ?? null,
          reason: raw.reason ?? null,
        },
      ];
    },
  });

/** `refund.created`, `refund.updated` and `charge.refund.updated`. */
export const readRefund = refundReader(false);

/** `refund.failed`: the money stays after all. */
export const readRefundFailed = refundReader(true);

/**
 * `charge.refunded`, also in part: by the id of its newest refund where the charge carries its refunds, so that the
 * refund's own notices are about the same; else by the charge's, with the total so far.
 */
export const readChargeRefunded = defineReader({
  kinds: ['refund_observed'],
  schema: refundedCharge,
  toFacts: ({ object: raw, origin }) => {
    const [newest] = raw.refunds?.data ?? [];
    return [
      {
        ...origin,
        kind: 'refund_observed',
        refundId: newest?.id ?? raw.id,
        charge: toChargeState(raw),
        amountMinor: newest?.amount ?? raw.amount_refunded,
        status: toStatus(newest?.status),
        full: raw.refunded ?? raw.amount_refunded >= raw.amount,
        reason: newest?.reason ?? null,
      },
    ];
  },
});
