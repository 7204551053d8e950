import { describe, expect, it } from 'vitest';
import { isMembership } from '../../src/pipeline/transitions.ts';
import { STRIPE_SHAPES } from '../../src/simulate/stripe-events.ts';
import { day, hours, seconds } from './harness.ts';
import {
  arrives,
  becomes,
  billOf,
  check,
  failsFirst,
  isCleared,
  isIn,
  isUnheardOf,
  late,
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

/** Users who are told about an account besides its own: state, audiences and exits are theirs, events are said once (F1). */
const FIRST = 'dunning_first_failure_standard';
const RETRYING = 'dunning_retrying';

/** Ada's account, of which Ben and Cleo are told, fails. */
const failsWithContacts: readonly PeopleStep[] = [
  to('one', customerSays({ user: 'ada', contacts: 'ben, cleo' }), failsFirst('one')),
  wait(seconds(10)),
];

describe.each(STRIPE_SHAPES)('contacts of an account, %s payloads', (shape) => {
  it('have its state, audiences and exits; what happened is said once, of its owner', () =>
    playPeople(
      [
        ...failsWithContacts,
        owns('ben', '@one'),
        owns('cleo', '@one'),
        says(['ada', 'one', 'payment_failed']),
        isIn('ada', FIRST),
        isIn('ben', FIRST),
        isIn('cleo', FIRST),
        stands('ben', { in_dunning: true, dunning_stage: 'first_failure' }),
        on(3),
        to('one', fails(billOf('one'), { attempt: 2, retryAt: day(5) })),
        wait(seconds(10)),
        says(['ada', 'one', 'payment_failed'], ['ada', 'one', 'payment_retried']),
        isIn('ben', RETRYING),
        isIn('cleo', RETRYING),
        on(5),
        to('one', retrySucceeds(billOf('one'), { attempt: 3 })),
        says(['ada', 'one', 'payment_retried'], ['ada', 'one', 'payment_recovered']),
        isIn('ben', 'dunning_recovered'),
        stands('cleo', { in_dunning: false, dunning_stage: 'recovered' }),
        on(20),
        isIn('ben'),
        isIn('cleo'),
        saysNothing,
      ],
      { shape },
    ));
});

describe('a contact', () => {
  it('that is no longer listed is exited and cleared; the others stay', () =>
    playPeople([
      ...failsWithContacts,
      on(1),
      whatever,
      to('one', customerSays({ user: 'ada', contacts: 'cleo' })),
      owns('ben'),
      isIn('ben'),
      isCleared('ben'),
      isIn('cleo', FIRST),
      isIn('ada', FIRST),
      saysNothing,
    ]));

  it('that is listed again is told again', () =>
    playPeople([
      ...failsWithContacts,
      on(1),
      to('one', customerSays({ user: 'ada' })),
      isCleared('ben'),
      on(2),
      to('one', customerSays({ user: 'ada', contacts: 'ben' })),
      isIn('ben', FIRST),
      isCleared('cleo'),
    ]));

  it('that is listed while the account owes is told at once, and of no event', () =>
    playPeople([
      to('one', customerSays({ user: 'ada' }), failsFirst('one')),
      wait(seconds(10)),
      on(1),
      whatever,
      to('one', customerSays({ user: 'ada', contacts: 'ben' })),
      saysNothing,
      isIn('ben', FIRST),
      stands('ben', { in_dunning: true }),
    ]));

  it('of an account that never failed hears nothing', () =>
    playPeople([to('one', customerSays({ user: 'ada', contacts: 'ben' })), owns('ben', '@one'), isUnheardOf('ben')]));

  it('of an account that nobody is named for is told all the same', () =>
    playPeople([
      to('one', customerSays({ contacts: 'ben' }), failsFirst('one')),
      wait(seconds(10)),
      says(['nobody', 'one', 'payment_failed']),
      isIn('ben', FIRST),
      on(1),
      to('one', customerSays({ user: 'ben', contacts: 'ben' })),
      owns('ben', 'one'),
      isIn('ben', FIRST),
      saysNothing,
    ]));

  it('is named in a list that came late or out of order as the newest says', () =>
    playPeople([
      on(1),
      to('one', customerSays({ user: 'ada', contacts: 'cleo' }), failsFirst('one')),
      wait(seconds(10)),
      late('one', day(0, hours(1)), customerSays({ user: 'ada', contacts: 'ben' })),
      owns('ben'),
      isUnheardOf('ben'),
      isIn('cleo', FIRST),
    ]));

  it('that is the owner is no contact besides', () =>
    playPeople([
      to('one', customerSays({ user: 'ada', contacts: 'ada, ben' }), failsFirst('one')),
      wait(seconds(10)),
      owns('ada', 'one'),
      owns('ben', '@one'),
    ]));

  it('of a test-mode account is nobody in live mode (A5)', () =>
    playPeople([
      becomes('one', { livemode: false }),
      to('one', customerSays({ user: 'ada', contacts: 'ben' }), failsFirst('one')),
      to('two', customerSays({ user: 'ben' })),
      wait(seconds(10)),
      check(async (relay) => {
        const profiles = await relay.profiles('ben');
        expect(profiles.map(({ mode, accounts }) => [mode, accounts.length])).toEqual([
          ['test', 1],
          ['live', 1],
        ]);
        expect((await relay.calls()).filter(({ channel }) => channel === 'segment')).toEqual([]);
      }),
    ]));
});

describe('a contact who is the user of another account', () => {
  const benOwnsTwo: readonly PeopleStep[] = [to('two', customerSays({ user: 'ben' })), ...failsWithContacts, whatever];

  it('stands as both do, and is told of the events of the own one alone', () =>
    playPeople([
      ...benOwnsTwo,
      owns('ben', 'two', '@one'),
      on(1),
      to('two', fails(billOf('two'), { retryAt: day(4) })),
      wait(seconds(10)),
      says(['ben', 'two', 'payment_failed']),
      on(3),
      to('one', retrySucceeds(billOf('one'), { attempt: 2 })),
      says(['ada', 'one', 'payment_retried'], ['ada', 'one', 'payment_recovered']),
      isIn('ada', 'dunning_recovered'),
      stands('ben', { in_dunning: true, dunning_stage: 'first_failure' }),
      on(4),
      to('two', retrySucceeds(billOf('two'), { attempt: 2 })),
      stands('ben', { in_dunning: false }),
    ]));

  it('keeps the own one when the other lists nobody any more', () =>
    playPeople([
      ...benOwnsTwo,
      to('two', failsFirst('two')),
      wait(seconds(10)),
      on(1),
      to('one', fails(billOf('one'), { attempt: 2, retryAt: day(5) })),
      wait(seconds(10)),
      isIn('ben', RETRYING),
      whatever,
      to('one', customerSays({ user: 'ada' })),
      owns('ben', 'two'),
      isIn('ben', FIRST),
      saysNothing,
    ]));

  it('and becomes the user of this one too: it is owned, and nothing is said again', () =>
    playPeople([
      ...benOwnsTwo,
      on(1),
      to('one', customerSays({ user: 'ben', contacts: 'ada' })),
      owns('ben', 'one', 'two'),
      owns('ada', '@one'),
      saysNothing,
      isIn('ada', FIRST),
      isIn('ben', FIRST),
      on(3),
      to('one', retrySucceeds(billOf('one'), { attempt: 2 })),
      says(['ben', 'one', 'payment_retried'], ['ben', 'one', 'payment_recovered']),
      isIn('ada', 'dunning_recovered'),
    ]));
});

describe('an account with contacts that moves', () => {
  it('takes its contacts along, and lets go of its owner alone', () =>
    playPeople([
      ...failsWithContacts,
      on(1),
      whatever,
      to('one', customerSays({ user: 'dora', contacts: 'ben, cleo' })),
      isCleared('ada'),
      isIn('dora', FIRST),
      isIn('ben', FIRST),
      saysNothing,
      check(async (relay, { told }) => {
        const news = (await relay.calls()).slice(told).map(({ call }) => call);
        expect(news.filter((call) => call.userId === 'ben' && isMembership(call))).toEqual([]);
      }),
    ]));

  it('and lists others at the same time is told of to these, and taken from those', () =>
    playPeople([
      ...failsWithContacts,
      on(1),
      arrives('one', customerSays({ user: 'cleo', contacts: 'ada' })),
      wait(seconds(1)),
      owns('cleo', 'one'),
      owns('ada', '@one'),
      owns('ben'),
      isCleared('ben'),
      isIn('ada', FIRST),
      isIn('cleo', FIRST),
    ]));
});
