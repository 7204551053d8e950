import { describe, expect, it } from 'vitest';
import { isMembership } from '../../src/pipeline/transitions.ts';
import type { StripeShape } from '../../src/simulate/stripe-events.ts';
import { STRIPE_SHAPES } from '../../src/simulate/stripe-events.ts';
import { day, seconds } from './harness.ts';
import {
  arrives,
  billOf,
  bothOwe,
  check,
  failsFirst,
  hears,
  isCleared,
  isIn,
  isUnheardOf,
  on,
  owns,
  type PeopleStep,
  playPeople,
  says,
  saysNothing,
  stands,
  to,
  wait,
  whatever,
} from './people-stage.ts';
import { fails, retrySucceeds } from './stripe-happenings.ts';
import { customerSays } from './stripe-people.ts';

/** Links that join people, move accounts and are undone (F2), most of them in the middle of dunning. */
const FIRST = 'dunning_first_failure_standard';
const RETRYING = 'dunning_retrying';

describe.each(STRIPE_SHAPES)('a link that joins two who both owe, %s payloads', (shape: StripeShape) => {
  it('lets the anonymous one be absorbed by the user: one identify with both ids, its own audiences left, no event again', () =>
    playPeople(
      [
        to('one', customerSays({ user: 'ada' })),
        ...bothOwe,
        whatever,
        on(2),
        to('two', customerSays({ user: 'ada' })),
        owns('ada', 'one', 'two'),
        saysNothing,
        stands('ada', { dunning_stage: 'retrying', lifetime_failed_payments: 3 }),
        isIn('ada', RETRYING),
        check(async (relay) => {
          const both = (await relay.calls()).map(({ call }) => call).filter((call) => call.userId && call.anonymousId);
          expect(both.filter(({ type }) => type === 'identify').length).toBe(1);
        }),
        on(4),
        to('two', retrySucceeds(billOf('two'), { attempt: 2 })),
        says(['ada', 'two', 'payment_retried'], ['ada', 'two', 'payment_recovered']),
        stands('ada', { in_dunning: true, lifetime_recovered_payments: 1 }),
      ],
      { shape },
    ));

  it('joins two anonymous ones when a user comes to light for both', () =>
    playPeople(
      [
        ...bothOwe,
        whatever,
        on(2),
        to('two', customerSays({ user: 'ada' })),
        saysNothing,
        isIn('ada', FIRST),
        to('one', customerSays({ user: 'ada' })),
        owns('ada', 'one', 'two'),
        isIn('ada', RETRYING),
        stands('ada', { dunning_stage: 'retrying', lifetime_failed_payments: 3 }),
      ],
      { shape },
    ));

  it('joins two anonymous ones whose links arrive together', () =>
    playPeople(
      [
        ...bothOwe,
        on(2),
        whatever,
        arrives('one', customerSays({ user: 'ada' })),
        to('two', customerSays({ user: 'ada' })),
        owns('ada', 'one', 'two'),
        isIn('ada', RETRYING),
        saysNothing,
      ],
      { shape },
    ));
});

