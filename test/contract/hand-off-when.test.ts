import { expect, it } from 'vitest';
import type { Fact } from '../../src/domain/fact.ts';
import { DAY_MS } from '../../src/domain/instant.ts';
import {
  CHARGE,
  day,
  declined,
  disputed,
  ended,
  failed,
  observed,
  paid,
  recorded,
  refunded,
  subscribed,
  succeeded,
} from '../unit/ledger-facts.ts';
import { type Given, handOffsAt, idsAt, tasksAt } from './hand-off-cases.ts';

const HIGH: Given = { highValue: ['pro'] };
const RETRY = { nextAttemptAt: day(30) };
/** Failed on day one; the next attempt is far off, so that nothing but the policy's day brings a person in. */
const FAILED: readonly Fact[] = [subscribed(day(0)), failed(day(1), RETRY), declined(day(1))];
const PAID: readonly Fact[] = [...FAILED, succeeded(day(10)), paid(day(10))];
const EXHAUSTED: readonly Fact[] = [subscribed(day(0)), failed(day(1), { nextAttemptAt: null }), declined(day(1))];
const [EPISODE = ''] = idsAt(day(2), FAILED);

const reasonsAt = (...[now, facts, given]: Parameters<typeof handOffsAt>) =>
  handOffsAt(now, facts, given).all.map(({ reason, since, dueAt }) => ({ reason, since, dueAt }));

it('a high-value account is handed over with the first failure that has settled, and due a day later', () => {
  const unsettled = [subscribed(day(0)), failed(day(1))];
  expect(reasonsAt(day(1, 0, 0, 9), unsettled, HIGH)).toEqual([]);
  expect(reasonsAt(day(1, 0, 0, 10), unsettled, HIGH)).toEqual([
    { reason: 'high_value', since: day(1), dueAt: day(2) },
  ]);
});

it('all others are handed over on the day of the policy, to the millisecond, and the view wakes for it', () => {
  const before = handOffsAt(day(7, 23, 59, 59), FAILED);
  expect(before).toEqual({ all: [], changesAt: [day(8)] });
  expect(reasonsAt(day(8), FAILED)).toEqual([{ reason: 'before_exhaustion', since: day(8), dueAt: day(9) }]);
  expect(handOffsAt(day(8), FAILED).changesAt).toEqual([]);
});

it.each([
  ['another day', { afterMs: 2 * DAY_MS }, day(3)],
  ['another time to do it', { dueInMs: 3 * DAY_MS }, day(8)],
])('the policy names %s', (_name, handOff, since) => {
  const dueInMs = 'dueInMs' in handOff ? handOff.dueInMs : DAY_MS;
  expect(reasonsAt(since, FAILED, { handOff })).toMatchObject([{ since, dueAt: since + dueInMs }]);
});

it('an account that runs out of retries before that day is handed over at once', () => {
  expect(handOffsAt(day(1, 0, 59, 59), EXHAUSTED).all).toEqual([]);
  expect(reasonsAt(day(1, 1), EXHAUSTED)).toEqual([
    { reason: 'before_exhaustion', since: day(1, 1), dueAt: day(2, 1) },
  ]);
});

it('`after: null` hands nobody over, and leaves high-value accounts to their own rule', () => {
  const never = { afterMs: null };
  expect(handOffsAt(day(9), EXHAUSTED, { handOff: never })).toEqual({ all: [], changesAt: [] });
  expect(reasonsAt(day(9), EXHAUSTED, { ...HIGH, handOff: never })).toMatchObject([{ reason: 'high_value' }]);
});

it('with `high_value_at_entry: false` a high-value account waits like all others', () => {
  const given = { ...HIGH, handOff: { highValueAtEntry: false } };
  expect(handOffsAt(day(2), FAILED, given)).toEqual({ all: [], changesAt: [day(8)] });
  expect(reasonsAt(day(8), FAILED, given)).toMatchObject([{ reason: 'before_exhaustion', since: day(8) }]);
});

it('without a tool for tasks nothing is handed over, and nothing waits', () => {
  expect(handOffsAt(day(9), FAILED, { ...HIGH, handOff: { in: [] } })).toEqual({ all: [], changesAt: [] });
  expect(handOffsAt(day(2), FAILED, { handOff: { in: [] } })).toEqual({ all: [], changesAt: [] });
});

it('a task that was made before policy took the tool out is still kept, and so closed', () => {
  const given = { ...HIGH, handOff: { in: [] }, known: [EPISODE] };
  expect(handOffsAt(day(9), FAILED, given).all).toMatchObject([{ episodeId: EPISODE, isClosed: false }]);
});

