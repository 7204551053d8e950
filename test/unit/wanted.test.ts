import { describe, expect, it } from 'vitest';
import type { CustomerObserved, Fact } from '../../src/domain/fact.ts';
import type { Instant } from '../../src/domain/instant.ts';
import { findWanted } from '../../src/pipeline/api/wanted.ts';
import {
  day,
  declined,
  failed,
  INVOICE,
  ledgerAt,
  recorded,
  SUBSCRIPTION,
  subscribed,
  succeeded,
  toConfirm,
} from './ledger-facts.ts';

const customer = (at: Instant, defaultPaymentMethodId: string | null = null): CustomerObserved => ({
  kind: 'customer_observed',
  id: `evt_customer_${at}`,
  occurredAt: at,
  receivedAt: at,
  userId: null,
  contactUserIds: [],
  email: null,
  defaultPaymentMethodId,
  deleted: false,
});
const NAMED = { userId: 'user_1' };
const card = (expMonth: number) => ({ brand: 'visa', last4: '4242', expMonth, expYear: 2026 });

const wantedAt = (now: Instant, facts: readonly Fact[]): readonly string[] =>
  findWanted(ledgerAt(now, facts), facts, now).map(({ kind, objectId }) => `${kind} ${objectId}`);
const kindsAt = (now: Instant, facts: readonly Fact[]): readonly string[] =>
  wantedAt(now, facts).map((each) => each.split(' ')[0] ?? '');

describe('what the facts of an account miss', () => {
  it('is nothing for somebody who pays and is named', () => {
    expect(wantedAt(day(1), [subscribed(day(0), NAMED)])).toEqual([]);
  });

  it('is the customer for somebody who pays while nobody names the user, and no card and no price', () => {
    const facts = [subscribed(day(0), { defaultPaymentMethodId: 'pm_1', price: null })];
    expect(kindsAt(day(1), facts)).toEqual(['customer']);
    expect(wantedAt(day(1), [...facts, customer(day(0))])).toEqual([]);
  });

  it('is the customer of somebody named once the card is about to expire', () => {
    const paidWith = succeeded(day(0), { paymentMethodId: 'pm_1', card: card(4) });
    const facts = [subscribed(day(0), { ...NAMED, defaultPaymentMethodId: 'pm_1' }), paidWith];
    // Day one is the first of March; the card lasts until the end of April.
    expect(wantedAt(day(27), facts)).toEqual([]);
    expect(kindsAt(day(31), facts)).toEqual(['customer']);
  });

  it('is the reason of a failure at once, and nothing once a charge gives it', () => {
    const facts = [customer(day(0)), failed(day(1))];
    expect(wantedAt(day(1), facts)).toEqual([`decline in_1:1:${day(1) / 1_000}`]);
    expect(wantedAt(day(1), [...facts, declined(day(1))])).toEqual([]);
  });

  it('is no reason where the bank wants the customer to confirm, or where no card was there to charge', () => {
    expect(wantedAt(day(1), [customer(day(0)), toConfirm(day(1)), failed(day(1))])).toEqual([]);
    const without = failed(day(1), { linksCharge: true, chargeId: null });
    expect(kindsAt(day(1), [customer(day(0)), without])).not.toContain('decline');
  });

  it('is no reason that is three days old, nor one of what a backfill recorded', () => {
    const facts = [customer(day(0)), failed(day(1))];
    expect(kindsAt(day(3, 23), facts)).toEqual(['decline']);
    expect(wantedAt(day(4), facts)).toEqual([]);
    expect(wantedAt(day(1), [customer(day(0)), recorded(day(1), day(1), null)])).toEqual([]);
  });

  it('is the subscription where only the id of a price is known', () => {
    const bare = { priceId: 'price_1', productId: null, lookupKey: null, planId: null, details: false };
    const facts = [customer(day(0)), failed(day(1), { price: bare }), declined(day(1))];
    expect(wantedAt(day(1), facts)).toEqual(['price sub_1']);
    expect(wantedAt(day(1), [...facts, subscribed(day(1), { price: SUBSCRIPTION.price })])).toEqual([]);
    expect(wantedAt(day(1), [customer(day(0)), failed(day(1), { price: INVOICE.price }), declined(day(1))])).toEqual(
      [],
    );
  });

  it("is the card of the subscription's slot, else of the customer's, for somebody who failed", () => {
    const told = [failed(day(1)), declined(day(1))];
    const own = subscribed(day(0), { defaultPaymentMethodId: 'pm_own' });
    expect(wantedAt(day(1), [customer(day(0), 'pm_default'), own, ...told])).toEqual(['payment_method pm_own']);
    const none = subscribed(day(0), { defaultPaymentMethodId: null });
    expect(wantedAt(day(1), [customer(day(0), 'pm_default'), none, ...told])).toEqual(['payment_method pm_default']);
    const shown = declined(day(1), { paymentMethodId: 'pm_own', card: card(9) });
    expect(wantedAt(day(1), [customer(day(0), 'pm_default'), own, failed(day(1)), shown])).toEqual([]);
  });
});
