import { describe, expect, it } from 'vitest';
import type { Fact, HoldLifted, HoldPlaced, MarkedRecovered } from '../../src/domain/fact.ts';
import type { Instant } from '../../src/domain/instant.ts';
import { foldPastHolds } from '../../src/ledger/hold.ts';
import { owedMinor } from '../../src/ledger/standing.ts';
import {
  day,
  declined,
  eventsAt,
  failed,
  INVOICE,
  ledgerAt,
  observed,
  paid,
  standingAt,
  subscribed,
} from './ledger-facts.ts';

/** Holds and marks as the ledger folds them, in any order of arrival (semantics D6, F3, decision 0015). */

let told = 0;
const said = (at: Instant, receivedAt: Instant) => {
  told += 1;
  return { id: `said_${told}`, occurredAt: at, receivedAt, source: 'operator', actor: 'hanna', reason: null } as const;
};
const placed = (at: Instant, given: Partial<HoldPlaced> = {}, receivedAt = at): HoldPlaced => ({
  ...said(at, receivedAt),
  kind: 'hold_placed',
  holdId: 'hold',
  cause: 'held',
  until: null,
  ...given,
});
const lifted = (at: Instant, given: Partial<HoldLifted> = {}, receivedAt = at): HoldLifted => ({
  ...said(at, receivedAt),
  kind: 'hold_lifted',
  holdId: 'hold',
  ...given,
});
const marked = (at: Instant, invoices?: readonly string[]): MarkedRecovered => ({
  ...said(at, at),
  kind: 'marked_recovered',
  ...(invoices && { invoices }),
});

const OWED: readonly Fact[] = [subscribed(day(0)), failed(day(1), { nextAttemptAt: day(60) })];
const reasonAt = (now: Instant, ...facts: readonly Fact[]) => standingAt(now, [...OWED, ...facts]).suppressionReason;

describe('a hold that is over', () => {
  const endsAt = (now: Instant, ...facts: readonly Fact[]) =>
    foldPastHolds(facts, now).map(({ to, endedBy }) => [to, endedBy?.kind ?? 'lapsed', endedBy?.actor ?? null]);

  it('names what ended it: its time, whoever lifted it, or the one that took its place', () => {
    const lapses = placed(day(1), { until: day(3) });
    expect(endsAt(day(2), lapses)).toEqual([]);
    expect(endsAt(day(3), lapses)).toEqual([[day(3), 'lapsed', null]]);
    expect(endsAt(day(3), lapses, lifted(day(4))), 'lifted when it had lapsed').toEqual([[day(3), 'lapsed', null]]);
    expect(endsAt(day(3), lapses, lifted(day(2), { actor: 'bo' }))).toEqual([[day(2), 'hold_lifted', 'bo']]);
    expect(endsAt(day(3), lapses, placed(day(2), { actor: 'cy' }))).toEqual([[day(2), 'hold_placed', 'cy']]);
  });

  it('comes before those that ended earlier', () => {
    const facts = [placed(day(1), { until: day(9) }), placed(day(2), { holdId: 'other', until: day(4) })];
    expect(endsAt(day(9), ...facts).map(([to]) => to)).toEqual([day(9), day(4)]);
  });
});

describe('a hold', () => {
  it('is half open, and its bounds are instants at which the ledger changes', () => {
    const hold = placed(day(2), { until: day(5) });
    expect(reasonAt(day(5, -1), hold)).toBe('held');
    expect(reasonAt(day(5), hold)).toBeNull();
    expect(ledgerAt(day(2), [...OWED, hold]).changesAt).toContain(day(5));
  });

  it('that a clock at most 300 s ahead of ours dated begins when it is heard', () => {
    const ahead = placed(day(2, 0, 5), {}, day(2));
    expect(reasonAt(day(2), ahead)).toBe('held');
    expect(ledgerAt(day(2), [...OWED, ahead]).holds).toMatchObject([{ from: day(2) }]);
    const afterAnother = [placed(day(1, 12)), lifted(day(2, 0, 4), {}, day(1, 13)), ahead];
    expect(reasonAt(day(2), ...afterAnother)).toBe('held');
  });

  it('that is dated further ahead begins when it says, and the ledger wakes for it', () => {
    const ahead = placed(day(2, 0, 6), {}, day(2));
    expect(reasonAt(day(2), ahead)).toBeNull();
    expect(ledgerAt(day(2), [...OWED, ahead]).changesAt).toContain(day(2, 0, 6));
    expect(ledgerAt(day(2, 0, 6), [...OWED, ahead]).holds).toMatchObject([{ from: day(2, 0, 6) }]);
  });

  it('goes on until a lift that a clock ahead of ours dated says so', () => {
    const facts = [placed(day(2)), lifted(day(3, 0, 4), {}, day(3))];
    expect(reasonAt(day(3), ...facts)).toBe('held');
    expect(ledgerAt(day(3), [...OWED, ...facts]).changesAt).toContain(day(3, 0, 4));
    expect(reasonAt(day(3, 0, 4), ...facts)).toBeNull();
  });

  it('is lifted by its own source and name, with all of its source, or by an operator who names it', () => {
    const both = [placed(day(2)), placed(day(2, 1), { holdId: 'other', cause: 'opted_out' })];
    expect(reasonAt(day(4), ...both, lifted(day(3)))).toBe('opted_out');
    expect(reasonAt(day(4), ...both, lifted(day(3), { holdId: null }))).toBeNull();
    expect(reasonAt(day(4), ...both, lifted(day(3), { holdId: null, source: 'churnkey' }))).toBe('opted_out');
    const elsewhere = placed(day(2), { source: 'churnkey', cause: 'owned_elsewhere', holdId: 'ck-1' });
    for (const other of [{}, { holdId: null }, { holdId: 'ck-1', source: 'churn_buster' }] as const)
      expect(reasonAt(day(4), elsewhere, lifted(day(3), other))).toBe('owned_elsewhere');
    expect(reasonAt(day(4), elsewhere, lifted(day(3), { holdId: 'ck-1' })), 'an operator who names it').toBeNull();
    const own = placed(day(2), { holdId: 'ck-1' });
    expect(reasonAt(day(4), own, lifted(day(3), { holdId: 'ck-1', source: 'churnkey' }))).toBe('held');
  });

  it('does not outlive the one that takes its place', () => {
    expect(reasonAt(day(4), placed(day(2)), placed(day(2, 1), { until: day(3) }))).toBeNull();
  });

  it('that was lifted before it was heard of holds nothing back', () => {
    expect(reasonAt(day(4), lifted(day(3)), placed(day(2), {}, day(4)))).toBeNull();
  });

  it('holds back a reminder of the whole account, named in the order of the reasons', () => {
    const causes = (['held', 'owned_elsewhere', 'opted_out'] as const).map((cause) =>
      placed(day(2), { cause, holdId: cause }),
    );
    const requested = subscribed(day(2), { cancelAt: day(40), cancelReason: 'requested' });
    expect(reasonAt(day(3), requested)).toBe('voluntary_cancel');
    expect(causes.map((_, index) => reasonAt(day(3), requested, ...causes.slice(0, index + 1)))).toEqual([
      'held',
      'owned_elsewhere',
      'opted_out',
    ]);
  });
});

