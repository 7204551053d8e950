import { describe, expect, it } from 'vitest';
import type { Fact } from '../../src/domain/fact.ts';
import { toClosedTask } from '../../src/hand-off/to-closed-task.ts';
import { day, disputed, ended, observed, paid, succeeded } from '../unit/ledger-facts.ts';
import { HIGH, KNOWN, TWICE, tasksAt } from './hand-off-cases.ts';

describe('the comment', () => {
  const GIVEN_UP = { status: 'uncollectible', uncollectibleReason: 'max_payment_attempts' } as const;
  const FREE = { status: 'void' } as const;
  const LATER = [paid(day(20), { id: 'in_2', attemptCount: 1 }), observed(day(60), { id: 'in_3', status: 'draft' })];

  it.each<readonly [string, readonly Fact[], string]>([
    ['a retry', [succeeded(day(9)), paid(day(9), { attemptCount: 3 })], 'paid on 2026-03-10 09:00 UTC, by a retry.'],
    [
      'the customer',
      [succeeded(day(9)), { ...paid(day(9)), automatic: false }],
      'paid on 2026-03-10 09:00 UTC, by the customer.',
    ],
    [
      'money outside of the billing system',
      [{ ...paid(day(9), { paidOutOfBand: true }), byCharge: false }],
      'paid on 2026-03-10 09:00 UTC, outside of the billing system.',
    ],
    ['a void', [observed(day(9), FREE)], 'voided or credited on 2026-03-10 09:00 UTC, nothing is owed any more.'],
    [
      'the customer’s wish to leave',
      [ended(day(9), { cancelReason: 'requested' })],
      'the subscription ended on 2026-03-10 09:00 UTC as the customer wished, unpaid.',
    ],
    ['the provider giving up', [observed(day(9), GIVEN_UP)], 'lost on 2026-03-10 09:00 UTC, the payment never came.'],
    ['a later bill that was paid', LATER, 'written off on 2026-04-'],
  ])('says how it ended: %s', (_name, end, words) => {
    const [task] = tasksAt(day(61), [...TWICE, ...end], KNOWN);
    expect(task).toMatchObject({ task_state: 'closed' });
    expect(task?.comment?.startsWith(`Closed by Recoup: ${words}`), task?.comment ?? 'no comment').toBe(true);
    expect(task?.subject).toBe(tasksAt(day(5), TWICE, KNOWN)[0]?.subject);
    expect(task?.body).toContain('Next retry: none, it ended');
    expect(task?.body).toMatch(/Last contact: not known$/);
    expect(task?.body).not.toMatch(/Recommended|Link|pay\.example/);
  });

  it('says it anew where money came in after all', () => {
    const lost = [...TWICE, observed(day(9), GIVEN_UP)];
    const paidLate = [...lost, succeeded(day(15)), paid(day(15), { attemptCount: 3 })];
    expect(tasksAt(day(16), paidLate, KNOWN)).toMatchObject([
      { comment: expect.stringMatching(/: paid on 2026-03-16 09:00 UTC/), dunning_episode_id: KNOWN.known?.[0] },
    ]);
  });

  it('comes with a text that nothing holds back any more', () => {
    const facts = [...TWICE, succeeded(day(9)), paid(day(9), { attemptCount: 3 })];
    const disputedLater = [...facts, disputed(day(20), 'open')];
    expect(tasksAt(day(21), disputedLater, KNOWN)).toEqual(tasksAt(day(10), facts, KNOWN));
  });

  it('closes what recomputing no longer yields, and keeps what was said', () => {
    const [task] = tasksAt(day(5), TWICE, HIGH);
    expect(toClosedTask(task ?? {})).toEqual({
      ...task,
      body: expect.stringMatching(/Last contact: not known$/),
      task_state: 'closed',
      comment: expect.stringContaining('correction'),
    });
    const [over] = tasksAt(day(10), [...TWICE, succeeded(day(9)), paid(day(9))], KNOWN);
    expect(over?.task_state).toBe('closed');
    expect(toClosedTask(over ?? {})).toEqual(over);
    expect(toClosedTask({})).toEqual({ task_state: 'closed', comment: expect.stringContaining('no longer stands') });
  });
});
