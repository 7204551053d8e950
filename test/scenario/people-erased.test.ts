import { describe, expect, it } from 'vitest';
import { day, seconds } from './harness.ts';
import {
  arrives,
  billOf,
  check,
  failsFirst,
  hearsNothing,
  isCleared,
  isIn,
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
import { checkoutSays, customerSays } from './stripe-people.ts';

/** Accounts that name a user who was erased, after they named somebody else. */
const FIRST = 'dunning_first_failure_standard';

/** A user `gone` is known by an account of their own, owes, and is erased. */
const goneIsErased: readonly PeopleStep[] = [
  to('old', customerSays({ user: 'gone' }), failsFirst('old')),
  wait(seconds(10)),
  check((relay, { now }) => relay.erase('gone', now)),
  whatever,
];

/** Neither the store nor Segment knows anything by the erased id, and nothing more of the account. */
const isForgotten = (account: string): PeopleStep =>
  check(async (relay) => {
    expect(await relay.profiles('gone')).toEqual([]);
    expect(await relay.profiles(`cus_${account}`)).toEqual([]);
    const heard = (await relay.calls()).filter(({ call }) => JSON.stringify(call).includes('"gone"'));
    expect(heard).toEqual([]);
  });

const owes = (name: string): PeopleStep => to(name, customerSays({ user: 'ada' }), failsFirst(name));

describe('an account that is linked to an erased user', () => {
  it('is erased where it was the only one of somebody, who is exited and cleared', () =>
    playPeople([
      ...goneIsErased,
      owes('one'),
      wait(seconds(10)),
      says(['ada', 'one', 'payment_failed']),
      on(1),
      to('one', customerSays({ user: 'gone' })),
      isForgotten('one'),
      owns('ada'),
      isIn('ada'),
      isCleared('ada'),
      saysNothing,
      on(2),
      to('one', fails(billOf('one'), { attempt: 2, retryAt: day(5) }), customerSays({ user: 'ada' })),
      wait(seconds(10)),
      hearsNothing,
      isForgotten('one'),
    ]));

  it('leaves somebody who has another account with that one', () =>
    playPeople([
      ...goneIsErased,
      owes('one'),
      owes('two'),
      wait(seconds(10)),
      says(['ada', 'one', 'payment_failed'], ['ada', 'two', 'payment_failed']),
      on(1),
      to('two', customerSays({ user: 'gone' })),
      isForgotten('two'),
      owns('ada', 'one'),
      isIn('ada', FIRST),
      stands('ada', { in_dunning: true, lifetime_failed_payments: 1 }),
      saysNothing,
      on(3),
      to('two', fails(billOf('two'), { attempt: 2, retryAt: day(5) })),
      to('one', retrySucceeds(billOf('one'), { attempt: 2 })),
      says(['ada', 'one', 'payment_retried'], ['ada', 'one', 'payment_recovered']),
      isForgotten('two'),
    ]));

  it('leaves those with whom it shares an address, of whom one is named', () =>
    playPeople(
      [
        ...goneIsErased,
        to('one', customerSays({ email: 'ada@example.com' }), failsFirst('one')),
        to('two', customerSays({ user: 'ada', email: 'ada@example.com' })),
        owns('ada', 'one', 'two'),
        on(1),
        to('one', customerSays({ user: 'gone', email: 'ada@example.com' })),
        isForgotten('one'),
        owns('ada', 'two'),
        isIn('ada'),
        stands('ada', { in_dunning: false, lifetime_failed_payments: 0 }),
      ],
      { policy: { emailAlias: true } },
    ));

  it('leaves those with whom it shares an address, of whom one is named at the same moment', () =>
    playPeople(
      [
        ...goneIsErased,
        to('one', customerSays({ email: 'ada@example.com' }), failsFirst('one')),
        to('two', customerSays({ email: 'ada@example.com' })),
        on(1),
        arrives('one', customerSays({ user: 'gone', email: 'ada@example.com' })),
        to('two', customerSays({ user: 'ada', email: 'ada@example.com' })),
        isForgotten('one'),
        owns('ada', 'two'),
      ],
      { policy: { emailAlias: true } },
    ));

  it('is erased with all that is known of nobody', () =>
    playPeople([
      ...goneIsErased,
      to('one', failsFirst('one')),
      wait(seconds(10)),
      on(1),
      whatever,
      to('one', checkoutSays({ subscription: 'sub_one', reference: 'gone' })),
      isForgotten('one'),
      hearsNothing,
    ]));
});
