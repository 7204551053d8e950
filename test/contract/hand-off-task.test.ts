import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Fact } from '../../src/domain/fact.ts';
import { DAY_MS, type Instant, plus } from '../../src/domain/instant.ts';
import {
  day,
  declined,
  disputed,
  ended,
  failed,
  INVOICE,
  ledgerAt,
  observed,
  paid,
  recorded,
  subscribed,
  succeeded,
} from '../unit/ledger-facts.ts';
import { HIGH, handOffsAt, KNOWN, TWICE, tasksAt } from './hand-off-cases.ts';

describe('a task', () => {
  it('tells everything that is known, and that the rest is not', () => {
    expect(tasksAt(day(5), TWICE, HIGH)).toEqual([
      {
        task_state: 'open',
        subject: 'Payment failed: cus_1 (pro), 49.00 USD due, attempt 2',
        body: `What happened
First failed: 2026-03-02 09:00 UTC
Due: 49.00 USD
- 2026-03-02 09:00 UTC: not enough money (insufficient_funds)
- 2026-03-05 09:00 UTC: not enough money (insufficient_funds)
Failed payments in the 90 days before: 2

Retries
Next retry: 2026-03-10 09:00 UTC
Messages: not held back

Account
Account: cus_1
Subscription: sub_1
Plan: pro, high value
ARR: 588.00 USD
Customer since: 2025-01-25 09:00 UTC
Health: not known
Open tickets: not known
Last contact: not known

Recommended
Wait for the retry on 2026-03-10 09:00 UTC. Offer another date if that one does not suit.

Link
https://pay.example/in_1`,
        comment: null,
        due_at: '2026-03-03T09:00:00.000Z',
        priority: 'high',
        user_id: 'user_ada',
        account_id: 'cus_1',
        email: 'ada@example.com',
        dunning_episode_id: KNOWN.known?.[0],
      },
    ]);
  });

  it('says of each thing that nobody stated that it is not known', () => {
    const price = null;
    const bare = [failed(day(1), { price, hostedUrl: null, nextAttemptAt: day(30) }), declined(day(1))];
    const [task] = tasksAt(day(9), bare);
    expect(task?.subject).toBe('Payment failed: cus_1 (plan not known), 49.00 USD due, attempt 1');
    for (const name of ['Plan', 'ARR', 'Customer since']) expect(task?.body).toContain(`${name}: not known`);
    expect(task?.body).toContain('Link\nnot known');
    expect(task?.priority).toBe('medium');
  });

  it.each([
    ['jpy', 4900, '4900 JPY'],
    ['kwd', 4900, '4.900 KWD'],
    ['eur', 5, '0.05 EUR'],
  ])('writes amounts in %s with its own decimals', (currency, amountRemainingMinor, text) => {
    const [task] = tasksAt(day(2), [failed(day(1), { currency, amountRemainingMinor })], HIGH);
    expect(task?.subject).toContain(`, ${text} due,`);
    expect(task?.body).toContain(`Due: ${text}\n`);
  });

  it('has no address in the words that people see', () => {
    const named = { email: 'ada@example.com' };
    const [task] = tasksAt(day(2), [failed(day(1), named)], HIGH);
    expect(task?.email).toBe('ada@example.com');
    expect(`${task?.subject} ${task?.body}`).not.toContain('@');
  });

  it('fills the policy’s own link for the episode’s own invoice', () => {
    const more = { updatePaymentUrl: 'https://app.example/pay?invoice={invoice_id}&account={account_id}' };
    const [task] = tasksAt(day(5), TWICE, { ...HIGH, more });
    expect(task?.body).toMatch(/Link\nhttps:\/\/app\.example\/pay\?invoice=in_1&account=cus_1$/);
  });

  it('tells of its own episode, whatever else of the account is unpaid', () => {
    const other = { id: 'in_2', subscription: 'sub_2', nextAttemptAt: day(30), hostedUrl: 'https://pay.example/in_2' };
    const charge = { chargeId: 'ch_9', paymentIntentId: 'pi_9', invoiceId: 'in_2' };
    const tasks = tasksAt(day(7), [...TWICE, failed(day(6), other), declined(day(6), charge)], HIGH);
    expect(tasks.map(({ subject }) => subject.slice(-9))).toEqual(['attempt 2', 'attempt 1']);
    expect(tasks[0]?.body).toBe(tasksAt(day(5), TWICE, HIGH)[0]?.body);
    for (const words of [
      'in the 90 days before: 3\n',
      'Next retry: 2026-03-31 09:00 UTC',
      'Link\nhttps://pay.example/in_2',
    ]) {
      expect(tasks[1]?.body).toContain(words);
    }
  });

  it('counts a customer from the first of all subscriptions that is known', () => {
    const newer = subscribed(day(2), { id: 'sub_2', startedAt: day(-10) });
    const older = ended(day(3), { id: 'sub_0', startedAt: day(-800) });
    expect(tasksAt(day(5), [...TWICE, newer, older], HIGH)[0]?.body).toContain('Customer since: 2023-12-22 09:00 UTC');
  });

  it('says what is owed still where a part was paid', () => {
    const part = observed(day(5), {
      attemptCount: 2,
      nextAttemptAt: day(9),
      amountPaidMinor: 3000,
      amountRemainingMinor: 1900,
    });
    expect(tasksAt(day(6), [...TWICE, part], HIGH)[0]?.subject).toContain('19.00 USD due');
  });

  it('counts failures of the 90 days up to the newest one, half open as everywhere', () => {
    const overAt = (at: Instant, id: string) => [failed(at, { id }), paid(plus(at, DAY_MS), { id })];
    const facts = [...overAt(day(-86), 'in_gone'), ...overAt(day(-85), 'in_old'), ...TWICE];
    expect(tasksAt(day(5), facts, HIGH).at(-1)?.body).toContain('in the 90 days before: 3\n');
  });

  it('shows the newest eight attempts and how many came before', () => {
    const tries = Array.from({ length: 11 }, (_, index) => [
      failed(day(index + 1), { attemptCount: index + 1, nextAttemptAt: day(index + 2) }),
      declined(day(index + 1), { chargeId: `ch_${index}` }),
    ]).flat();
    const [task] = tasksAt(day(11, 1), tries, HIGH);
    const lines = task?.body.split('\n').filter((line) => line.startsWith('- '));
    expect(lines).toHaveLength(9);
    expect(lines?.[0]).toBe('- 3 earlier');
    expect(lines?.at(-1)).toContain('2026-03-12 09:00 UTC');
    expect(task?.subject).toContain('attempt 11');
  });

  it('says the same until something happens: time alone does not change a word', () => {
    const facts = [failed(day(-80), { id: 'in_0' }), paid(day(-70), { id: 'in_0' }), ...TWICE];
    const quiet = facts.map((fact) =>
      fact.kind === 'attempt_failed' && fact.occurredAt === day(4)
        ? { ...fact, invoice: { ...fact.invoice, nextAttemptAt: day(60) } }
        : fact,
    );
    const [first] = tasksAt(day(5), quiet, HIGH);
    expect(first?.body).toContain('90 days before: 3');
    for (const days of [6, 8, 12, 20, 30, 45, 59]) {
      expect(
        tasksAt(day(days), quiet, HIGH).find((task) => task.dunning_episode_id === first?.dunning_episode_id),
      ).toEqual(first);
    }
  });
});

