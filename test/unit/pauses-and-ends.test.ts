import { expect, it } from 'vitest';
import type { Fact, InvoiceState } from '../../src/domain/fact.ts';
import { day, declined, ended, eventsAt, failed, ledgerAt, observed, standingAt, subscribed } from './ledger-facts.ts';

const of = (facts: readonly Fact[]) =>
  eventsAt(day(20), facts).map((event) => [event.event, event.properties()] as const);
const names = (facts: readonly Fact[]) => of(facts).map(([name]) => name);

it.each([
  [
    'the provider, after a failed payment',
    { pausedForNonPayment: true, pauseReason: 'non_payment' },
    'active',
    'non_payment',
  ],
  ['the end of a trial without a method', { pauseReason: 'trial_ended' }, 'trialing', 'trial_ended'],
  ['the end of a trial, in shapes without a reason', {}, 'trialing', 'trial_ended'],
  ['a wish', { pauseReason: 'requested' }, 'active', 'requested'],
  ['something else', { pauseReason: 'other' }, 'active', 'unknown'],
  ['nothing that is said', {}, 'active', 'unknown'],
] as const)('subscription_paused by %s', (_, given, previousStatus, type) => {
  const said = of([subscribed(day(1), { status: 'paused', ...given }, { previousStatus })]);
  expect(said).toMatchObject([
    ['subscription_paused', { pause_type: type, resumes_at: null, subscription_id: 'sub_1' }],
  ]);
});

it('subscription_paused tells of a paused collection, and when it goes on', () => {
  const fact = subscribed(day(1), { collectionPaused: true, resumesAt: day(9) }, { previousCollectionPaused: false });
  expect(of([fact])).toMatchObject([
    ['subscription_paused', { pause_type: 'collection', resumes_at: '2026-03-10T09:00:00.000Z' }],
  ]);
});

it('subscription_resumed is told of both, and an end out of a pause is none', () => {
  expect(names([subscribed(day(1), {}, { previousStatus: 'paused' })])).toEqual(['subscription_resumed']);
  expect(names([subscribed(day(1), {}, { previousCollectionPaused: true })])).toEqual(['subscription_resumed']);
  expect(names([subscribed(day(1), { status: 'canceled' }, { previousStatus: 'paused' })])).toEqual([]);
});

it('only a statement that names what was before tells of a change', () => {
  expect(
    names([
      subscribed(day(1), { status: 'paused' }),
      subscribed(day(2), { collectionPaused: true }),
      subscribed(day(3)),
    ]),
  ).toEqual([]);
});

it('two statements of one second tell of one change', () => {
  const facts = (['requested', 'other'] as const).map((pauseReason) =>
    subscribed(day(1), { status: 'paused', pauseReason }, { previousStatus: 'active' }),
  );
  expect(of(facts)).toMatchObject([['subscription_paused', { pause_type: 'requested' }]]);
});

it('facts of an earlier version, without the new fields, tell of no pause', () => {
  const { collectionPaused: _, resumesAt: __, pauseReason: ___, ...subscription } = subscribed(day(1)).subscription;
  const { previousCollectionPaused: ____, ...fact } = subscribed(day(1));
  const old = { ...fact, subscription } as Fact;
  expect(names([old])).toEqual([]);
  expect(standingAt(day(2), [old])).toMatchObject({ suppressed: false });
});

const DUNNED: readonly Fact[] = [subscribed(day(0)), failed(day(1)), declined(day(1))];
const givenUp = (uncollectibleReason: string | null): Partial<InvoiceState> => ({
  status: 'uncollectible',
  uncollectibleReason,
});
const endingOf = (facts: readonly Fact[]) => {
  const [episode] = ledgerAt(day(20), facts).episodes;
  return [episode?.outcome, episode?.exhaustion !== null] as const;
};

it.each([
  ['max_payment_attempts', 'lost', true],
  ['payment_not_received', 'lost', true],
  [null, 'lost', true],
  ['a_word_of_next_year', 'lost', true],
  ['user_forgiven', 'forgiven', false],
  ['subscription_paused', 'forgiven', false],
] as const)('uncollectible because of %s ends %s', (reason, outcome, exhausted) => {
  expect(endingOf([...DUNNED, observed(day(2), givenUp(reason))])).toEqual([outcome, exhausted]);
});

it('given up because of a pause for non-payment is lost', () => {
  const pause = subscribed(day(2), { status: 'paused', pausedForNonPayment: true });
  expect(endingOf([...DUNNED, pause, observed(day(2), givenUp('subscription_paused'))])).toEqual(['lost', true]);
});

it.each([
  ['by the customer', 'requested', 'canceled'],
  ['for non-payment', 'payment_failed', 'lost'],
] as const)(
  'given up because the subscription was canceled %s ends as the subscription does',
  (_, cancelReason, outcome) => {
    const end = ended(day(2, 0, 0, 2), { cancelReason, cancelFeedback: 'unused' });
    expect(endingOf([...DUNNED, observed(day(2), givenUp('subscription_canceled')), end])[0]).toBe(outcome);
  },
);

it('one forgiven and one given up is lost', () => {
  const second = failed(day(2), { id: 'in_2' });
  const declinedToo = declined(day(2), { chargeId: 'ch_2', invoiceId: 'in_2' });
  const facts = [...DUNNED, second, declinedToo, observed(day(3), givenUp('user_forgiven'))];
  expect(endingOf(facts)[0]).toBe('open');
  expect(endingOf([...facts, observed(day(4), { id: 'in_2', ...givenUp('max_payment_attempts') })])[0]).toBe('lost');
});

it('a paused collection that voids the bill forgives it, and a draft is owed by nobody', () => {
  expect(endingOf([...DUNNED, observed(day(2), { status: 'void' })])[0]).toBe('forgiven');
  expect(ledgerAt(day(3), [observed(day(2), { id: 'in_3', status: 'draft' })]).invoices.get('in_3')?.open).toBe(false);
});

it('B4: an invoice that is sent is told of and never dunned', () => {
  const facts = [failed(day(1), { collectedAutomatically: false })];
  expect(names(facts)).toEqual(['payment_failed']);
  expect(standingAt(day(2), facts)).toMatchObject({ stage: 'healthy', lead: null });
});

it('the first invoice after a trial is dunned and marked', () => {
  const facts = [subscribed(day(0), { trialEndsAt: day(1) }), failed(day(1, 1), { periodStart: day(1) })];
  expect(ledgerAt(day(2), facts).episodes).toMatchObject([{ afterTrial: true }]);
});
