import { describe, expect, it } from 'vitest';
import type { OutboxRow, TraitValues } from '../../src/pipeline/ports.ts';
import { STRIPE_SHAPES, subscriptionUpdated } from '../../src/simulate/stripe-events.ts';
import { becomes, check, day, mode, on, play, type Step, says, seconds, traits, webhooks } from './harness.ts';
import type { Bill, Happening } from './stripe-happenings.ts';
import { customerPays, ends, fails, isSeen, retryIsScheduled, retrySucceeds, turns } from './stripe-happenings.ts';

/** State that was said is set right when what it rested on goes away: nobody stays flagged because nothing is left to say. */
const MARCH: Bill = { invoice: 'in_march', subscription: 'sub_pro', amount: 4900 };
const APRIL: Bill = { invoice: 'in_april', subscription: 'sub_pro', amount: 4900 };
const RETRY = { retryAt: day(3) };

const sent = (look: (rows: readonly OutboxRow[]) => void): Step =>
  check(async (relay) => look((await relay.calls()).filter(({ channel }) => channel === 'segment')));

/** What Segment holds of a user after all that was sent. */
const heldOf = (rows: readonly OutboxRow[], userId: string): TraitValues =>
  Object.assign(
    {},
    ...rows.flatMap(({ call }) => (call.type === 'identify' && call.userId === userId ? [call.traits] : [])),
  );

/** A contract with an end from its beginning, in words that have a place for a reason and give none. */
const fixedTermIsSigned =
  (subscription: string): Happening =>
  (account, at) => [subscriptionUpdated(account, { subscription, at, status: 'active', cancelAt: day(365) })];

describe.each(STRIPE_SHAPES)('set right, %s payloads', (shape) => {
  it('clears who was flagged when a late arrival takes her only episode away', () =>
    play({ shape }, [
      on(0, seconds(2)),
      webhooks(fails(MARCH, RETRY)),
      traits({ in_dunning: true }),
      on(0, seconds(6)),
      check(async (relay, stage) => {
        // It had ended before the failure: no episode was ever open.
        for (const event of ends('sub_pro', 'cancellation_requested', 'too_expensive')(stage.account, day(0))) {
          await relay.receive(JSON.stringify(event), stage.now);
        }
      }),
      traits({ in_dunning: false, dunning_stage: 'healthy' }),
      sent((rows) => expect(heldOf(rows, 'user_ada')).toMatchObject({ in_dunning: false, dunning_status: 'none' })),
    ]));

  it('clears the user who was linked before, then tells the new one (F2)', () =>
    play({ shape }, [
      on(0),
      webhooks(fails(MARCH, RETRY)),
      on(1),
      becomes({ userId: 'user_bob' }),
      webhooks(isSeen('sub_pro', 'past_due')),
      sent((rows) => {
        expect(heldOf(rows, 'user_ada')).toMatchObject({ in_dunning: false, dunning_episode_id: null });
        expect(heldOf(rows, 'user_bob')).toMatchObject({ in_dunning: true });
      }),
      // The invoice carries the metadata of when it was made: its copy does not take the link back.
      becomes({ userId: 'user_ada' }),
      on(3),
      webhooks(fails(MARCH, { attempt: 2, retryAt: day(8) })),
      sent((rows) => expect(heldOf(rows, 'user_ada')).toMatchObject({ in_dunning: false })),
    ]));

  it('exits and clears the user who was linked before, and only then tells of the new one (F2)', () =>
    play({ shape }, [
      on(0),
      webhooks(fails(MARCH, RETRY)),
      on(1),
      becomes({ userId: 'user_bob' }),
      webhooks(isSeen('sub_pro', 'past_due')),
      sent((rows) => {
        const calls = rows.filter(({ committedAt }) => committedAt === day(1)).map(({ call }) => call);
        expect(calls.map(({ userId, type, event }) => `${userId} ${event ?? type}`)).toEqual([
          'user_ada Audience Exited',
          'user_ada identify',
          'user_ada identify',
          'user_bob identify',
          'user_bob group',
          'user_bob Audience Entered',
          'user_bob identify',
        ]);
      }),
    ]));

  it('tells Segment what changed while a recorder took the calls (G9)', () =>
    play({ shape }, [
      on(0),
      webhooks(fails(MARCH, RETRY)),
      sent((rows) => expect(heldOf(rows, 'user_ada')).toMatchObject({ in_dunning: true })),
      mode('observe'),
      on(2),
      webhooks(customerPays(MARCH, { attempt: 1, charge: 2 })),
      sent((rows) => expect(heldOf(rows, 'user_ada')).toMatchObject({ in_dunning: true })),
      on(20),
      mode('enforce'),
      sent((rows) => expect(heldOf(rows, 'user_ada')).toMatchObject({ in_dunning: false, dunning_stage: 'healthy' })),
    ]));

  it('takes the end of a fixed term for no wish to leave (D6)', () =>
    play({ shape }, [
      on(0),
      webhooks(fixedTermIsSigned('sub_pro')),
      on(1),
      webhooks(fails(MARCH, RETRY)),
      traits({ in_dunning: true, dunning_status: 'active' }),
    ]));

  it('takes the word that it stopped after a silence, and the running subscription back again (D2)', () =>
    play({ shape }, [
      on(0),
      webhooks(fails(MARCH)),
      on(1),
      traits({ dunning_stage: 'exhausted' }),
      webhooks(retryIsScheduled(MARCH, { attempt: 1, retryAt: day(4) })),
      traits({ dunning_stage: 'first_failure', next_retry_status: 'scheduled' }),
      on(2),
      webhooks(turns('sub_pro', 'past_due', 'unpaid')),
      traits({ dunning_stage: 'exhausted', next_retry_status: 'none' }),
      on(3),
      webhooks(turns('sub_pro', 'unpaid', 'active')),
      traits({ dunning_stage: 'first_failure', next_retry_status: 'scheduled' }),
      on(4),
      webhooks(retrySucceeds(MARCH, { attempt: 2 })),
      on(30),
      webhooks(fails(APRIL, { retryAt: day(33) })),
      says(
        ['payment_failed', { invoice_id: 'in_march' }],
        ['dunning_exhausted', {}],
        ['payment_retried', {}],
        ['payment_recovered', {}],
        ['payment_failed', { invoice_id: 'in_april', is_final_attempt: false, next_retry_status: 'scheduled' }],
      ),
    ]));
});