it('of an account with several subscriptions each episode follows its own plan and its own day', () => {
  const price = { priceId: 'price_2', productId: 'prod_2', lookupKey: 'basic', planId: null, details: true };
  const other = { id: 'in_2', subscription: 'sub_2', price, ...RETRY };
  const charge = { chargeId: 'ch_2', paymentIntentId: 'pi_2', invoiceId: 'in_2' };
  const facts = [...FAILED, failed(day(2), other), declined(day(2), charge)];
  const early = handOffsAt(day(3), facts, HIGH);
  expect(early.all.map(({ context }) => context.planId)).toEqual(['pro']);
  expect(early.changesAt).toEqual([day(9)]);
  expect(handOffsAt(day(9), facts, HIGH).all.map(({ context }) => context.planId)).toEqual(['pro', 'basic']);
});

const HOLDS: readonly (readonly [string, readonly Fact[]])[] = [
  ['voluntary_cancel', [subscribed(day(1, 1), { cancelAt: day(40), cancelReason: 'requested' })]],
  ['dispute', [disputed(day(1, 1), 'open')]],
  ['paused', [subscribed(day(1, 1), { collectionPaused: true })]],
  ['refund', [refunded(day(1, 1), { charge: CHARGE })]],
];

it.each(HOLDS)('while messages are held back (%s) no task is made', (_reason, hold) => {
  expect(handOffsAt(day(9), [...FAILED, ...hold]).all).toEqual([]);
  expect(handOffsAt(day(9), [...FAILED, ...hold], HIGH).all).toEqual([]);
});

it.each(HOLDS)('a task that is there stays open while messages are held back (%s), and says why', (reason, hold) => {
  const given = { known: [EPISODE] };
  const [free] = tasksAt(day(9), FAILED, given);
  const [held] = tasksAt(day(9), [...FAILED, ...hold], given);
  expect(handOffsAt(day(9), [...FAILED, ...hold], given).all).toMatchObject([
    { context: { suppressionReason: reason } },
  ]);
  expect(held).toMatchObject({ task_state: 'open', comment: null, subject: free?.subject, due_at: free?.due_at });
  expect(free?.body).toContain('Messages: not held back');
  expect(held?.body).toContain('Messages: held back, ');
});

it('what was held back on its day is handed over when it goes on', () => {
  const facts = [...FAILED, disputed(day(2), 'open'), disputed(day(12), 'won')];
  expect(handOffsAt(day(11), facts.slice(0, -1)).all).toEqual([]);
  expect(handOffsAt(day(12), facts).all).toHaveLength(1);
});

it('an episode that ended without a task gets none, and one with a task keeps it', () => {
  expect(handOffsAt(day(11), PAID, HIGH)).toEqual({ all: [], changesAt: [] });
  expect(handOffsAt(day(400), PAID, { known: [EPISODE] }).all).toMatchObject([
    { episodeId: EPISODE, outcome: 'recovered', isClosed: true },
  ]);
});

it('nothing waits for the day of an episode that ended before it, or that has its task', () => {
  const early = [...FAILED, succeeded(day(3)), paid(day(3))];
  expect(handOffsAt(day(4), early).changesAt).toEqual([]);
  expect(handOffsAt(day(4), FAILED, { known: [EPISODE] }).changesAt).toEqual([]);
  expect(handOffsAt(day(4), FAILED).changesAt).toEqual([day(8)]);
});

it('a task stays open for the seconds in which it is not known how it was paid, so that it closes with one comment', () => {
  const said = [...FAILED, observed(day(10), { status: 'paid', amountPaidMinor: 4900, amountRemainingMinor: 0 })];
  const known = { known: [EPISODE] };
  expect(tasksAt(day(10, 0, 0, 9), said, known)).toMatchObject([{ task_state: 'open', comment: null }]);
  const [closed] = tasksAt(day(10, 0, 0, 10), said, known);
  expect(closed).toMatchObject({ task_state: 'closed' });
});

it('an episode that was long open when it was first heard of is due from then on, not in the past', () => {
  const facts = [recorded(day(1), day(30), 'ch_1'), observed(day(30), { nextAttemptAt: day(40) })];
  expect(reasonsAt(day(30), facts)).toEqual([{ reason: 'before_exhaustion', since: day(30), dueAt: day(31) }]);
});

it('an episode that had ended when it was first heard of is nobody’s task', () => {
  const over = { status: 'paid', amountPaidMinor: 4900, amountRemainingMinor: 0 } as const;
  const facts = [recorded(day(1), day(30), 'ch_1'), { ...observed(day(20), over), receivedAt: day(30) }];
  expect(idsAt(day(30), facts)).toHaveLength(1);
  expect(handOffsAt(day(30), facts, HIGH)).toEqual({ all: [], changesAt: [] });
});

it('a subscription that was canceled after its task was made closes the task', () => {
  const canceled = [...FAILED, ended(day(9), { cancelReason: 'requested' })];
  expect(tasksAt(day(9), canceled, { known: [EPISODE] })).toMatchObject([{ task_state: 'closed' }]);
});
