import { expect, it } from 'vitest';
import type { Fact } from '../../src/domain/fact.ts';
import type { Instant } from '../../src/domain/instant.ts';
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
  shown,
  standingAt,
  subscribed,
  succeeded,
  warned,
} from './ledger-facts.ts';

const IN_DUNNING: readonly Fact[] = [subscribed(day(0)), failed(day(1)), declined(day(1))];

const OLD = { id: 'in_old', status: 'paid', amountPaidMinor: 4900, amountRemainingMinor: 0 } as const;
/** The charge that is challenged in these stories paid an invoice long ago. */
const PAID_BEFORE = observed(day(-30), { ...OLD, chargeId: 'ch_old' });

const seen = (now: Instant, facts: readonly Fact[]) => {
  const { status, suppressionReason, inDunning, suppressed, stage } = standingAt(now, [PAID_BEFORE, ...facts]);
  return { status, suppressionReason, inDunning, suppressed, stage };
};
const HELD = { status: 'held', inDunning: false, suppressed: true, stage: 'first_failure' };
const ACTIVE = {
  status: 'active',
  inDunning: true,
  suppressed: false,
  suppressionReason: null,
  stage: 'first_failure',
};

it('D6: nobody is dunned while a dispute of any payment of the account is open', () => {
  const facts = [...IN_DUNNING, disputed(day(2), 'open'), disputed(day(3), 'won')];
  expect(seen(day(1, 12), facts)).toEqual(ACTIVE);
  expect(seen(day(2), facts)).toEqual({ ...HELD, suppressionReason: 'dispute' });
  expect(seen(day(3), facts)).toEqual(ACTIVE);
});

it.each(['won', 'lost', 'withdrawn'] as const)('D6: a dispute that is %s holds nothing back any more', (status) => {
  expect(seen(day(3), [...IN_DUNNING, disputed(day(2), 'open'), disputed(day(2, 12), status)])).toEqual(ACTIVE);
});

it('D6: a dispute that is never decided holds back for 90 days from its opening, updates or not', () => {
  const facts = [
    ...IN_DUNNING,
    failed(day(80), { attemptCount: 2, nextAttemptAt: day(200) }),
    disputed(day(2), 'open'),
    disputed(day(60), 'open'),
  ];
  const before = ledgerAt(day(91), facts);
  expect(before.changesAt).toContain(day(92));
  expect(seen(day(91, 23, 59, 59), facts)).toMatchObject({ suppressionReason: 'dispute' });
  expect(seen(day(92), facts)).toMatchObject({ suppressionReason: null, inDunning: true });
});

it('D6: an appeal opens a dispute again, within its 90 days', () => {
  const facts = [...IN_DUNNING, disputed(day(2), 'open'), disputed(day(3), 'lost'), disputed(day(5), 'open')];
  expect(seen(day(6), facts)).toMatchObject({ suppressionReason: 'dispute' });
  expect(seen(day(92), facts)).toMatchObject({ suppressionReason: null });
});

it('D6: the 90 days run from the dispute’s own date, whenever it was first heard of', () => {
  const facts = [...IN_DUNNING, { ...disputed(day(2), 'open'), openedAt: day(-80) }];
  expect(seen(day(3), facts)).toMatchObject({ suppressionReason: 'dispute' });
  expect(seen(day(10), facts)).toMatchObject({ suppressionReason: null });
  expect(eventsAt(day(10), facts).find(({ event }) => event === 'payment_disputed')?.at).toBe(day(-80));
});

it('D6: a dispute that a clock at most 300 s ahead of ours dated holds back as soon as it is heard', () => {
  const openedAt = day(2, 0, 2);
  const facts = [...IN_DUNNING, { ...disputed(openedAt, 'open'), openedAt, receivedAt: day(2) }];
  expect(seen(day(2), facts)).toEqual({ ...HELD, suppressionReason: 'dispute' });
});

it('D6: within one second the end of a dispute wins over what is still said of it', () => {
  expect(seen(day(4), [...IN_DUNNING, disputed(day(3), 'won'), disputed(day(3), 'open')])).toEqual(ACTIVE);
});

it('D6: a fraud warning holds back until nothing is left to do about it', () => {
  const facts = [...IN_DUNNING, warned(day(2)), warned(day(4), false)];
  expect(seen(day(3), facts)).toEqual({ ...HELD, suppressionReason: 'dispute' });
  expect(seen(day(4), facts)).toEqual(ACTIVE);
});

it('D6: a dispute takes the place of the warning of its charge, and both end with it', () => {
  const facts = [...IN_DUNNING, warned(day(2)), disputed(day(4), 'open'), disputed(day(6), 'won')];
  expect(seen(day(5), facts)).toMatchObject({ suppressionReason: 'dispute' });
  expect(seen(day(6), facts)).toEqual(ACTIVE);
});

it('D6: a warning that has ended is not prolonged by a later dispute', () => {
  const facts = [...IN_DUNNING, warned(day(2)), warned(day(4), false), disputed(day(8), 'open')];
  expect(seen(day(5), facts)).toEqual(ACTIVE);
  expect(seen(day(8), facts)).toMatchObject({ suppressionReason: 'dispute' });
});

it('nothing is suppressed where there is no reason for a message', () => {
  expect(seen(day(3), [subscribed(day(0)), disputed(day(2), 'open')])).toEqual({
    status: 'none',
    inDunning: false,
    suppressed: false,
    suppressionReason: null,
    stage: 'healthy',
  });
});

