import { describe, expect, it } from 'vitest';
import type { SegmentCall } from '../../src/pipeline/ports.ts';
import { isMembership } from '../../src/pipeline/transitions.ts';
import { paymentIntentFailed, STRIPE_SHAPES } from '../../src/simulate/stripe-events.ts';
import type { Step } from './harness.ts';
import {
  check,
  day,
  hours,
  mode,
  on,
  play,
  release,
  says,
  saysNothing,
  seconds,
  traits,
  wait,
  webhooks,
} from './harness.ts';
import type { Bill, Happening } from './stripe-happenings.ts';
import { customerIsSaved, fails, failureIsNotified, retryIsNotExecuted, retrySucceeds } from './stripe-happenings.ts';

/** Who is told, over which channel, and what a change of rules or of mode may say. */
const MARCH: Bill = { invoice: 'in_march', subscription: 'sub_pro', amount: 4900 };
const RETRY = { retryAt: day(3) };

const calls = (look: (calls: readonly SegmentCall[]) => void): Step =>
  check(async (relay) => look((await relay.calls()).map(({ call }) => call)));

const countOf = (list: readonly SegmentCall[], type: SegmentCall['type']): number =>
  list.filter((call) => call.type === type && !isMembership(call)).length;

describe.each(STRIPE_SHAPES)('people, %s payloads', (shape) => {
  it('an anonymous customer who is linked later gets one identify with both ids, and nothing is sent again (F2)', () =>
    play({ shape, account: { userId: undefined } }, [
      on(0),
      webhooks(fails(MARCH, RETRY)),
      says(['payment_failed', {}]),
      calls((list) => {
        expect(list.every((call) => call.userId === undefined && call.anonymousId !== undefined)).toBe(true);
      }),
      on(1),
      check(async (relay, stage) => {
        stage.account = { ...stage.account, userId: 'user_ada' };
        const before = (await relay.calls()).length;
        for (const event of customerIsSaved(stage.account, stage.now)) {
          await relay.receive(JSON.stringify(event), stage.now);
        }
        const added = (await relay.calls()).slice(before).map(({ call }) => call);
        expect(countOf(added, 'identify')).toBe(1);
        expect(countOf(added, 'track')).toBe(0);
        const identify = added.find((call) => call.type === 'identify');
        expect(identify?.userId).toBe('user_ada');
        expect(identify?.anonymousId).toBeDefined();
      }),
      on(3),
      webhooks(retrySucceeds(MARCH, { attempt: 2 })),
      says(['payment_retried', {}], ['payment_recovered', {}]),
      calls((list) => expect(list.at(-1)?.userId).toBe('user_ada')),
    ]));

  it('a person who never failed is not identified (E9)', () =>
    play({ shape }, [
      on(0),
      webhooks(customerIsSaved, retrySucceeds(MARCH, { attempt: 1 })),
      calls((list) => expect(countOf(list, 'identify')).toBe(0)),
      saysNothing,
    ]));

  it('test-mode facts reach the recorder only (A5)', () =>
    play({ shape, account: { livemode: false } }, [
      on(0),
      webhooks(fails(MARCH, RETRY)),
      says(['payment_failed', { livemode: false }]),
      check(async (relay) => {
        expect((await relay.calls()).map(({ channel }) => channel)).not.toContain('segment');
      }),
    ]));

  it('a delivery that names no customer waits for its invoice and joins it (A3)', () => {
    const anonymousRefusal: Happening = (account, at) => {
      const event = paymentIntentFailed(account, {
        invoice: 'in_march',
        amount: 4900,
        at,
        declineCode: 'expired_card',
      });
      return [{ ...event, data: { object: { ...event.data.object, customer: null } } }];
    };
    return play({ shape }, [
      on(0),
      webhooks(anonymousRefusal),
      saysNothing,
      on(0, seconds(5)),
      webhooks(failureIsNotified(MARCH, RETRY)),
      says(['payment_failed', { failure_code: 'expired_card' }]), // all is known: no settle window
    ]);
  });
});

