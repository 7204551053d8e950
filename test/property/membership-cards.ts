import fc from 'fast-check';
import type { Card } from '../../src/domain/fact.ts';
import type { Entry } from './membership-entry.ts';
import { BEGIN_S, DAY_S, gap } from './membership-entry.ts';

/** A stored card and what becomes of it. */
export interface CardPlan {
  /** Months from the story's month to the one in which it expires. */
  readonly months: number;
  readonly seen: 'method' | 'charge' | 'both' | 'never';
  readonly day: number;
  /** What becomes of it, each by a notice of its own; `stated` only by what is there now. */
  readonly fate:
    | 'stays'
    | 'renewed'
    | 'renamed'
    | 'renewed_by_network'
    | 'attached'
    | 'detached'
    | 'customer_slot'
    | 'customer_slot_stated';
  readonly fateAfterS: number;
  /** It is detached that much later. */
  readonly goneAfterS: number | null;
}

const card: fc.Arbitrary<CardPlan> = fc.record({
  months: fc.integer({ min: -2, max: 4 }),
  seen: fc.constantFrom('method', 'method', 'charge', 'both', 'never'),
  day: fc.integer({ min: 0, max: 60 }),
  fate: fc.constantFrom(
    'stays',
    'stays',
    'renewed',
    'renamed',
    'renewed_by_network',
    'attached',
    'attached',
    'attached',
    'detached',
    'customer_slot',
    'customer_slot',
    'customer_slot_stated',
  ),
  fateAfterS: fc.oneof(fc.constant(5 * DAY_S), gap),
  goneAfterS: fc.option(
    gap.map((seconds) => Math.max(1, seconds)),
    { freq: 3 },
  ),
});
export const cardPlans = fc.array(card, { minLength: 0, maxLength: 3 });

const cardAt = (months: number): Card => {
  const month = new Date(Date.UTC(2026, months, 1));
  return { brand: 'visa', last4: '4242', expMonth: month.getUTCMonth() + 1, expYear: month.getUTCFullYear() };
};

/** What a customer's own notice states; `before`: what was in the slot, where the payload names it. */
export const customer = (
  userId: string | null,
  defaultPaymentMethodId: string | null,
  before?: string | null,
): Entry['told'] => ({
  kind: 'customer_observed',
  userId,
  contactUserIds: [],
  email: null,
  defaultPaymentMethodId,
  deleted: false,
  ...(before === undefined ? {} : { previousPaymentMethodId: before }),
});

/** `firstSlot`: what the customer's slot held at first. */
export const cardEntries = (plan: CardPlan, index: number, firstSlot: string | null): readonly Entry[] => {
  const paymentMethodId = `pm_${index}`;
  const atS = BEGIN_S + plan.day * DAY_S;
  const card = cardAt(plan.months);
  type Cause = 'attached' | 'updated' | 'network' | 'detached' | 'seen';
  const method = (when: number, now: Card, cause: Cause, previousCard: Card | null = null): Entry => ({
    atS: when,
    told: {
      kind: 'payment_method_observed',
      paymentMethodId,
      card: now,
      detached: cause === 'detached',
      cause,
      previousCard,
    },
  });
  const entries: Entry[] = [];
  if (plan.seen === 'method' || plan.seen === 'both') entries.push(method(atS, card, 'seen'));
  if (plan.seen === 'charge' || plan.seen === 'both') {
    const made = { chargeId: `ch_card_${index}`, paymentIntentId: null, invoiceId: `in_${index}` };
    const money = { amountMinor: 500, currency: 'gbp', card, paymentMethodId };
    entries.push({ atS: atS + 60, told: { kind: 'charge_succeeded', charge: { ...made, ...money } } });
  }
  const thenS = atS + plan.fateAfterS;
  const newer = cardAt(plan.months + 36);
  const { expMonth, expYear } = card;
  const old: Card = { brand: null, last4: null, expMonth, expYear };
  switch (plan.fate) {
    case 'stays':
      break;
    case 'renewed':
      entries.push(method(thenS, newer, 'updated', old));
      break;
    case 'renamed':
      entries.push(method(thenS, card, 'updated'));
      break;
    case 'renewed_by_network':
      entries.push(method(thenS, newer, 'network', old));
      break;
    case 'attached':
      entries.push(method(thenS, newer, 'attached'));
      break;
    case 'detached':
      entries.push(method(thenS, card, 'detached'));
      break;
    case 'customer_slot':
      entries.push({ atS: thenS, told: customer(null, paymentMethodId, firstSlot) });
      break;
    case 'customer_slot_stated':
      entries.push({ atS: thenS, told: customer(null, paymentMethodId) });
      break;
  }
  if (plan.goneAfterS !== null) entries.push(method(thenS + plan.goneAfterS, card, 'detached'));
  return entries;
};
