import { expect, it } from 'vitest';
import type { Fact } from '../../src/domain/fact.ts';
import {
  day,
  declined,
  eventsAt,
  failed,
  ledgerAt,
  observed,
  paid,
  recorded,
  saidAt,
  standingAt,
  subscribed,
} from './ledger-facts.ts';

/** What a backfill on day 10 tells of an invoice that was tried on days 1 and 4, and will be on day 12. */
const READ = day(10);
const STATE = { attemptCount: 2, nextAttemptAt: day(12) };
const declineOf = (at: ReturnType<typeof day>, chargeId: string) =>
  declined(at, { chargeId, paymentIntentId: null }, READ);
const BACKFILLED: readonly Fact[] = [
  subscribed(day(0)),
  observed(READ, STATE),
  recorded(day(1), READ, 'ch_1', STATE),
  declineOf(day(1), 'ch_1'),
  recorded(day(4), READ, 'ch_2', STATE),
  declineOf(day(4), 'ch_2'),
];

it('E4: recorded attempts give the episode on its true date, its stage and counts, and say nothing', () => {
  const { stage, lead } = standingAt(READ, BACKFILLED);
  expect(stage).toBe('retrying');
  expect(lead).toMatchObject({ attemptNumber: 2, retry: { status: 'scheduled', date: day(12) } });
  expect(lead?.episode).toMatchObject({ openedAt: day(1), exhaustion: null });
  expect(lead?.episode.attempts).toHaveLength(2);
  expect(lead?.lastAttempt?.decline.failureClass).toBe('insufficient_funds');
  expect(eventsAt(READ, BACKFILLED)).toEqual([]);
});

it('recorded attempts count at once, without a settle window', () => {
  const ledger = ledgerAt(READ, BACKFILLED);
  expect([...ledger.attempts.values()].flat().map(({ pending, number }) => [pending, number])).toEqual([
    [false, 1],
    [false, 2],
  ]);
});

it('E4: a notice from the event list takes the place of its record and is told, with the number that it had', () => {
  const facts = [...BACKFILLED, failed(day(4, 0, 0, 20), STATE, day(10, 0, 0, 5))];
  // It counted before its notice came: nobody leaves dunning for the seconds in which a notice settles.
  expect(standingAt(day(10, 0, 0, 6), facts)).toMatchObject({ stage: 'retrying', inDunning: true });
  expect(saidAt(day(10, 0, 0, 6), facts)).toEqual(['payment_failed', 'payment_retried']);
  expect(eventsAt(day(11), facts)[0]?.properties()).toMatchObject({ attempt_number: 2, is_late: true });
  expect(standingAt(day(11), facts).lead?.episode.attempts).toHaveLength(2);
});

it('a live failure goes on counting where the records end, in the same episode', () => {
  const before = standingAt(READ, BACKFILLED).lead?.episode.id;
  const live = failed(day(12), { attemptCount: 3, nextAttemptAt: day(15) });
  const facts = [...BACKFILLED, live, declined(day(12), { chargeId: 'ch_3' })];
  expect(standingAt(day(13), facts)).toMatchObject({
    stage: 'persistent',
    lead: { attemptNumber: 3, episode: { id: before } },
  });
  expect(saidAt(day(13), facts)).toEqual(['payment_failed', 'payment_retried']);
  expect(eventsAt(day(13), facts)[0]?.properties()).toMatchObject({ attempt_number: 3, dunning_episode_id: before });
});

it('a live payment recovers a recorded episode', () => {
  const facts = [...BACKFILLED, paid(day(12), { attemptCount: 3 })];
  expect(saidAt(day(13), facts)).toEqual(['payment_retried', 'payment_recovered']);
  expect(eventsAt(day(13), facts)[1]?.properties()).toMatchObject({
    attempts: 3,
    days_to_recovery: 11,
    recovered_via: 'automatic_retry',
  });
});

it('several backfills record an attempt once', () => {
  const again = [recorded(day(1), day(11), 'ch_1', STATE), recorded(day(4), day(11), 'ch_2', STATE)];
  expect(standingAt(day(11), [...BACKFILLED, ...again]).lead?.episode.attempts).toHaveLength(2);
});

