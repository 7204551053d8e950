import { expect, it } from 'vitest';
import { AUDIENCES } from '../../audiences/index.ts';
import type { Fact } from '../../src/domain/fact.ts';
import { instant, plus, SECOND_MS } from '../../src/domain/instant.ts';
import { step } from '../../src/pipeline/loop.ts';
import type { Claim, Commit } from '../../src/pipeline/ports.ts';
import { makeRules } from '../../src/pipeline/rules.ts';
import { stripe } from '../../src/providers/stripe/stripe.ts';
import type { StripeAccount } from '../../src/simulate/stripe-events.ts';
import { DEFAULT_POLICY } from '../default-policy.ts';
import { fails } from '../scenario/stripe-happenings.ts';

/** What breaks the tracking plan never leaves: it becomes a dead letter that a person can judge. */

const AT = instant(Date.UTC(2026, 2, 2, 9));
const ADA: StripeAccount = {
  shape: 'basil',
  livemode: true,
  customer: 'cus_ada',
  userId: 'user_ada',
  planId: 'pro',
  priceId: 'price_pro',
};

/** A failure in a currency whose code is no ISO 4217 code, as a provider's mistake might state it. */
const brokenFacts = (): readonly Fact[] => {
  const webhooks = fails({ invoice: 'in_1', subscription: 'sub_1', amount: 4900 }, { retryAt: plus(AT, 1e8) })(ADA, AT);
  const facts = webhooks.flatMap((event) => {
    const reading = stripe.normalise(JSON.stringify(event), {
      receivedAt: AT,
      userIdKeys: ['user_id'],
      contactKeys: [],
    });
    return reading.end === 'understood' ? reading.facts : [];
  });
  return JSON.parse(JSON.stringify(facts).replaceAll('"usd"', '"usdx"'));
};

const decideOn = (facts: readonly Fact[]): Commit => {
  const providers = { stripe };
  const rules = makeRules({ policy: DEFAULT_POLICY, namespace: 'test', audiences: AUDIENCES, providers });
  const told = { traits: null, accounts: {}, userId: null, audiences: [], untold: [] };
  const customer = { provider: 'stripe', merchant: '', mode: 'live', customer: 'cus_ada' } as const;
  const claim: Claim = {
    storeId: 'store',
    profileId: 1,
    version: 0,
    mode: 'live',
    userId: 'user_ada',
    anonymousId: null,
    accounts: [{ customer, role: 'owner', deliveries: [], facts, events: [] }],
    commitments: { ...told, absorbed: [], episodes: [], channel: null, segment: null, tools: {} },
    decided: null,
    failures: 0,
    brake: 'off',
    enforcedSince: null,
    dueAt: AT,
  };
  const world = { rules, providers, channelFor: () => 'segment' as const, toolsFor: () => [] };
  const commit = step(world, claim, plus(AT, 11 * SECOND_MS));
  if (commit.outcome !== 'decided') throw new Error(commit.outcome);
  return commit;
};

it('a call that breaks the plan becomes a dead letter with the money at stake, and the others leave', () => {
  const { outbox, deadLetters } = decideOn(brokenFacts());
  expect(outbox.map(({ call }) => call.event ?? call.type)).toEqual(['group', 'Audience Entered', 'identify']);
  expect(deadLetters).toMatchObject([
    { kind: 'call', code: 'plan_violation', amountMinor: 4900, currency: 'USDX' },
    { kind: 'call', code: 'plan_violation', amountMinor: null, currency: null },
  ]);
});

it('its dead letter holds the whole call under its message id, and names the property without its value', () => {
  const { deadLetters } = decideOn(brokenFacts());
  for (const { subject, message, payload } of deadLetters) {
    expect(JSON.parse(payload).messageId).toBe(subject);
    expect(message).toMatch(/currency/);
    expect(message).not.toMatch(/USDX/);
  }
  expect(deadLetters.map(({ payload }) => JSON.parse(payload).event ?? JSON.parse(payload).type)).toEqual([
    'payment_failed',
    'identify',
  ]);
});
