import { describe, expect, it } from 'vitest';
import type { Card, Fact } from '../../src/domain/fact.ts';
import { DAY_MS, type Instant, instant, plus } from '../../src/domain/instant.ts';
import type { Rules } from '../../src/domain/rules.ts';
import { foldLedger } from '../../src/ledger/ledger.ts';
import { findStanding } from '../../src/ledger/standing.ts';
import { stripe } from '../../src/providers/stripe/stripe.ts';
import {
  chargeSucceeded,
  customerUpdated,
  invoicePaid,
  paymentIntentSucceeded,
  paymentMethodAttached,
  paymentMethodDetached,
  type StripeAccount,
  type StripeEvent,
  subscriptionUpdated,
} from '../../src/simulate/stripe-events.ts';
import { DEFAULT_POLICY } from '../default-policy.ts';
import { fails } from './stripe-happenings.ts';

/** Which card will be charged, from facts alone: docs/decisions/0007-cards-and-pre-dunning.md. */
const NOW = instant(Date.UTC(2026, 3, 20));
const ENDS = instant(Date.UTC(2026, 4, 1));
const PAID = { invoice: 'in_1', subscription: 'sub_1', amount: 4900 };

const ADA: StripeAccount = {
  shape: 'legacy',
  livemode: true,
  customer: 'cus_ada',
  priceId: 'price_pro',
  paymentMethod: 'pm_1',
  card: { last4: '0026', expMonth: 4, expYear: 2026 },
};
const LATER: StripeAccount = { ...ADA, card: { last4: '0030', expMonth: 4, expYear: 2030 } };
const NO_SLOTS = { subscriptionSlot: null, customerSlot: null } as const;

const RULES: Rules = {
  namespace: 'test',
  policy: DEFAULT_POLICY,
  taxonomies: { stripe: stripe.taxonomy },
  hash: '',
};

/** The facts of webhooks that arrived a minute ago, when everything that belongs together has settled. */
const factsOf = (...events: readonly StripeEvent[]): readonly Fact[] =>
  events.flatMap((event) => {
    const reading = stripe.normalise(JSON.stringify(event), {
      receivedAt: plus(NOW, -60_000),
      userIdKeys: ['user_id'],
      contactKeys: [],
    });
    if (reading.end !== 'understood') throw new Error(JSON.stringify(reading));
    return reading.facts;
  });

const fold = (facts: readonly Fact[], now: Instant = NOW) =>
  foldLedger({ provider: 'stripe', merchant: '', mode: 'live', customer: 'cus_ada' }, facts, RULES, now);
const last4Of = (facts: readonly Fact[]): Card['last4'] | undefined => fold(facts).cards.get('sub_1')?.card.last4;
const expiryOf = (facts: readonly Fact[]): Instant | null => findStanding(fold(facts), RULES.policy).cardExpiresAt;

const daysAgo = (days: number): Instant => plus(NOW, -days * DAY_MS);
const charged = (account: StripeAccount, days: number): readonly StripeEvent[] => [
  chargeSucceeded(account, { ...PAID, at: daysAgo(days) }),
  invoicePaid(account, { ...PAID, at: daysAgo(days) }),
];
const runs = (account: StripeAccount, days: number): StripeEvent =>
  subscriptionUpdated(account, { subscription: 'sub_1', at: daysAgo(days) });

