import { describe, expect, it } from 'vitest';
import { toIso } from '../../src/domain/instant.ts';
import { paymentMethodAttached, STRIPE_SHAPES, subscriptionUpdated } from '../../src/simulate/stripe-events.ts';
import type { Step } from './harness.ts';
import { check, day, hours, late, on, play, says, saysNothing, seconds, traits, wait, webhooks } from './harness.ts';
import type { Relay } from './relay.ts';
import type { Bill, Happening } from './stripe-happenings.ts';
import {
  customerIsSaved,
  customerPays,
  fails,
  retryIsNotExecuted,
  retryIsScheduled,
  retrySucceeds,
} from './stripe-happenings.ts';

/**
 * Where the recipe that everybody writes first goes wrong: an event per webhook, audiences as filters over the history
 * of events, and a "recovered in the last 7 days" block list. Each test is one of its faults, which Recoup does not have.
 */
const MARCH: Bill = { invoice: 'in_march', subscription: 'sub_pro', amount: 4900 };
const ADDON: Bill = { invoice: 'in_addon', subscription: 'sub_addon', amount: 900 };
const RETRY = { retryAt: day(3) };

/** The audiences that were entered and not exited, by what was said. */
const entered = async (relay: Relay): Promise<readonly string[]> => {
  const present = new Set<string>();
  for (const { call } of await relay.calls()) {
    const key = String(call.properties?.audience_key);
    if (call.event === 'Audience Entered') present.add(key);
    if (call.event === 'Audience Exited')
      expect(present.delete(key), `${key} was entered before it is exited`).toBe(true);
  }
  return [...present].toSorted();
};

/** These audiences hold the person now, and no other. */
const inAudiences = (...keys: readonly string[]): Step =>
  check(async (relay, { now }) => expect(await entered(relay), `audiences at ${toIso(now)}`).toEqual(keys));

const CARD = { brand: 'visa', last4: '4242' };
const EXPIRING = { ...CARD, expMonth: 3, expYear: 2026 };
const FRESH = { ...CARD, last4: '1881', expMonth: 3, expYear: 2030 };

