import { expect, it } from 'vitest';
import type { Fact } from '../../src/domain/fact.ts';
import {
  day,
  declined,
  disputed,
  ended,
  failed,
  ledgerAt,
  observed,
  paid,
  recorded,
  refunded,
  standingAt,
  subscribed,
} from './ledger-facts.ts';

const TRIED = { attemptCount: 3, nextAttemptAt: null };

it('the notice that takes the place of a record without a charge goes on counting as the first attempt', () => {
  const before = [subscribed(day(0)), recorded(day(1), day(2), null, TRIED)];
  const after = [...before, failed(day(1, 0, 5), { ...TRIED, nextAttemptAt: day(9) }, day(2, 0, 1))];
  expect(standingAt(day(2), before)).toMatchObject({ inDunning: true });
  expect(standingAt(day(3), after)).toMatchObject({ inDunning: true, stage: 'first_failure' });
});

it('E4: while the next notice settles, an invoice on record that was exhausted stays so', () => {
  const before = [subscribed(day(0)), recorded(day(1), day(2), 'ch_1', { attemptCount: 1, nextAttemptAt: null })];
  const facts = [...before, failed(day(4), { attemptCount: 3, nextAttemptAt: day(7) })];
  expect(standingAt(day(4, 0, 0, 5), facts).stage).toBe('exhausted');
  expect(standingAt(day(4, 0, 0, 10), [...facts, declined(day(4), { chargeId: 'ch_3' })]).stage).toBe('retrying');
});

it('D6: money given back holds back until its own invoice is charged again, not another of the episode', () => {
  const owed: readonly Fact[] = [subscribed(day(0)), failed(day(1)), declined(day(1)), refunded(day(2))];
  const other = [failed(day(3), { id: 'in_2' }), declined(day(3), { chargeId: 'ch_2', invoiceId: 'in_2' })];
  expect(standingAt(day(3, 1), [...owed, ...other])).toMatchObject({ suppressionReason: 'refund', inDunning: false });
  const again = [failed(day(4), { attemptCount: 2 }), declined(day(4), { chargeId: 'ch_3' })];
  expect(standingAt(day(4, 1), [...owed, ...other, ...again])).toMatchObject({ suppressionReason: null });
});

it('an invoice given up because of a pause is forgiven, although its subscription was unpaid once and ran again', () => {
  const facts = [
    subscribed(day(0), { status: 'unpaid' }),
    subscribed(day(0, 1)),
    failed(day(1)),
    declined(day(1)),
    subscribed(day(2), { collectionPaused: true }),
    observed(day(2), { status: 'uncollectible', uncollectibleReason: 'subscription_paused' }),
  ];
  expect(ledgerAt(day(5), facts).episodes[0]?.outcome).toBe('forgiven');
});

it('C2: an invoice first known by a record is older than one that was stated after that attempt', () => {
  const facts = [
    subscribed(day(0)),
    recorded(day(1), day(1, 1), 'ch_1', { attemptCount: 1, nextAttemptAt: null }),
    paid(day(2), { id: 'in_2', status: 'paid', amountPaidMinor: 4900, amountRemainingMinor: 0 }),
    observed(day(3)),
  ];
  expect(ledgerAt(day(32), facts).episodes[0]?.outcome).toBe('written_off');
});

it('C2: a look that knew of no next attempt stands, although one was made a month later', () => {
  const onRecord: readonly Fact[] = [
    subscribed(day(0)),
    recorded(day(1), day(1, 1), 'ch_1', { attemptCount: 1, nextAttemptAt: null }),
    paid(day(2), { id: 'in_2', status: 'paid', amountPaidMinor: 4900, amountRemainingMinor: 0 }),
  ];
  const month = [failed(day(32), { attemptCount: 3 }), declined(day(32), { chargeId: 'ch_3' })];
  const looked = [...onRecord, observed(day(1, 1))];
  expect(ledgerAt(day(31, 1), looked).episodes[0]?.outcome).toBe('written_off');
  expect(ledgerAt(day(33), [...looked, ...month]).episodes[0]?.outcome).toBe('written_off');
  expect(ledgerAt(day(33), [...onRecord, ...month]).episodes[0]?.outcome).toBe('open');
});

it('E4: a retry by hand on record is not the scheduled attempt that the next notice implies', () => {
  const facts = (count: number): readonly Fact[] => [
    subscribed(day(0)),
    recorded(day(1), day(2), 'ch_1', { attemptCount: count, nextAttemptAt: null }),
    recorded(day(1, 1), day(2), 'ch_2', { attemptCount: count, nextAttemptAt: null }),
    failed(day(4), { attemptCount: 3, nextAttemptAt: day(7) }),
    declined(day(4), { chargeId: 'ch_3' }),
  ];
  expect(standingAt(day(4, 0, 0, 5), facts(2)).stage).toBe('persistent');
  expect(standingAt(day(4, 0, 0, 5), facts(1)).stage).toBe('exhausted'); // as before it came
  expect(standingAt(day(4, 0, 0, 10), facts(1)).stage).toBe('persistent');
});

it('D6: a dispute of which only the end is known, by a clock ahead of ours, holds back until that end', () => {
  const ending = { ...disputed(day(2), 'withdrawn'), openedAt: day(1), receivedAt: day(1, 23, 56) };
  const facts = [subscribed(day(0)), failed(day(1)), declined(day(1)), ending];
  expect(standingAt(day(1, 23, 55), facts)).toMatchObject({ suppressionReason: null });
  expect(standingAt(day(1, 23, 58), facts)).toMatchObject({ suppressionReason: 'dispute' });
  expect(standingAt(day(2), facts)).toMatchObject({ suppressionReason: null });
});

it('C2: what was paid before the subscription ended recovers, and not late', () => {
  const both = [
    subscribed(day(0)),
    failed(day(1)),
    declined(day(1)),
    failed(day(2), { id: 'in_2' }),
    declined(day(2), { chargeId: 'ch_2', invoiceId: 'in_2' }),
  ];
  const end = [
    observed(day(5), { status: 'uncollectible', uncollectibleReason: 'subscription_canceled' }),
    ended(day(5), { cancelReason: 'requested', cancelFeedback: 'too_expensive' }),
  ];
  const [before] = ledgerAt(day(6), [...both, paid(day(3), { id: 'in_2' }), ...end]).episodes;
  expect(before).toMatchObject({ outcome: 'recovered', late: false });
  const [after] = ledgerAt(day(8), [...both, ...end, paid(day(7), { id: 'in_2' })]).episodes;
  expect(after).toMatchObject({ outcome: 'recovered', late: true });
});
