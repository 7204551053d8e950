import { describe, expect, it } from 'vitest';
import { STRIPE_SHAPES } from '../../src/simulate/stripe-events.ts';
import { day, hours, minutes, seconds } from './harness.ts';
import {
  billOf,
  check,
  failsFirst,
  hears,
  hearsNothing,
  isIn,
  isNobody,
  isUnheardOf,
  late,
  on,
  owns,
  playPeople,
  says,
  stands,
  to,
  wait,
  whatever,
} from './people-stage.ts';
import type { Happening } from './stripe-happenings.ts';
import { isSeen, retrySucceeds } from './stripe-happenings.ts';
import { checkoutSays, customerSays, invoiceCopySays, invoiceSays, subscriptionSays } from './stripe-people.ts';

/** Where an account's user id may stand, which place outranks which, and what happens when it comes to light (F2). */
const ONE = billOf('one');

/** Strongest first. */
const PLACES: readonly (readonly [string, (user: string) => Happening])[] = [
  ['subscription', (user) => subscriptionSays('sub_one', user)],
  ['checkout of the subscription', (user) => checkoutSays({ subscription: 'sub_one', user })],
  ['reference of its checkout', (user) => checkoutSays({ subscription: 'sub_one', reference: user })],
  ['customer', (user) => customerSays({ user })],
  ['checkout without a subscription', (user) => checkoutSays({ subscription: null, user })],
  ['invoice', (user) => invoiceSays(ONE, user)],
];
/** Of one rank: both are the checkout that made the subscription. */
const PAIRS = PLACES.flatMap((strong, index) =>
  PLACES.slice(index + 1).flatMap((weak) =>
    strong[0].includes('checkout of') && weak[0].includes('reference') ? [] : [[strong, weak] as const],
  ),
);

describe('an account’s user id', () => {
  it.each([...PLACES, ['copy on the invoice', (user: string) => invoiceCopySays(ONE, user)] as const])(
    'is read from its %s, and remembered when it is taken away there',
    (_, names) =>
      playPeople([
        to('one', names('ada')),
        on(1),
        to('one', customerSays({}), subscriptionSays('sub_one', undefined), failsFirst('one')),
        wait(seconds(10)),
        owns('ada', 'one'),
        says(['ada', 'one', 'payment_failed']),
      ]),
  );

  it.each(PAIRS.map(([strong, weak]) => [strong[0], weak[0], strong[1], weak[1]] as const))(
    'of the %s outranks that of the %s, whichever comes first',
    async (_, __, strong, weak) => {
      const ends = [owns('ada', 'one'), to('one', failsFirst('one')), says(['ada', 'one', 'payment_failed'])];
      await playPeople([to('one', strong('ada')), on(1), to('one', weak('ben')), ...ends]);
      await playPeople([to('one', weak('ben')), on(1), to('one', strong('ada')), ...ends]);
    },
  );

  it('on the copy of an invoice is the subscription’s, and outranks the customer’s', () =>
    playPeople([
      to('one', invoiceCopySays(ONE, 'ada')),
      on(1),
      to('one', customerSays({ user: 'ben' }), checkoutSays({ subscription: 'sub_one', user: 'cleo' })),
      owns('ada', 'one'),
    ]));

  it('may stand under another key, and the earlier key of the policy outranks the later', () => {
    const both: Happening = (account, at) =>
      customerSays({ user: 'ben' })(account, at).map((event) => ({
        ...event,
        data: { object: { ...event.data.object, metadata: { user_id: 'ben', member: 'ada' } } },
      }));
    return playPeople([to('one', both), owns('ada', 'one')], { policy: { userIdKeys: ['member', 'user_id'] } });
  });
});

describe.each(STRIPE_SHAPES)('an account that nobody is named for, %s payloads', (shape) => {
  it('goes to Segment alone, and is told once under both ids when its user comes to light: memberships anew, events never', () =>
    playPeople(
      [
        to('one', failsFirst('one')),
        wait(seconds(10)),
        isNobody('one'),
        hears(
          'nobody says payment_failed of cus_one',
          'nobody is told',
          'nobody is in cus_one',
          'nobody enters dunning_first_failure_standard',
        ),
        on(1),
        to('one', customerSays({ user: 'ada' })),
        hears('ada+ is told', 'ada is in cus_one', 'ada enters dunning_first_failure_standard'),
        owns('ada', 'one'),
        on(3),
        to('one', retrySucceeds(ONE, { attempt: 2 })),
        says(['ada', 'one', 'payment_retried'], ['ada', 'one', 'payment_recovered']),
        isIn('ada', 'dunning_recovered'),
      ],
      { shape },
    ));
});

describe('a link that arrives late', () => {
  it('names the person from then on, whenever it was made', () =>
    playPeople([
      on(0, minutes(5)),
      to('one', failsFirst('one')),
      wait(seconds(10)),
      says(['nobody', 'one', 'payment_failed']),
      on(2),
      late('one', day(0), customerSays({ user: 'ada' })),
      hears('ada+ is told', 'ada is in cus_one', 'ada enters dunning_first_failure_standard'),
    ]));

  it('does not undo a newer one', () =>
    playPeople([
      on(1),
      to('one', customerSays({ user: 'ben' }), failsFirst('one')),
      wait(seconds(10)),
      whatever,
      on(2),
      late('one', day(0, hours(1)), customerSays({ user: 'ada' })),
      owns('ben', 'one'),
      isUnheardOf('ada'),
      hearsNothing,
    ]));

  it('of a stronger place moves the account, though it is older', () =>
    playPeople([
      on(1),
      to('one', customerSays({ user: 'ben' }), failsFirst('one')),
      wait(seconds(10)),
      whatever,
      on(2),
      late('one', day(0), subscriptionSays('sub_one', 'ada')),
      owns('ada', 'one'),
      owns('ben'),
    ]));
});

describe('somebody of whom nothing ever failed', () => {
  it('is linked, moved and joined without a word to Segment (E9)', () =>
    playPeople([
      to('one', isSeen('sub_one', 'active')),
      to('one', customerSays({ user: 'ada' })),
      to('two', customerSays({ user: 'ada' })),
      owns('ada', 'one', 'two'),
      on(1),
      to('two', customerSays({ user: 'ben' })),
      owns('ada', 'one'),
      owns('ben', 'two'),
      check(async (relay) => expect((await relay.calls()).map(({ call }) => call)).toEqual([])),
    ]));

  it('has no traits but those of nobody', () =>
    playPeople([to('one', customerSays({ user: 'ada' })), stands('ada', { dunning_status: 'none', plan_id: null })]));
});