describe('a mark', () => {
  const episodesAt = (now: Instant, ...facts: readonly Fact[]) =>
    ledgerAt(now, [...OWED, ...facts]).episodes.map(({ outcome, endedAt }) => ({ outcome, endedAt }));

  it('settles what is owed in the open episode, with what was owed then', () => {
    const part = observed(day(1, 5), { amountRemainingMinor: 1900, nextAttemptAt: day(60) });
    expect(episodesAt(day(3), part, marked(day(2)))).toEqual([{ outcome: 'recovered', endedAt: day(2) }]);
    const [recovered] = eventsAt(day(3), [...OWED, part, marked(day(2))]).filter(
      ({ event }) => event === 'payment_recovered',
    );
    expect(recovered?.properties()).toMatchObject({ amount: 19, recovered_via: 'operator', attempt_key: null });
  });

  it('of one invoice leaves the others owed, and what is left decides the stage', () => {
    const other = failed(day(1, 1), { id: 'in_2', nextAttemptAt: day(1, 2) });
    const again = failed(day(1, 2), { id: 'in_2', attemptCount: 2, nextAttemptAt: day(60), chargeId: null });
    const facts = [...OWED, other, again, declined(day(1, 2), { invoiceId: 'in_2' })];
    expect(standingAt(day(1, 12), facts)).toMatchObject({ stage: 'retrying', lead: { invoice: { id: 'in_2' } } });
    const standing = standingAt(day(3), [...facts, marked(day(2), ['in_2'])]);
    expect(standing).toMatchObject({ stage: 'first_failure', lead: { invoice: { id: INVOICE.id } } });
    expect(standing.lead !== null && owedMinor(standing.lead)).toBe(4900);
    expect(episodesAt(day(3), other, marked(day(2), ['in_1', 'in_2']))).toEqual([
      { outcome: 'recovered', endedAt: day(2) },
    ]);
    expect(episodesAt(day(3), marked(day(2), ['in_9']))).toEqual([{ outcome: 'open', endedAt: null }]);
  });

  it('before anything is owed says nothing', () => {
    expect(episodesAt(day(3), marked(day(0, 12)))).toEqual([{ outcome: 'open', endedAt: null }]);
  });

  it('stands although the provider gives up, and yields to its word about the money', () => {
    const givenUp = observed(day(4), { status: 'uncollectible' });
    expect(episodesAt(day(9), marked(day(2)), givenUp)).toEqual([{ outcome: 'recovered', endedAt: day(2) }]);
    expect(episodesAt(day(9), marked(day(2)), givenUp, paid(day(5)))).toEqual([
      { outcome: 'recovered', endedAt: day(5) },
    ]);
    expect(episodesAt(day(9), marked(day(2)), observed(day(5), { status: 'void' }))).toEqual([
      { outcome: 'forgiven', endedAt: day(5) },
    ]);
  });

  it('keeps the next episode apart, also when the payment is told later', () => {
    const april = failed(day(4), { id: 'in_2', nextAttemptAt: day(60) });
    const before = ledgerAt(day(5), [...OWED, marked(day(2)), april]).episodes.map(({ id }) => id);
    const after = ledgerAt(day(7), [...OWED, marked(day(2)), april, paid(day(6))]).episodes;
    expect(after.map(({ id }) => id)).toEqual(before);
    expect(after.map(({ outcome }) => outcome)).toEqual(['recovered', 'open']);
  });

  it('does not survive that the payment is taken back', () => {
    const charge = { chargeId: 'ch_9', paymentIntentId: null, invoiceId: 'in_1', amountMinor: 4900, currency: 'usd' };
    const reversal: Fact = {
      id: 'reversal',
      occurredAt: day(8),
      receivedAt: day(8),
      kind: 'payment_reversed',
      reversalId: 'dp_9',
      charge: { ...charge, card: null, paymentMethodId: null },
    };
    const after = ledgerAt(day(9), [...OWED, marked(day(2)), paid(day(5)), reversal]).episodes;
    expect(after.map(({ outcome }) => outcome)).toEqual(['recovered', 'open']);
  });
});