describe.each(STRIPE_SHAPES)('the naive recipe, %s payloads', (shape) => {
  it('"attempt_number = 1" in the history never stops being true: here one stage at a time, and each is left', () =>
    play({ shape, policy: { plans: { highValue: ['pro'], ids: {} } } }, [
      on(0),
      webhooks(fails(MARCH, RETRY)),
      inAudiences('dunning_first_failure_high_value'),
      on(3),
      webhooks(fails(MARCH, { attempt: 2, retryAt: day(6) })),
      inAudiences('dunning_retrying'),
      on(6),
      webhooks(fails(MARCH, { attempt: 3, retryAt: day(9) })),
      inAudiences('dunning_persistent_failure'),
      on(9),
      webhooks(fails(MARCH, { attempt: 4 })),
      on(9, hours(2)),
      inAudiences('dunning_exhausted'),
      on(10),
      webhooks(customerPays(MARCH, { attempt: 4, charge: 5 })),
      inAudiences('dunning_recovered'),
      on(40),
      webhooks(fails({ ...MARCH, invoice: 'in_april' }, { retryAt: day(43) })),
      inAudiences('dunning_first_failure_high_value'), // of this episode, whatever happened in the last
    ]));

  it('an account is not a user: what happens is said once, of the person and of the account', () =>
    play({ shape }, [
      on(0),
      webhooks(fails(MARCH, RETRY), fails(ADDON, RETRY)), // two subscriptions of one account
      on(3),
      webhooks(retrySucceeds(MARCH, { attempt: 2 }), retrySucceeds(MARCH, { attempt: 2 })), // told twice
      inAudiences('dunning_first_failure_standard'), // the other is still unpaid
      webhooks(retrySucceeds(ADDON, { attempt: 2 })),
      inAudiences('dunning_recovered'),
      check(async (relay) => {
        const calls = (await relay.calls()).map(({ call }) => call);
        const recovered = calls.filter(({ event }) => event === 'payment_recovered');
        expect(recovered.map(({ properties }) => properties?.invoice_id)).toEqual(['in_march', 'in_addon']);
        expect(recovered.map(({ userId, context }) => [userId, context.groupId])).toEqual([
          ['user_ada', 'cus_ada'],
          ['user_ada', 'cus_ada'],
        ]);
        expect(calls.filter(({ type }) => type === 'group').every(({ groupId }) => groupId === 'cus_ada')).toBe(true);
      }),
    ]));

  it('a time without Z drops an audience out of real time: every instant that leaves is UTC and says so', () =>
    play({ shape }, [
      on(0),
      webhooks(fails(MARCH, RETRY)),
      on(3),
      webhooks(retrySucceeds(MARCH, { attempt: 2 })),
      on(11),
      check(async (relay) => {
        const text = JSON.stringify((await relay.calls()).map(({ call }) => call));
        const instants = text.match(/"\d{4}-\d\d-\d\dT[^"]*"/g) ?? [];
        expect(instants.length).toBeGreaterThan(20);
        expect(instants.filter((each) => !/^"[-\d]{10}T\d\d:\d\d:\d\d\.\d{3}Z"$/.test(each))).toEqual([]);
        const days = text.match(/"[a-z_]+":"\d{4}-\d\d-\d\d"/g) ?? [];
        expect(days.filter((each) => !each.startsWith('"card_expiry_date"'))).toEqual([]); // printed on the card, no instant
      }),
    ]));

  it('"recovered in the last 7 days" leaks as a block list: here the exit names the episode and the state stays', () =>
    play({ shape }, [
      on(0),
      webhooks(fails(MARCH, RETRY)),
      on(3),
      webhooks(customerPays(MARCH, { attempt: 1, charge: 2 })),
      traits({ dunning_status: 'recovered', in_dunning: false, dunning_suppressed: false }),
      check(async (relay) => {
        const calls = (await relay.calls()).map(({ call }) => call);
        const episode = calls.find(({ event }) => event === 'payment_failed')?.properties?.dunning_episode_id;
        const exits = calls.filter(({ event }) => event === 'payment_recovered' || event === 'Audience Exited');
        expect(exits.length).toBe(2);
        for (const { properties } of exits) expect(properties?.dunning_episode_id).toBe(episode);
      }),
      on(10, -1),
      inAudiences('dunning_recovered'),
      on(10), // a delay of 29 days would now look at the list and find nobody; the state still says it
      inAudiences(),
      traits({ dunning_status: 'none', in_dunning: false, dunning_episode_id: null }),
    ]));

  it('the count of attempts rises without attempts: a retry that was never executed makes nobody persistent', () =>
    play({ shape }, [
      on(0),
      webhooks(fails(MARCH, { because: 'incorrect_number', retryAt: day(3) })),
      says(['payment_failed', { scheduled_attempt_count: 1 }]),
      traits({ next_retry_status: 'blocked', next_retry_date: null }), // the date is a phantom
      on(3),
      webhooks(retryIsNotExecuted(MARCH, { attempt: 2, lastCharge: 1, retryAt: day(6) })),
      on(6),
      webhooks(retryIsNotExecuted(MARCH, { attempt: 3, lastCharge: 1, retryAt: day(9) })),
      wait(seconds(10)),
      saysNothing,
      inAudiences('dunning_first_failure_standard'),
      traits({ dunning_attempt_number: 1, total_failed_payments_90d: 1 }),
    ]));

  it('the next retry is missing from the failure notice: it is taken from the update that follows', () =>
    play({ shape }, [
      on(0),
      webhooks(fails(MARCH)), // as Stripe sends it to accounts with automations
      wait(seconds(4)),
      saysNothing,
      webhooks(retryIsScheduled(MARCH, { attempt: 1, retryAt: day(3) })),
      says(['payment_failed', { next_retry_date: toIso(day(3)), next_retry_status: 'scheduled' }]),
      on(1), // no date would have been the end an hour later
      inAudiences('dunning_first_failure_standard'),
      traits({ next_retry_date: toIso(day(3)) }),
    ]));

  it('a card updated in the wrong slot looks updated: the slot that will be charged decides', () => {
    const slot =
      (paymentMethod: string): Happening =>
      (account, at) => [
        subscriptionUpdated({ ...account, paymentMethod }, { subscription: 'sub_pro', at, status: 'active' }),
      ];
    const account = { paymentMethod: 'pm_old', card: EXPIRING };
    return play({ shape, account }, [
      on(0),
      webhooks(retrySucceeds({ ...MARCH, invoice: 'in_feb' }, { attempt: 1 }), slot('pm_old')),
      inAudiences('pre_dunning'),
      on(1),
      // The customer's default is a fresh card now, and the subscription still charges the old one.
      check(async (relay, stage) => {
        const fresh = { ...stage.account, paymentMethod: 'pm_new', card: FRESH };
        for (const event of customerIsSaved(fresh, stage.now)) await relay.receive(JSON.stringify(event), stage.now);
      }),
      inAudiences('pre_dunning'),
      on(2),
      webhooks(
        (now, at) => [paymentMethodAttached({ ...now, paymentMethod: 'pm_new', card: FRESH }, { at })],
        slot('pm_new'),
      ),
      inAudiences(),
    ]);
  });

  it('the reason of a decline leaks into templates: lost and stolen are told to nobody', () =>
    play({ shape }, [
      on(0),
      webhooks(fails(MARCH, { because: 'lost_card', retryAt: day(3) })),
      late(day(0), fails({ ...ADDON, currency: 'eur' }, { because: 'stolen_card', retryAt: day(3) })),
      wait(seconds(10)),
      inAudiences('dunning_first_failure_standard'),
      traits({ dunning_failure_class: 'update_card' }), // as for an expired card: it gives nothing away
      check(async (relay) => {
        const text = JSON.stringify((await relay.calls()).map(({ call }) => call));
        expect(text).toContain('"failure_category":"undisclosed"');
        expect(text).not.toMatch(/lost|stolen|pickup|fraud/);
      }),
    ]));
});
