import { describe, expect, it } from 'vitest';
import type { Fact } from '../../src/domain/fact.ts';
import { day, declined, disputed, failed, refunded } from '../unit/ledger-facts.ts';
import { type Given, HIGH, handOffsAt, idsAt, TWICE, tasksAt } from './hand-off-cases.ts';

/** The failure of day 1 for this reason. */
const because = (declineCode: string): Fact => {
  const fact = declined(day(1));
  return { ...fact, decline: { ...fact.decline, declineCode } };
};

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
    expect(adviceOf([failed(day(1), RETRY), because(declineCode)])).toBe(advice);
  });

  it('follows the newest failure', () => {
    const again = failed(day(4), { attemptCount: 2, ...RETRY });
    const stated = declined(day(4), { chargeId: 'ch_2' });
    const expired = { ...stated, decline: { ...stated.decline, declineCode: 'expired_card' } };
    expect(adviceOf([failed(day(1), { nextAttemptAt: day(4) }), declined(day(1)), again, expired], day(5))).toMatch(
      /^Another card is needed/,
    );
  });

  it('is to call those on a high-value plan, and to write to the others', () => {
    const facts = [failed(day(1), RETRY), because('expired_card')];
    expect(adviceOf(facts, day(2), HIGH)).toBe('Another card is needed. Call the customer and send the link.');
  });

  it('names no link where none is known', () => {
    const facts = [failed(day(1), { ...RETRY, hostedUrl: null }), because('expired_card')];
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