describe('an account that is linked to another user', () => {
  const adaOwes: readonly PeopleStep[] = [
    to('one', customerSays({ user: 'ada' }), failsFirst('one')),
    wait(seconds(10)),
    whatever,
    on(1),
  ];

  it('lets the old one be exited and cleared first, then tells the new one, and says no event again', () =>
    playPeople([
      ...adaOwes,
      to('one', customerSays({ user: 'ben' })),
      hears(`ada exits ${FIRST}`, 'ada is told', 'ben is told', 'ben is in cus_one', `ben enters ${FIRST}`),
      owns('ada'),
      owns('ben', 'one'),
      isCleared('ada'),
      stands('ben', { in_dunning: true, lifetime_failed_payments: 1 }),
      on(3),
      to('one', retrySucceeds(billOf('one'), { attempt: 2 })),
      says(['ben', 'one', 'payment_retried'], ['ben', 'one', 'payment_recovered']),
    ]));

  it('tells the new one who already owes by another account', () =>
    playPeople([
      to('two', customerSays({ user: 'ben' }), failsFirst('two')),
      ...adaOwes,
      to('one', fails(billOf('one'), { attempt: 2, retryAt: day(5) })),
      wait(seconds(10)),
      whatever,
      to('one', customerSays({ user: 'ben' })),
      saysNothing,
      isIn('ada'),
      isCleared('ada'),
      isIn('ben', RETRYING),
      owns('ben', 'one', 'two'),
      stands('ben', { dunning_stage: 'retrying', lifetime_failed_payments: 3 }),
      check(async (relay) => {
        const calls = (await relay.calls()).map(({ call }) => call).filter(isMembership);
        const cleared = calls.findLastIndex(({ userId }) => userId === 'ada');
        const told = calls.findIndex(
          ({ userId, properties }) => userId === 'ben' && properties?.audience_key === RETRYING,
        );
        expect(cleared, 'the old one first').toBeLessThan(told);
      }),
    ]));

  it('is exited from the old one also where both sides are decided one at a time', () =>
    playPeople([
      ...adaOwes,
      arrives('one', customerSays({ user: 'ben' })),
      arrives('one', fails(billOf('one'), { attempt: 2, retryAt: day(5) })),
      wait(seconds(10)),
      says(['ben', 'one', 'payment_failed'], ['ben', 'one', 'payment_retried']),
      isCleared('ada'),
      isIn('ben', RETRYING),
    ]));

  it('and back is as if nothing had been: the wrong one is cleared, no event is said again, and what follows is the first one’s', () =>
    playPeople([
      ...adaOwes,
      to('one', customerSays({ user: 'ben' })),
      on(2),
      to('one', customerSays({ user: 'ada' })),
      saysNothing,
      owns('ada', 'one'),
      owns('ben'),
      isCleared('ben'),
      isIn('ada', FIRST),
      stands('ada', { in_dunning: true, lifetime_failed_payments: 1 }),
      on(3),
      to('one', retrySucceeds(billOf('one'), { attempt: 2 })),
      says(['ada', 'one', 'payment_retried'], ['ada', 'one', 'payment_recovered']),
    ]));

  it('and back before anything was decided says nothing to anybody', () =>
    playPeople([
      ...adaOwes,
      arrives('one', customerSays({ user: 'ben' })),
      wait(0),
      on(1, seconds(1)),
      to('one', customerSays({ user: 'ada' })),
      owns('ada', 'one'),
      isIn('ada', FIRST),
    ]));

  it('by mistake, and of whom nothing is known, stays nobody in the store and in Segment', () =>
    playPeople([
      to('one', customerSays({ user: 'ada' })),
      to('one', customerSays({ user: 'ben' })),
      on(1),
      to('one', failsFirst('one')),
      wait(seconds(10)),
      isUnheardOf('ada'),
      isIn('ben', FIRST),
    ]));
});

describe('a person of two accounts', () => {
  const adaOwesTwice: readonly PeopleStep[] = [
    to('one', customerSays({ user: 'ada' })),
    to('two', customerSays({ user: 'ada' })),
    ...bothOwe,
    whatever,
    on(2),
  ];

  it('loses the lead account to somebody new, and stands as the other leaves it', () =>
    playPeople([
      ...adaOwesTwice,
      to('one', customerSays({ user: 'ben' })),
      saysNothing,
      owns('ada', 'two'),
      owns('ben', 'one'),
      isIn('ada', FIRST),
      isIn('ben', RETRYING),
      stands('ada', { dunning_stage: 'first_failure', lifetime_failed_payments: 1 }),
      stands('ben', { dunning_stage: 'retrying', lifetime_failed_payments: 2 }),
    ]));

  it('loses both to two others at once, and to one', async () => {
    await playPeople([
      ...adaOwesTwice,
      arrives('one', customerSays({ user: 'ben' })),
      to('two', customerSays({ user: 'cleo' })),
      saysNothing,
      owns('ada'),
      isCleared('ada'),
      isIn('ben', RETRYING),
      isIn('cleo', FIRST),
    ]);
    await playPeople([
      ...adaOwesTwice,
      arrives('one', customerSays({ user: 'ben' })),
      to('two', customerSays({ user: 'ben' })),
      saysNothing,
      owns('ada'),
      isCleared('ada'),
      isIn('ben', RETRYING),
      owns('ben', 'one', 'two'),
    ]);
  });

  it('gets the account back, and stands as before', () =>
    playPeople([
      ...adaOwesTwice,
      to('one', customerSays({ user: 'ben' })),
      on(3),
      to('one', customerSays({ user: 'ada' })),
      saysNothing,
      isCleared('ben'),
      isIn('ada', RETRYING),
      stands('ada', { dunning_stage: 'retrying', lifetime_failed_payments: 3 }),
    ]));

  it('may swap it for that of somebody else', () =>
    playPeople([
      ...adaOwesTwice,
      to('two', customerSays({ user: 'ben' })),
      on(3),
      arrives('one', customerSays({ user: 'ben' })),
      to('two', customerSays({ user: 'ada' })),
      saysNothing,
      owns('ada', 'two'),
      owns('ben', 'one'),
      isIn('ada', FIRST),
      isIn('ben', RETRYING),
    ]));
});
