import { expect, it } from 'vitest';
import type { Fact } from '../../src/domain/fact.ts';
import {
  CHARGE,
  day,
  declined,
  disputed,
  eventsAt,
  failed,
  ledgerAt,
  observed,
  paid,
  refunded,
  saidAt,
  subscribed,
  succeeded,
  warned,
} from './ledger-facts.ts';

const RECOVERED: readonly Fact[] = [
  subscribed(day(0)),
  failed(day(1)),
  declined(day(1)),
  succeeded(day(3)),
  paid(day(3)),
];
const namesOf = (now: ReturnType<typeof day>, facts: readonly Fact[]) => eventsAt(now, facts).map(({ event }) => event);
const only = (name: string, now: ReturnType<typeof day>, facts: readonly Fact[]) =>
  eventsAt(now, facts).filter(({ event }) => event === name);

it('payment_disputed: one per dispute and per warning, on its opening, without the reason', () => {
  const facts = [
    warned(day(1)),
    warned(day(2), false),
    disputed(day(3), 'open'),
    disputed(day(4), 'open'),
    disputed(day(5), 'won'),
  ];
  const events = only('payment_disputed', day(6), facts);
  expect(events.map(({ at, ready }) => [at, ready])).toEqual([
    [day(1), true],
    [day(3), true],
  ]);
  expect(events.map((event) => event.properties())).toMatchObject([
    { dispute_id: 'issfr_1', dispute_type: 'early_fraud_warning', amount: null, currency: null },
    { dispute_id: 'dp_1', dispute_type: 'dispute', amount: 49, currency: 'USD', invoice_id: 'in_old' },
  ]);
  expect(JSON.stringify(events.map((event) => event.properties()))).not.toContain('fraudulent');
});

it('payment_disputed keeps its id whatever arrives first, and is not told by an end alone', () => {
  const [opened, updated, won] = [disputed(day(1), 'open'), disputed(day(2), 'open'), disputed(day(3), 'won')];
  const ids = [[opened], [updated], [won, updated], [opened, updated, won]].map((facts) =>
    only('payment_disputed', day(4), facts).map(({ messageId }) => messageId),
  );
  expect(new Set(ids.map((each) => each.join())).size).toBe(1);
  expect(only('payment_disputed', day(4), [won])).toEqual([]);
});

it('payment_refunded: each partial refund, with the episode of its invoice', () => {
  const facts = [...RECOVERED, refunded(day(4)), refunded(day(5), { refundId: 're_2', amountMinor: 3900, full: true })];
  const events = only('payment_refunded', day(6), facts);
  const episode = ledgerAt(day(6), facts).episodes[0]?.id;
  expect(events.map((event) => event.properties())).toMatchObject([
    { refund_id: 're_1', amount_minor: 1000, full: false, dunning_episode_id: episode, invoice_id: 'in_1' },
    { refund_id: 're_2', amount_minor: 3900, full: true, dunning_episode_id: episode },
  ]);
});

it('a refund of what recovered an episode leaves it recovered', () => {
  const facts = [...RECOVERED, refunded(day(4), { amountMinor: 4900, full: true })];
  expect(ledgerAt(day(5), facts).episodes).toMatchObject([{ outcome: 'recovered', endedAt: day(3) }]);
});

it('payment_refunded is told when the refund succeeded, and once', () => {
  expect(only('payment_refunded', day(5), [refunded(day(4), { status: 'pending' })])).toEqual([]);
  const facts = [refunded(day(4), { status: 'pending' }), refunded(day(6)), refunded(day(7))];
  expect(only('payment_refunded', day(8), facts).map(({ at }) => at)).toEqual([day(6)]);
});

/** What `charge.refunded` states: the charge's id and the total given back so far. */
const total = (at: ReturnType<typeof day>, amountMinor: number) => refunded(at, { refundId: 'ch_1', amountMinor });

it("a charge's total is a refund only where the refund's own notice does not come, and waits for it", () => {
  const both = [total(day(4), 1000), refunded(day(4, 0, 0, 1))];
  expect(only('payment_refunded', day(5), both).map((event) => event.properties())).toMatchObject([
    { refund_id: 're_1' },
  ]);
  const alone = [total(day(4), 1000)];
  expect(saidAt(day(4, 0, 0, 9), alone)).toEqual([]);
  expect(ledgerAt(day(4), alone).changesAt).toContain(day(4, 0, 0, 10));
  expect(saidAt(day(4, 0, 0, 10), alone)).toEqual(['payment_refunded']);
});

it("each rise of a charge's total is a refund of the difference", () => {
  const facts = [total(day(4), 1000), total(day(5), 1000), total(day(6), 4900)];
  const events = only('payment_refunded', day(7), facts);
  expect(events.map((event) => event.properties())).toMatchObject([{ amount_minor: 1000 }, { amount_minor: 3900 }]);
  expect(new Set(events.map(({ messageId }) => messageId)).size).toBe(2);
});

it('B2: a charge that fails after it had succeeded takes the payment back and opens the episode again', () => {
  const facts = [...RECOVERED, declined(day(6), { chargeId: 'ch_1' })];
  const [first, second] = ledgerAt(day(7), facts).episodes;
  expect(first).toMatchObject({ outcome: 'recovered' });
  expect(second).toMatchObject({ outcome: 'open', openedAt: day(6), reopenedFrom: first?.id, reversalId: 'ch_1' });
  expect(namesOf(day(6, 0, 1), facts)).toEqual(['payment_failed', 'payment_retried', 'payment_recovered']);
});

it('a charge that was refused before another one succeeded takes nothing back', () => {
  const later = [...RECOVERED, declined(day(2), { chargeId: 'ch_1' }), declined(day(6), { chargeId: 'ch_9' })];
  expect(ledgerAt(day(7), later).episodes).toMatchObject([{ outcome: 'recovered' }]);
});

it('B2: an invoice that is credited is forgiven, before its payment and after', () => {
  const credited = { status: 'paid', amountRemainingMinor: 0, amountPaidMinor: 0 } as const;
  const before = [failed(day(1)), declined(day(1)), observed(day(2), credited)];
  expect(ledgerAt(day(3), before).episodes).toMatchObject([{ outcome: 'forgiven' }]);
  expect(namesOf(day(3), before)).toEqual(['payment_failed']);
  const after = [...RECOVERED, observed(day(5), { ...credited, amountPaidMinor: 4900 })];
  expect(ledgerAt(day(6), after).episodes).toMatchObject([{ outcome: 'recovered' }]);
});

it('a credit for a part lowers what is owed and ends nothing', () => {
  const facts = [
    failed(day(1)),
    declined(day(1)),
    observed(day(2), { amountRemainingMinor: 2000, nextAttemptAt: day(4) }),
  ];
  expect(ledgerAt(day(3), facts).invoices.get('in_1')?.owedMinor).toBe(2000);
  expect(ledgerAt(day(3), facts).episodes).toMatchObject([{ outcome: 'open' }]);
});

it('a charge that no invoice is known of is disputed and refunded all the same', () => {
  const charge = { ...CHARGE, chargeId: 'ch_x', paymentIntentId: null, invoiceId: null };
  const events = eventsAt(day(5), [refunded(day(4), { charge })]);
  expect(events[0]?.properties()).toMatchObject({ invoice_id: null, subscription_id: null, dunning_episode_id: null });
});