describe.each(STRIPE_SHAPES)('a change of rules, %s payloads', (shape) => {
  it('says no event for old facts, but moves the state by the ordinary difference (E5)', () =>
    play({ shape, policy: { chargeWebhooks: 'subscribed' } }, [
      on(0),
      webhooks(fails(MARCH, RETRY)),
      on(3),
      webhooks(retryIsNotExecuted(MARCH, { attempt: 2, lastCharge: 1, retryAt: day(8) })),
      on(4),
      says(['payment_failed', { attempt_number: 1 }]),
      release({ chargeWebhooks: 'absent' }), // now the provider's count stands: the second attempt was one
      webhooks(customerIsSaved),
      wait(seconds(11)),
      saysNothing,
      traits({ dunning_stage: 'retrying', dunning_attempt_number: 2, total_failed_payments_90d: 2 }),
      on(8),
      webhooks(fails(MARCH, { attempt: 3, retryAt: day(11) })),
      says(['payment_failed', { attempt_number: 3 }], ['payment_retried', { retry_count: 2, outcome: 'failed' }]),
    ]));

  it('loses no event that was still waiting in its window (E5)', () =>
    play({ shape, policy: { chargeWebhooks: 'subscribed' } }, [
      on(0),
      webhooks(failureIsNotified(MARCH, RETRY)),
      on(0, seconds(5)),
      saysNothing,
      release({ chargeWebhooks: 'absent' }),
      webhooks(customerIsSaved),
      on(0, seconds(10)),
      says(['payment_failed', { failure_category: 'unknown' }]),
    ]));

  it('loses no event that the released rules find in what arrived while it was down (E5)', () =>
    play({ shape }, [
      on(0),
      webhooks(customerIsSaved),
      release({ noRetryAfterMs: hours(2) }),
      webhooks(fails(MARCH, RETRY)),
      says(['payment_failed', {}]),
    ]));

  it('loses no conclusion whose hour strikes after the release (E5, D2)', () =>
    play({ shape }, [
      on(0),
      webhooks(fails(MARCH)),
      on(0, seconds(30)),
      says(['payment_failed', {}]),
      release({ noRetryAfterMs: hours(2) }),
      webhooks(customerIsSaved),
      on(0, hours(2) - 1),
      saysNothing,
      on(0, hours(2)),
      says(['dunning_exhausted', {}]),
    ]));
});

describe.each(STRIPE_SHAPES)('from observe to enforce, %s payloads', (shape) => {
  it('what was only observed is never sent; who is in dunning is identified; what follows is sent (G9)', () =>
    play({ shape }, [
      mode('observe'),
      on(0),
      webhooks(fails(MARCH, RETRY)),
      says(['payment_failed', {}]),
      on(1),
      check(async (relay, stage) => {
        const observed = await relay.calls();
        expect(observed.map(({ channel }) => channel)).not.toContain('segment');
        await relay.switchMode('enforce', stage.now);
        const added = (await relay.calls()).slice(observed.length);
        expect(
          countOf(
            added.map(({ call }) => call),
            'track',
          ),
        ).toBe(0);
        const identify = added.find(({ call }) => call.type === 'identify');
        expect(identify?.channel).toBe('segment');
        expect(identify?.call.traits).toMatchObject({ in_dunning: true, dunning_stage: 'first_failure' });
      }),
      on(3),
      webhooks(retrySucceeds(MARCH, { attempt: 2 })),
      says(['payment_retried', {}], ['payment_recovered', {}]),
      check(async (relay) => {
        const recovered = (await relay.calls()).find(({ call }) => call.event === 'payment_recovered');
        expect(recovered?.channel).toBe('segment');
      }),
    ]));

  it('an audience entered while only observing again is told as state, and its exit as event (G9)', () =>
    play({ shape }, [
      on(0),
      webhooks(fails(MARCH, RETRY)),
      mode('observe'),
      on(3),
      webhooks(fails(MARCH, { attempt: 2, retryAt: day(6) })),
      on(4),
      check(async (relay, stage) => {
        const before = (await relay.calls()).length;
        await relay.switchMode('enforce', stage.now);
        const added = (await relay.calls()).slice(before).map(({ call }) => call);
        expect(added.filter(isMembership).map(({ event, traits: told }) => event ?? told)).toEqual([
          'Audience Exited',
          { dunning_first_failure_standard: false },
          { dunning_retrying: true },
        ]);
      }),
      on(6),
      webhooks(fails(MARCH, { attempt: 3, retryAt: day(9) })),
      calls((list) =>
        expect(list.filter(({ event }) => event?.startsWith('Audience')).slice(-2)).toMatchObject([
          { event: 'Audience Exited', properties: { audience_key: 'dunning_retrying' } },
          { event: 'Audience Entered', properties: { audience_key: 'dunning_persistent_failure' } },
        ]),
      ),
    ]));
});
