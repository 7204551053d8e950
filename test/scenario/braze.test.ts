import { describe, expect, test } from 'vitest';
import { toIso } from '../../src/domain/instant.ts';
import { ADA, bill, entersDunning, first, inOnly, RETRY } from './braze-people.ts';
import { check, hears, hearsNothing, holds, lastEvent, lastWrite, playBraze } from './braze-play.ts';
import { day, hours, seconds } from './harness.ts';
import { becomes, on, to, wait } from './stage.ts';
import {
  cancelIsRequested,
  cancelIsUndone,
  customerPays,
  ends,
  fails,
  isLookedAt,
  isVoided,
  retrySucceeds,
} from './stripe-happenings.ts';

/** What marketing sees in Braze, told by day. */

describe('failed: in Braze', () => {
  test('a failure is there with every attribute, and the entry event in the same call', () =>
    playBraze([
      ...entersDunning,
      holds('ada', {
        in_dunning: true,
        dunning_status: 'active',
        dunning_stage: 'first_failure',
        next_retry_date: toIso(day(3)),
        next_retry_status: 'scheduled',
        dunning_amount_due: 49,
        dunning_currency: 'USD',
        dunning_attempt_number: 1,
        dunning_failure_class: 'insufficient_funds',
        dunning_suppressed: false,
        ...inOnly('dunning_first_failure_high_value'),
      }),
      check(({ braze }) => {
        const held = braze.users.all.get('user_ada')?.attributes ?? {};
        expect(held.dunning_episode_id).toMatch(/./);
        expect(held.update_payment_url).toMatch(/^https:/);
        expect(held.dunning_state_version).toEqual(expect.any(Number));
        expect(braze.users.events[0]?.properties).toMatchObject({
          dunning_episode_id: held.dunning_episode_id,
          stage: 'first_failure',
          attempt_number: 1,
          next_retry_date: toIso(day(3)),
        });
        expect(braze.users.events[0]?.request).toBe(braze.users.writes[0]?.request);
        expect(braze.requests).toHaveLength(1);
      }),
      hears(['ada', 'dunning_stage_entered']),
    ]));

  test('a plan that is not of high value enters the standard audience', () =>
    playBraze([
      becomes('ada', { planId: 'starter' }),
      ...entersDunning,
      holds('ada', inOnly('dunning_first_failure_standard')),
    ]));

  test('a stage that moves is announced once, whatever is looked at or told again meanwhile', () =>
    playBraze([
      ...entersDunning,
      hears(['ada', 'dunning_stage_entered', { stage: 'first_failure' }]),
      to('ada', isLookedAt(ADA, first), isLookedAt(ADA, first)),
      on(3),
      to('ada', fails(ADA, { attempt: 2, retryAt: day(6) })),
      wait(seconds(10)),
      to('ada', isLookedAt(ADA, { attempt: 2, retryAt: day(6) })),
      hears(['ada', 'dunning_stage_entered', { stage: 'retrying', attempt_number: 2 }]),
      holds('ada', inOnly('dunning_retrying')),
      on(6),
      to('ada', fails(ADA, { attempt: 3, retryAt: day(9) })),
      wait(seconds(10)),
      hears(['ada', 'dunning_stage_entered', { stage: 'persistent' }]),
      holds('ada', inOnly('dunning_persistent_failure')),
      on(9),
      to('ada', fails(ADA, { attempt: 4 })),
      wait(hours(1) + seconds(1)),
      holds('ada', { ...inOnly('dunning_exhausted'), next_retry_date: undefined, dunning_status: 'exhausted' }),
      hears(['ada', 'dunning_stage_entered', { stage: 'exhausted' }]),
    ]));

  test('only what changed is sent, and nothing where nothing changed', () =>
    playBraze([
      ...entersDunning,
      to('ada', isLookedAt(ADA, first)),
      check(({ braze }) => expect(braze.requests).toHaveLength(1)),
      on(3),
      to('ada', fails(ADA, { attempt: 2, retryAt: day(6) })),
      wait(seconds(10)),
      check((relay) => {
        const sent = Object.keys(lastWrite(relay, 'ada'));
        expect(sent).toEqual(
          expect.arrayContaining(['dunning_stage', 'dunning_attempt_number', 'next_retry_date', 'in_dunning_retrying']),
        );
        for (const same of ['in_dunning', 'dunning_episode_id', 'dunning_currency', 'in_pre_dunning']) {
          expect(sent).not.toContain(same);
        }
      }),
    ]));
});

