import { expect, it } from 'vitest';
import { AUDIENCES } from '../../audiences/index.ts';
import { type Instant, plus } from '../../src/domain/instant.ts';
import type { Policy } from '../../src/domain/policy.ts';
import { runDue } from '../../src/pipeline/loop.ts';
import type { Channel } from '../../src/pipeline/ports.ts';
import { toDelivery } from '../../src/pipeline/receive.ts';
import { makeRules } from '../../src/pipeline/rules.ts';
import { stripe } from '../../src/providers/stripe/stripe.ts';
import type { StripeAccount } from '../../src/simulate/stripe-events.ts';
import { openStore } from '../../src/store/index.ts';
import { DEFAULT_POLICY } from '../default-policy.ts';
import { day, seconds } from './harness.ts';
import type { Happening } from './stripe-happenings.ts';
import { customerIsSaved, fails, retryIsNotExecuted } from './stripe-happenings.ts';
import { customerSays } from './stripe-people.ts';

/** People who are joined while the rules, or the mode, change. */
const providers = { stripe };

const openRelay = async () => {
  const store = await openStore('sqlite::memory:', { lock: false, namespace: 'test' });
  let channel: Channel = 'segment';
  const decide = async (policy: Partial<Policy>, now: Instant): Promise<void> => {
    const rules = makeRules({
      policy: { ...DEFAULT_POLICY, ...policy },
      namespace: 'test',
      audiences: AUDIENCES,
      providers,
    });
    while ((await runDue({ store, rules, providers, channelFor: () => channel, toolsFor: () => [] }, now)) > 0);
  };
  return {
    happens: async (name: string, at: Instant, policy: Partial<Policy>, ...happenings: readonly Happening[]) => {
      const customer = `cus_${name}`;
      const account: StripeAccount = { shape: 'basil', livemode: true, customer, planId: 'pro', priceId: 'price_pro' };
      const events = happenings.flatMap((happening) => happening(account, at));
      await store.accept(events.map((event) => toDelivery(stripe, JSON.stringify(event), at)));
      await decide(policy, at);
      await decide(policy, plus(at, seconds(30)));
    },
    mode: async (mode: Channel, at: Instant) => {
      channel = mode;
      if (mode === 'segment') await store.wakeForEnforce(at);
    },
    links: async () =>
      (await store.nextCalls({ channel: 'segment', calls: 1_000, bytes: 1e9 })).flatMap(({ call }) =>
        call.userId === undefined || call.anonymousId === undefined ? [] : [`${call.type} ${call.userId}`],
      ),
    said: async () =>
      (await store.nextCalls({ channel: 'segment', calls: 1_000, bytes: 1e9 })).flatMap(({ call }) =>
        call.event === undefined || call.event.startsWith('Audience') ? [] : [call.event],
      ),
    close: store.close,
  };
};

const BEFORE = { chargeWebhooks: 'subscribed' } as const;
/** Now the provider's count stands: the retry that was not executed was an attempt. */
const AFTER = { chargeWebhooks: 'absent' } as const;

it('E5: what only new rules find in the old facts of an account is not said when it joins somebody decided by them', async () => {
  const relay = await openRelay();
  const bill = { invoice: 'in_two', subscription: 'sub_two', amount: 4_900 };
  await relay.happens('one', day(0), BEFORE, customerSays({ user: 'ada' }));
  await relay.happens('two', day(0), BEFORE, fails(bill, { retryAt: day(3) }));
  await relay.happens('two', day(3), BEFORE, retryIsNotExecuted(bill, { attempt: 2, lastCharge: 1, retryAt: day(8) }));
  expect(await relay.said()).toEqual(['payment_failed']);
  await relay.happens('one', day(4), AFTER, customerSays({ user: 'ada' }));
  await relay.happens('two', day(5), AFTER, customerSays({ user: 'ada' }), customerIsSaved);
  expect(await relay.said()).toEqual(['payment_failed']);
  await relay.close();
});

it('G9: Segment hears whose an anonymous id is, though a recorder stood in when it was found out', async () => {
  const relay = await openRelay();
  const bill = { invoice: 'in_two', subscription: 'sub_two', amount: 4_900 };
  await relay.happens('one', day(0), BEFORE, customerSays({ user: 'ada' }));
  await relay.happens('two', day(0), BEFORE, fails(bill, { retryAt: day(3) }));
  await relay.mode('recorder', day(1));
  await relay.happens('two', day(1), BEFORE, customerSays({ user: 'ada' }));
  expect(await relay.links()).toEqual([]);
  await relay.mode('segment', day(2));
  await relay.happens('one', day(2), BEFORE, customerIsSaved);
  expect(await relay.links()).toEqual(['identify ada']);
  await relay.close();
});