it('a payment that was taken back is a task of its own, and says so', () => {
  const takenBack: Fact = {
    id: 'evt_reversed',
    occurredAt: day(20),
    receivedAt: day(20),
    kind: 'payment_reversed',
    reversalId: 'dp_9',
    charge: {
      chargeId: 'ch_3',
      paymentIntentId: 'pi_1',
      invoiceId: INVOICE.id,
      amountMinor: 4900,
      currency: 'usd',
      card: null,
      paymentMethodId: null,
    },
  };
  const facts = [...TWICE, succeeded(day(9), { chargeId: 'ch_3' }), paid(day(9), { attemptCount: 3 }), takenBack];
  const tasks = tasksAt(day(21), facts, { ...HIGH, ...KNOWN });
  expect(tasks.map(({ task_state }) => task_state)).toEqual(['closed', 'open']);
  expect(tasks[1]?.subject).toBe('Payment taken back: cus_1 (pro), 49.00 USD due');
  expect(tasks[1]?.body).toContain('What happened\nA payment was taken back: 2026-03-21 09:00 UTC\nDue: 49.00 USD\n');
});

it('the same facts in any order give the same tasks', () => {
  const other = { id: 'in_2', subscription: 'sub_2', nextAttemptAt: day(30) };
  const story: readonly Fact[] = [
    ...TWICE,
    failed(day(6), other),
    declined(day(6), { chargeId: 'ch_9', paymentIntentId: 'pi_9', invoiceId: 'in_2' }),
    recorded(day(-30), day(5), 'ch_old', { id: 'in_0', subscription: 'sub_0' }),
    disputed(day(12), 'open'),
    disputed(day(14), 'won'),
    succeeded(day(15)),
    paid(day(15), { attemptCount: 3 }),
  ];
  const nows = [day(5), day(8), day(13), day(16)];
  const told = (facts: readonly Fact[]) =>
    nows.map((now) => [handOffsAt(now, facts, KNOWN), tasksAt(now, facts, KNOWN)]);
  const inOrder = told(story);
  expect(nows.map((now) => tasksAt(now, story, KNOWN).length)).toEqual([2, 2, 1, 3]);
  fc.assert(
    fc.property(fc.shuffledSubarray([...story], { minLength: story.length }), (shuffled) => {
      expect(told(shuffled)).toEqual(inOrder);
    }),
    { numRuns: 50 },
  );
  expect(ledgerAt(day(16), story).episodes).toHaveLength(3);
});
