import fc from 'fast-check';
import type { ChargeState, InvoiceState } from '../../src/domain/fact.ts';
import { instant } from '../../src/domain/instant.ts';
import type { Entry } from './membership-entry.ts';
import { BEGIN_S, DAY_S, gap } from './membership-entry.ts';

/** Money at odds, as a plan of small choices: disputes and warnings about a charge, refunds of one. */
export interface DisputePlan {
  /** `both`: a warning first, then a dispute of the same charge. */
  readonly what: 'dispute' | 'warning' | 'both';
  readonly day: number;
  /** How much later than its own date it is told of first. */
  readonly toldAfterS: number;
  /** Whether it names its own date. */
  readonly dated: boolean;
  readonly end: 'none' | 'none' | 'won' | 'lost' | 'withdrawn' | 'appealed' | 'refunded';
  readonly endAfterS: number;
  /** Which charge: one that nothing else told of, or the one that paid the first invoice. */
  readonly of: 'unknown' | 'first_invoice';
}

/** A refund on an invoice, after its attempt of that number or after all of them. */
export interface RefundPlan {
  readonly after: number;
  readonly afterS: number;
  readonly status: 'succeeded' | 'pending' | 'failed' | 'failed_later' | 'succeeded_later';
  /** Of the invoice's own charge, linked or not, or of a charge of no known invoice. */
  readonly of: 'linked' | 'unlinked' | 'unknown';
}

const dispute: fc.Arbitrary<DisputePlan> = fc.record({
  what: fc.constantFrom('dispute', 'dispute', 'warning', 'both'),
  day: fc.integer({ min: -60, max: 60 }),
  toldAfterS: gap,
  dated: fc.constantFrom(true, true, false),
  end: fc.constantFrom('none', 'none', 'won', 'lost', 'withdrawn', 'appealed', 'refunded'),
  endAfterS: gap.map((seconds) => Math.max(1, seconds)),
  of: fc.constantFrom('unknown', 'first_invoice'),
});
export const disputePlans = fc.oneof(
  { weight: 3, arbitrary: fc.constant<readonly DisputePlan[]>([]) },
  { weight: 1, arbitrary: fc.array(dispute, { minLength: 1, maxLength: 2 }) },
);

export const refundPlan: fc.Arbitrary<RefundPlan | null> = fc.option(
  fc.record({
    after: fc.integer({ min: 0, max: 4 }),
    afterS: gap,
    status: fc.constantFrom(
      'succeeded',
      'succeeded',
      'succeeded',
      'pending',
      'failed',
      'failed_later',
      'succeeded_later',
    ),
    of: fc.constantFrom('linked', 'linked', 'unlinked', 'unknown'),
  }),
  { freq: 5 },
);

const bare = (chargeId: string, amountMinor: number, currency: string): ChargeState => ({
  chargeId,
  paymentIntentId: null,
  invoiceId: null,
  amountMinor,
  currency,
  card: null,
  paymentMethodId: null,
});

/** `paying`: the id of the charge that paid the first invoice. */
export const disputeEntries = (plan: DisputePlan, index: number, paying: string): readonly Entry[] => {
  const openedS = BEGIN_S + plan.day * DAY_S;
  const atS = openedS + plan.toldAfterS;
  const endS = atS + plan.endAfterS;
  const chargeId = plan.of === 'unknown' ? `ch_unknown_${index}` : paying;
  const openedAt = plan.dated ? instant(openedS * 1_000) : null;
  const disputed = (when: number, status: 'open' | 'won' | 'lost' | 'withdrawn'): Entry => ({
    atS: when,
    told: {
      kind: 'dispute_observed',
      disputeId: `du_${index}`,
      charge: bare(chargeId, 700, 'usd'),
      amountMinor: 700,
      status,
      openedAt,
      reason: 'fraudulent',
    },
  });
  const warned = (when: number, actionable: boolean): Entry => ({
    atS: when,
    told: {
      kind: 'fraud_warning_observed',
      warningId: `issfr_${index}`,
      about: { chargeId, paymentIntentId: null, invoiceId: null },
      actionable,
      openedAt,
    },
  });
  const ends = (): readonly Entry[] => {
    switch (plan.end) {
      case 'none':
        return [];
      case 'refunded':
        return [warned(endS, false)];
      case 'appealed':
        return [disputed(endS, 'lost'), disputed(endS + 5 * DAY_S, 'open')];
      default:
        return [disputed(endS, plan.end)];
    }
  };
  if (plan.what === 'dispute') return [disputed(atS, 'open'), ...(plan.end === 'refunded' ? [] : ends())];
  if (plan.what === 'warning') return [warned(atS, true), ...(plan.end === 'refunded' ? ends() : [])];
  return [
    warned(atS, true),
    disputed(endS, 'open'),
    ...(plan.end === 'refunded' ? [] : [disputed(endS + 5 * DAY_S, 'won')]),
  ];
};

/** A part payment of an invoice that was given back at `atS`. */
export const refundEntries = (bill: InvoiceState, plan: RefundPlan, atS: number): readonly Entry[] => {
  const chargeId = plan.of === 'unknown' ? `ch_elsewhere_${bill.id}` : `ch_part_${bill.id}`;
  const made = { ...bare(chargeId, 400, bill.currency), invoiceId: plan.of === 'linked' ? bill.id : null };
  const told = (when: number, status: 'pending' | 'succeeded' | 'failed'): Entry => ({
    atS: when,
    told: {
      kind: 'refund_observed',
      refundId: `re_${bill.id}`,
      charge: made,
      amountMinor: 400,
      status,
      full: null,
      reason: null,
    },
  });
  const link: Entry = {
    atS: atS + 30,
    told: { kind: 'invoice_payment_linked', invoiceId: bill.id, paymentIntentId: null, chargeId },
  };
  const linked = plan.of === 'unlinked' ? [link] : [];
  switch (plan.status) {
    case 'failed_later':
      return [...linked, told(atS, 'succeeded'), told(atS + 2 * DAY_S, 'failed')];
    case 'succeeded_later':
      return [...linked, told(atS, 'pending'), told(atS + 2 * DAY_S, 'succeeded')];
    default:
      return [...linked, told(atS, plan.status)];
  }
};
