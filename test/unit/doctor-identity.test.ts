import { describe, expect, it } from 'vitest';
import { checkLastWebhook } from '../../src/doctor/check-last-webhook.ts';
import { checkTestMode } from '../../src/doctor/check-test-mode.ts';
import { measureIdentity, threadedShare } from '../../src/doctor/identity.ts';
import { toPlansSeen } from '../../src/doctor/plans-seen.ts';
import type { Fact } from '../../src/domain/fact.ts';
import type { SurveyedCustomer } from '../../src/pipeline/survey-ports.ts';
import {
  customerFact,
  daysAgo,
  heard,
  subscriptionFact,
  surveyed,
  WELL,
  withSettings,
  withStore,
  withSurvey,
} from '../contract/doctor-samples.ts';
import { NOW } from '../contract/store-samples.ts';

const inStore = WELL.store.read ? WELL.store.value : expect.fail();
const { survey } = inStore;

const checkout = (userId: string): Fact => ({
  kind: 'checkout_completed',
  id: 'checkout',
  occurredAt: NOW,
  receivedAt: NOW,
  subscription: null,
  userId,
  email: null,
});
const silent = subscriptionFact();
const measure = (...sample: readonly SurveyedCustomer[]) => measureIdentity({ ...survey, sample });

describe('where a user id stands', () => {
  it.each([
    ['subscription', [checkout('a'), customerFact('a'), subscriptionFact({ userId: 'a' })]],
    ['customer', [checkout('a'), customerFact('a'), silent]],
    ['checkout', [checkout('a'), customerFact(null), silent]],
    ['elsewhere', [customerFact(null), silent]],
  ] as const)('is the %s, of those that name it the first', (place, facts) => {
    const { places } = measure(surveyed('cus_A', { facts }));
    const named = Object.entries(places).filter(([, customers]) => customers > 0);
    expect(named).toEqual([[place, 1]]);
  });

  it('is not known of customers whose facts were not read, who count for the share all the same', () => {
    const identity = measure(surveyed('cus_A', { facts: null }), surveyed('cus_B', { userId: null, facts: [silent] }));
    expect(identity.places).toMatchObject({ subscription: 0, elsewhere: 0, nowhere: 1 });
    expect(threadedShare(identity)).toBe(0.5);
  });

  it('is an email address alone where nobody is named and yet the person has several customers', () => {
    const joined = { userId: null, accounts: 2 };
    const identity = measure(surveyed('cus_A', joined), surveyed('cus_B', joined), surveyed('cus_C', { accounts: 3 }));
    expect([identity.joined, identity.byEmail]).toEqual([3, 2]);
  });

  it('is said to be of a sample where more customers are known than were looked at', () => {
    expect(measure(surveyed('cus_A'), surveyed('cus_B')).sampled).toBe(false);
    expect(measure(surveyed('cus_A')).sampled).toBe(true);
  });
});

describe('the plans seen', () => {
  it('are those that subscriptions have now, however their past is ordered', () => {
    const before = { ...subscriptionFact({ planId: 'basic' }), id: 'before', occurredAt: daysAgo(3) };
    const after = subscriptionFact({ planId: 'pro' });
    const plans = (facts: readonly Fact[]) =>
      toPlansSeen([facts], {}).map(({ planId, subscriptions }) => [planId, subscriptions]);
    expect(plans([before, after])).toEqual([['pro', 1]]);
    expect(plans([after, before])).toEqual([['pro', 1]]);
  });

  it('are counted over customers, the most frequent first', () => {
    const [basic, pro] = [subscriptionFact({ planId: 'basic' }), subscriptionFact({ planId: 'pro' })];
    const seen = toPlansSeen([[basic], [pro], [pro]], {});
    expect(seen.map(({ planId, subscriptions }) => [planId, subscriptions])).toEqual([
      ['pro', 2],
      ['basic', 1],
    ]);
  });
});

describe('what is said beside a finding', () => {
  it('is how long ago the newest webhook of any kind came, and how many were fetched', () => {
    const many = [heard('invoice.paid', { newestAt: daysAgo(2) }), heard('charge.failed', { newestAt: daysAgo(1) })];
    const of = (missed: number) =>
      checkLastWebhook.find(withStore({ survey: { ...survey, heard: many }, api: { ...inStore.api, missed } }))[0]
        ?.what;
    expect(of(0)).toBe('The last webhook came 1 day ago.');
    expect(of(2)).toBe('The last webhook came 1 day ago; 2 events that never arrived were fetched from Stripe.');
  });

  it('is that a rehearsal is held back only where Recoup would send and was not asked to', () => {
    const rehearsal = withSurvey({ counts: [{ provider: 'stripe', merchant: '', mode: 'test', customers: 1 }] });
    const said = (settings: Parameters<typeof withSettings>[0]) =>
      checkTestMode.find({ ...rehearsal, settings: withSettings(settings).settings })[0]?.what;
    expect(said({ mode: 'enforce' })).toContain('stays in the recorder');
    expect(said({ mode: 'enforce', deliverTestMode: true })).not.toContain('recorder');
    expect(said({ mode: 'observe' })).not.toContain('recorder');
  });
});