describe('paid: cleared', () => {
  test('at the instant of the payment flags are false, the date is gone, and the exit is in the same call', () =>
    playBraze([
      ...entersDunning,
      hears(['ada', 'dunning_stage_entered']),
      on(3),
      to('ada', retrySucceeds(ADA, { attempt: 2 })),
      holds('ada', {
        in_dunning: false,
        dunning_status: 'recovered',
        next_retry_date: undefined,
        ...inOnly('dunning_recovered'),
      }),
      check((relay) => {
        const { braze } = relay;
        const exit = lastEvent(relay, 'ada');
        const entry = braze.users.events[0];
        expect(lastWrite(relay, 'ada').next_retry_date).toBeNull();
        expect(exit?.properties.dunning_episode_id).toBe(entry?.properties.dunning_episode_id);
        expect(exit?.request).toBe(braze.users.writes.at(-1)?.request);
        expect(exit?.at).toBe(day(3));
      }),
      hears(['ada', 'payment_recovered', { amount: 49, currency: 'USD' }]),
      on(10),
      holds('ada', inOnly()),
      hearsNothing,
    ]));

  test('a flow that waits for its second message sends none after the payment', () =>
    playBraze([
      ...entersDunning,
      on(0, hours(12)),
      to('ada', customerPays(ADA, first)),
      on(20),
      check(({ canvas }) => {
        expect(canvas.messages.map(({ step }) => step)).toEqual([0]);
        expect(canvas.waiting()).toEqual([]);
      }),
    ]));

  test('a failure and its payment that meet before they leave tell Braze no event', () =>
    playBraze([
      to('ada', fails(ADA, RETRY), customerPays(ADA, first)),
      wait(seconds(20)),
      hearsNothing,
      check(({ braze }) => {
        for (const { attributes } of braze.users.writes) expect(attributes.in_dunning).not.toBe(true);
      }),
    ]));
});

describe('any other end, and holds', () => {
  test('a canceled subscription is held at the request, and resumes without announcing its stage again', () =>
    playBraze([
      ...entersDunning,
      hears(['ada', 'dunning_stage_entered']),
      on(1),
      to('ada', cancelIsRequested('sub_ada1', 'past_due', day(20))),
      hears(['ada', 'dunning_exited', { outcome: 'held' }]),
      holds('ada', { in_dunning: false, dunning_suppressed: true, dunning_status: 'held', ...inOnly('suppressed') }),
      on(2),
      to('ada', cancelIsUndone('sub_ada1', 'past_due')),
      hearsNothing,
      holds('ada', { in_dunning: true, dunning_suppressed: false, ...inOnly('dunning_first_failure_high_value') }),
      on(2, hours(1)),
      to('ada', customerPays(ADA, first)),
      hears(['ada', 'payment_recovered']),
    ]));

  test.each([
    ['forgiven', isVoided(ADA, first)],
    ['canceled', ends('sub_ada1', 'cancellation_requested', 'too_expensive')],
    ['lost', ends('sub_ada1', 'payment_failed')],
  ] as const)('an episode that ends %s says so, with its id', (outcome, happening) =>
    playBraze([
      ...entersDunning,
      hears(['ada', 'dunning_stage_entered']),
      on(1),
      to('ada', happening),
      check((relay) => {
        const [entry] = relay.braze.users.events;
        expect(lastEvent(relay, 'ada')?.properties.dunning_episode_id).toBe(entry?.properties.dunning_episode_id);
      }),
      hears(['ada', 'dunning_exited', { outcome }]),
      holds('ada', { in_dunning: false, next_retry_date: undefined }),
      on(20),
      hearsNothing,
    ]),
  );
});

describe('several episodes (C5)', () => {
  test('when the lead ends while another is open: an exit for it, an entry for the other, in dunning throughout', () =>
    playBraze([
      ...entersDunning,
      hears(['ada', 'dunning_stage_entered', { stage: 'first_failure' }]),
      on(1),
      to('ada', fails(bill('ada', 2), { retryAt: day(4) })),
      wait(seconds(10)),
      hearsNothing,
      on(2),
      to('ada', customerPays(ADA, first)),
      hears(['ada', 'payment_recovered'], ['ada', 'dunning_stage_entered', { stage: 'first_failure' }]),
      holds('ada', { in_dunning: true }),
      check(({ braze }) => {
        const ids = braze.users.events.map(({ properties }) => properties.dunning_episode_id);
        expect(ids[0]).toBe(ids[1]);
        expect(ids[2]).not.toBe(ids[1]);
        const flags = braze.users.writes.map(({ attributes }) => attributes.in_dunning);
        expect(flags).not.toContain(false);
      }),
    ]));

  test('one that gave way to a worse one and leads again is entered again: its flow was ended', () =>
    playBraze([
      ...entersDunning,
      hears(['ada', 'dunning_stage_entered', { stage: 'first_failure' }]),
      on(1),
      to('ada', fails(bill('ada', 2), { retryAt: day(2) })),
      wait(seconds(10)),
      hearsNothing,
      on(2),
      to('ada', fails(bill('ada', 2), { attempt: 2, retryAt: day(5) })),
      wait(seconds(10)),
      hears(
        ['ada', 'dunning_exited', { outcome: 'superseded' }],
        ['ada', 'dunning_stage_entered', { stage: 'retrying' }],
      ),
      on(2, hours(1)),
      to('ada', customerPays(bill('ada', 2), { attempt: 2, retryAt: day(5) })),
      hears(['ada', 'payment_recovered'], ['ada', 'dunning_stage_entered', { stage: 'first_failure' }]),
      holds('ada', { in_dunning: true, dunning_stage: 'first_failure' }),
    ]));
});
