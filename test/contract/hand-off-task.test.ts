import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RawDecline } from '../../src/domain/decline.ts';
import type { Fact } from '../../src/domain/fact.ts';
import type { Instant } from '../../src/domain/instant.ts';
import { toClosedTask } from '../../src/hand-off/to-closed-task.ts';
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
  refunded,
  subscribed,
  succeeded,
} from '../unit/ledger-facts.ts';
import { type Given, handOffsAt, idsAt, tasksAt } from './hand-off-cases.ts';

const HIGH: Given = { highValue: ['pro'] };
const MONTHLY = {
  priceId: 'price_1',
  unitAmountMinor: 4900,
  quantity: 1,
  interval: 'month',
  intervalCount: 1,
} as const;
const SINCE = subscribed(day(0), { startedAt: day(-400), items: [MONTHLY] });
const TWICE: readonly Fact[] = [
  SINCE,
  failed(day(1), { nextAttemptAt: day(4) }),
  declined(day(1)),
  failed(day(4), { attemptCount: 2, nextAttemptAt: day(9) }),
  declined(day(4), { chargeId: 'ch_2' }),
];
const [EPISODE = ''] = idsAt(day(2), TWICE);
const KNOWN: Given = { known: [EPISODE] };

const because = (raw: Partial<RawDecline>, at: Instant = day(1)): Fact => ({
  ...declined(at),
  decline: {
    declineCode: null,
    errorCode: 'card_declined',
    adviceCode: null,
    networkAdviceCode: null,
    networkDeclineCode: null,
    blockedReason: null,
    ...raw,
  },
});

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
        dunning_episode_id: EPISODE,
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

describe('the advice', () => {
  const adviceOf = (facts: readonly Fact[], now = day(2), given: Given = {}): string | undefined =>
    handOffsAt(now, facts, { known: idsAt(now, facts), ...given }).all[0]?.context.recommendation;
  const RETRY = { nextAttemptAt: day(9) };

  it.each([
    ['insufficient_funds', 'Wait for the retry on 2026-03-10 09:00 UTC. Offer another date if that one does not suit.'],
    ['processing_error', 'Wait for the retry on 2026-03-10 09:00 UTC. It often passes by itself.'],
    ['expired_card', 'Another card is needed. Write to the customer and send the link.'],
    [
      'authentication_required',
      'Only the customer can confirm the payment (3-D Secure). Write to the customer and send the link. The next retry will not run before there is another payment method.',
    ],
    ['do_not_honor', 'The customer should call the bank or use another card. Write to the customer and send the link.'],
    [
      'currency_not_supported',
      'Look at the payment in the billing system first: the reason may not lie with the customer.',
    ],
  ])('follows the failure: %s', (declineCode, advice) => {
    expect(adviceOf([failed(day(1), RETRY), because({ declineCode })])).toBe(advice);
  });

  it('is to call those on a high-value plan, and to write to the others', () => {
    const facts = [failed(day(1), RETRY), because({ declineCode: 'expired_card' })];
    expect(adviceOf(facts, day(2), HIGH)).toBe('Another card is needed. Call the customer and send the link.');
  });

  it('names no link where none is known', () => {
    const facts = [failed(day(1), { ...RETRY, hostedUrl: null }), because({ declineCode: 'expired_card' })];
    expect(adviceOf(facts)).toBe(
      'Another card is needed. Write to the customer and agree on how to pay: no link is known.',
    );
  });

  it('does not wait for a third retry in vain', () => {
    const third = [
      ...TWICE,
      failed(day(9), { attemptCount: 3, nextAttemptAt: day(12) }),
      declined(day(9), { chargeId: 'ch_3' }),
    ];
    expect(adviceOf(third, day(10))).toBe(
      '3 attempts failed: agree on a date or another payment method before the retry on 2026-03-13 09:00 UTC. Write to the customer and send the link.',
    );
  });

  it('is to decide, once no retry is coming', () => {
    const facts = [failed(day(1), { nextAttemptAt: null }), declined(day(1))];
    expect(adviceOf(facts)).toMatch(
      /^No retry is coming\. Decide: another payment method, a pause, or letting it go\./,
    );
    expect(tasksAt(day(2), facts, { known: idsAt(day(2), facts) })[0]?.body).toContain('Next retry: none is coming');
  });

  it('is to leave those alone whose messages are held back', () => {
    expect(adviceOf([...TWICE, disputed(day(5), 'open')], day(6))).toMatch(
      /^A payment is disputed: do not ask for money/,
    );
    expect(adviceOf([...TWICE, refunded(day(5))], day(6))).toMatch(/^Money was given back/);
  });
});

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
    expect(task?.body).toContain('Nothing is left to do.');
  });

  it('says it anew where money came in after all', () => {
    const lost = [...TWICE, observed(day(9), GIVEN_UP)];
    const paidLate = [...lost, succeeded(day(15)), paid(day(15), { attemptCount: 3 })];
    expect(tasksAt(day(16), paidLate, KNOWN)).toMatchObject([
      { comment: expect.stringMatching(/: paid on 2026-03-16 09:00 UTC/), dunning_episode_id: EPISODE },
    ]);
  });

  it('closes what recomputing no longer yields, and keeps what was said', () => {
    const [task] = tasksAt(day(5), TWICE, HIGH);
    expect(toClosedTask(task ?? {})).toEqual({
      ...task,
      task_state: 'closed',
      comment: expect.stringContaining('correction'),
    });
    expect(toClosedTask({})).toEqual({ task_state: 'closed', comment: expect.stringContaining('no longer stands') });
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