it('a pause of the collection holds back until it goes on, by itself or by hand', () => {
  const until = [...IN_DUNNING, subscribed(day(2), { collectionPaused: true, resumesAt: day(9) })];
  expect(seen(day(3), until)).toEqual({ ...HELD, suppressionReason: 'paused' });
  expect(ledgerAt(day(3), until).changesAt).toContain(day(9));
  expect(seen(day(9), until)).toMatchObject({ suppressionReason: null });
  const byHand = [...IN_DUNNING, subscribed(day(2), { collectionPaused: true }), subscribed(day(3))];
  expect(seen(day(2, 1), byHand)).toMatchObject({ suppressionReason: 'paused' });
  expect(seen(day(3), byHand)).toEqual(ACTIVE);
});

it('a pause that was asked for holds back, one for non-payment is exhaustion', () => {
  const asked = subscribed(day(2), { status: 'paused', pauseReason: 'requested' });
  expect(seen(day(3), [...IN_DUNNING, asked])).toMatchObject({ suppressionReason: 'paused', status: 'held' });
  const unpaid = subscribed(day(2), { status: 'paused', pauseReason: 'non_payment', pausedForNonPayment: true });
  expect(seen(day(3), [...IN_DUNNING, unpaid])).toMatchObject({ suppressionReason: null, stage: 'exhausted' });
});

it('a voluntary cancellation holds back until it is undone', () => {
  const facts = [
    ...IN_DUNNING,
    subscribed(day(2), { cancelAt: day(20), cancelReason: 'requested' }),
    subscribed(day(3)),
  ];
  expect(seen(day(2, 1), facts)).toEqual({ ...HELD, suppressionReason: 'voluntary_cancel' });
  expect(seen(day(3), facts)).toEqual(ACTIVE);
});

it('D6: money given back on an invoice that is still owed holds back until it is charged again', () => {
  const partly = [...IN_DUNNING, succeeded(day(1, 6), { amountMinor: 1000 }), refunded(day(2))];
  expect(seen(day(2), partly)).toEqual({ ...HELD, suppressionReason: 'refund' });
  const again = [...partly, failed(day(4), { attemptCount: 2 }), declined(day(4), { chargeId: 'ch_2' })];
  expect(seen(day(4, 1), again)).toMatchObject({ suppressionReason: null, stage: 'retrying' });
});

it('D6: money given back on any other invoice holds nothing back', () => {
  const other = { charge: { ...CHARGE, chargeId: 'ch_old', paymentIntentId: null, invoiceId: 'in_old' } };
  expect(seen(day(3), [...IN_DUNNING, refunded(day(2), other)])).toEqual(ACTIVE);
  expect(seen(day(3), [...IN_DUNNING, refunded(day(2), { status: 'pending' })])).toEqual(ACTIVE);
  const undone = [refunded(day(2)), refunded(day(2, 1), { status: 'failed' })];
  expect(seen(day(3), [...IN_DUNNING, ...undone])).toEqual(ACTIVE);
});

it('D6: money given back on an invoice of the episode that is settled already holds back nothing for the other', () => {
  const second = [failed(day(2), { id: 'in_2' }), declined(day(2), { chargeId: 'ch_2', invoiceId: 'in_2' })];
  const facts = [...IN_DUNNING, ...second, paid(day(3)), refunded(day(4))];
  expect(seen(day(5), facts)).toMatchObject({ suppressionReason: null, inDunning: true });
});

it('of several subscriptions the one that is not held leads, and a dispute holds both', () => {
  const other = { id: 'in_2', subscription: 'sub_2' };
  const facts = [
    ...IN_DUNNING,
    subscribed(day(0), { id: 'sub_2' }),
    failed(day(2), other),
    declined(day(2), { chargeId: 'ch_2', invoiceId: 'in_2' }),
    subscribed(day(3), { collectionPaused: true }),
  ];
  expect(standingAt(day(3), facts)).toMatchObject({ status: 'active', lead: { episode: { subscription: 'sub_2' } } });
  expect(standingAt(day(4), [...facts, disputed(day(4), 'open')])).toMatchObject({ status: 'held' });
});

it('what is told of payments does not wait for a suppression', () => {
  const facts = [...IN_DUNNING, disputed(day(2), 'open'), paid(day(4)), succeeded(day(4))];
  const events = eventsAt(day(5), facts).map(({ event }) => event);
  expect(events).toEqual(['payment_failed', 'payment_disputed', 'payment_retried', 'payment_recovered']);
});

it('D6: nobody is asked for a card meanwhile either, and of two the one that may be spoken of is', () => {
  const first = [shown(day(0), 'pm_1'), subscribed(day(0), { defaultPaymentMethodId: 'pm_1' })];
  expect(seen(day(5), first)).toMatchObject({ stage: 'card_expiring', status: 'pre_dunning' });
  expect(seen(day(5), [...first, disputed(day(2), 'open')])).toMatchObject({
    stage: 'card_expiring',
    status: 'held',
    suppressionReason: 'dispute',
  });
  const second = [shown(day(0), 'pm_2'), subscribed(day(0), { id: 'sub_2', defaultPaymentMethodId: 'pm_2' })];
  const paused = subscribed(day(2), { defaultPaymentMethodId: 'pm_1', collectionPaused: true });
  expect(standingAt(day(5), [...first, ...second, paused])).toMatchObject({
    status: 'pre_dunning',
    cardSubscription: 'sub_2',
  });
});