it('an open invoice that was tried, without a charge on record, is in dunning since the first attempt', () => {
  const facts = [
    subscribed(day(0)),
    observed(READ, { ...STATE, attemptCount: 3 }),
    recorded(day(1), READ, null, { ...STATE, attemptCount: 3 }),
  ];
  expect(standingAt(READ, facts)).toMatchObject({ stage: 'first_failure', lead: { attemptNumber: 1 } });
  expect(ledgerAt(READ, facts).attempts.get('in_1')).toMatchObject([{ number: 1 }]);
  // A later attempt is another one.
  const later = [...facts, failed(day(12), { attemptCount: 4 }), declined(day(12))];
  expect(standingAt(day(13), later).lead).toMatchObject({ attemptNumber: 2, episode: { openedAt: day(1) } });
  // The notice of any attempt that it may stand for replaces it.
  const noticed = [...facts, failed(day(1, 5), { attemptCount: 1 }, day(10, 1))];
  expect(standingAt(day(10, 2), noticed).lead?.episode.attempts.map(({ notice }) => notice.kind)).toEqual([
    'attempt_failed',
  ]);
});

it('an invoice that was paid since keeps its recorded attempts: the episode ended recovered', () => {
  const state = { status: 'paid', amountRemainingMinor: 0, amountPaidMinor: 4900, attemptCount: 2 } as const;
  const facts = [
    subscribed(day(0)),
    observed(day(4), state, READ),
    recorded(day(1), READ, 'ch_1', state),
    declineOf(day(1), 'ch_1'),
  ];
  expect(ledgerAt(READ, facts).episodes).toMatchObject([{ openedAt: day(1), outcome: 'recovered', endedAt: day(4) }]);
});

it('D2: silence that a backfill saw is over already, silence between recorded attempts is none', () => {
  const state = { attemptCount: 2, nextAttemptAt: null };
  const facts = [observed(READ, state), recorded(day(1), READ, 'ch_1', state), recorded(day(4), READ, 'ch_2', state)];
  expect(standingAt(READ, facts)).toMatchObject({ stage: 'exhausted' });
  expect(ledgerAt(READ, facts).episodes[0]?.exhaustion).toMatchObject({ at: day(4, 1) });
});

it('a record alone shows its invoice: it is owed and was tried once', () => {
  const facts = [recorded(day(1), READ, 'ch_1', STATE), declineOf(day(1), 'ch_1')];
  expect(standingAt(READ, facts).lead).toMatchObject({
    attemptNumber: 1,
    episode: { openedAt: day(1) },
    invoice: { owedMinor: 4900 },
  });
});

it('a bank debit that was refused days after it was made is one attempt with its notice', () => {
  const facts = [
    recorded(day(1), READ, 'py_1', STATE),
    declined(day(5), { chargeId: 'py_1' }, READ),
    failed(day(5, 0, 0, 1), STATE, READ),
  ];
  expect(standingAt(day(11), facts).lead?.episode.attempts).toHaveLength(1);
});

it('a notice that names its charge is that charge’s, however long the provider took to tell', () => {
  const facts = [recorded(day(1), READ, 'ch_1', STATE), failed(day(1, 0, 5), { ...STATE, chargeId: 'ch_1' }, READ)];
  const attempts = standingAt(day(11), facts).lead?.episode.attempts ?? [];
  expect(attempts.map(({ notice }) => notice.kind)).toEqual(['attempt_failed']);
});

it('B4: what cannot be dunned is not dunned from records either', () => {
  const state = { ...STATE, billingReason: 'create' } as const;
  expect(standingAt(READ, [observed(READ, state), recorded(day(1), READ, 'ch_1', state)]).lead).toBeNull();
});

it('a notice that came before its record settles as any other', () => {
  const notice = failed(day(1), { attemptCount: 1 });
  const facts = [notice, recorded(day(1), day(1, 0, 0, 5), 'ch_1')];
  expect(ledgerAt(day(1, 0, 0, 6), facts).attempts.get('in_1')).toMatchObject([{ pending: true }]);
  expect(ledgerAt(day(1, 0, 0, 10), facts).attempts.get('in_1')).toMatchObject([{ pending: false }]);
});