describe('the card that will be charged', () => {
  it('of facts that an earlier version stored, without slots and method ids, is that of the newest charge', () => {
    const facts = factsOf(...charged(ADA, 9), runs(ADA, 8), customerUpdated(ADA, { at: daysAgo(7) }));
    const stored: readonly Fact[] = JSON.parse(JSON.stringify(facts), (key, value) =>
      key === 'paymentMethodId' || key === 'defaultPaymentMethodId' ? undefined : value,
    );
    expect(JSON.stringify(stored)).not.toMatch(/paymentMethodId|PaymentMethodId/);
    expect(expiryOf(stored)).toBe(ENDS);
  });

  it('is as the charge shows it, where its method was attached in the same second (B1)', () => {
    const at = daysAgo(9);
    expect(last4Of(factsOf(...charged(LATER, 9), paymentMethodAttached(ADA, { at }), runs(ADA, 8)))).toBe('0030');
  });

  it('is as its newest statement says, in whatever order they arrive', () => {
    const facts = factsOf(...charged(ADA, 9), paymentMethodAttached(LATER, { at: daysAgo(8) }), runs(ADA, 7));
    expect(last4Of(facts)).toBe('0030');
    expect(last4Of(facts.toReversed())).toBe('0030');
  });

  it('is none once it was detached, though a later charge shows it, until it is attached again', () => {
    const detached = [
      paymentMethodAttached(ADA, { at: daysAgo(9) }),
      paymentMethodDetached(ADA, { at: daysAgo(8) }),
      ...charged(ADA, 7),
      runs(ADA, 6),
    ];
    expect(last4Of(factsOf(...detached))).toBeUndefined();
    expect(last4Of(factsOf(...detached, paymentMethodAttached(ADA, { at: daysAgo(5) })))).toBe('0026');
  });

  it('is not that of a charge, where the charge’s method was detached since and no slot names one', () => {
    const account = { ...ADA, ...NO_SLOTS };
    const facts = factsOf(...charged(account, 9), runs(account, 8), paymentMethodDetached(account, { at: daysAgo(7) }));
    expect(last4Of(facts)).toBeUndefined();
  });

  it('is read from the charge where only the intent names its method', () => {
    const [charge, invoice] = factsOf(...charged(ADA, 9));
    if (charge?.kind !== 'charge_succeeded' || invoice === undefined) throw new Error('no charge');
    const unnamed: Fact = { ...charge, charge: { ...charge.charge, paymentMethodId: null } };
    const intent = factsOf(paymentIntentSucceeded(ADA, { ...PAID, at: plus(daysAgo(9), 1_000) }));
    expect(last4Of([unnamed, invoice, ...intent, ...factsOf(runs(ADA, 8))])).toBe('0026');
    expect(last4Of([unnamed, invoice, ...factsOf(runs(ADA, 8))])).toBeUndefined();
  });

  it('is not that of another subscription', () => {
    const other = subscriptionUpdated({ ...ADA, ...NO_SLOTS }, { subscription: 'sub_2', at: daysAgo(8) });
    expect(fold(factsOf(...charged({ ...ADA, ...NO_SLOTS }, 9), other)).cards.size).toBe(0);
  });
});

describe('the end of a card', () => {
  it.each([
    [4, 2026, ENDS],
    [12, 2026, null],
    [null, 2026, null],
    [4, null, null],
  ])('in month %j of year %j is spoken of as %j in April', (expMonth, expYear, expected) => {
    const [method] = factsOf(paymentMethodAttached(ADA, { at: daysAgo(9) }));
    if (method?.kind !== 'payment_method_observed' || method.card === null) throw new Error('no method');
    const stated: Fact = { ...method, card: { ...method.card, expMonth, expYear } };
    expect(expiryOf([stated, ...factsOf(runs(ADA, 8))])).toBe(expected);
  });

  it('in December is the new year', () => {
    const december = { ...ADA, card: { ...ADA.card, expMonth: 12, expYear: 2026 } };
    const facts = factsOf(paymentMethodAttached(december, { at: daysAgo(9) }), runs(december, 8));
    const expiry = fold(facts).cards.get('sub_1')?.expiresAt;
    expect(expiry).toBe(Date.UTC(2027, 0, 1));
  });

  it('is not spoken of after a failure of whichever subscription (D4)', () => {
    const held = factsOf(paymentMethodAttached(ADA, { at: daysAgo(9) }), runs(ADA, 8));
    const failed = { invoice: 'in_other', subscription: 'sub_2', amount: 900 };
    const elsewhere = factsOf(...fails(failed)({ ...ADA, paymentMethod: 'pm_2' }, daysAgo(80)));
    const paid = factsOf(invoicePaid(ADA, { ...failed, at: daysAgo(79), attempt: 1 }));
    expect(expiryOf(held)).toBe(ENDS);
    expect(expiryOf([...held, ...elsewhere, ...paid])).toBeNull();
  });
});
