import { describe, expect, it } from 'vitest';
import { seconds } from './harness.ts';
import {
  arrives,
  billOf,
  check,
  failsFirst,
  hears,
  isIn,
  on,
  type PeopleStep,
  playPeople,
  says,
  stands,
  to,
  wait,
  whatever,
} from './people-stage.ts';
import { retrySucceeds } from './stripe-happenings.ts';
import { customerSays } from './stripe-people.ts';

/** An account that nobody was named for, in dunning, turns out to be somebody who is known already (F2). */
const FIRST = 'dunning_first_failure_standard';

describe('an anonymous account in dunning', () => {
  const anonymousOwes: readonly PeopleStep[] = [
    to('two', customerSays({ user: 'ada' })),
    to('one', failsFirst('one')),
    wait(seconds(10)),
    whatever,
    on(1),
  ];

  it('that a person absorbs of whom nothing failed puts the person into dunning', () =>
    playPeople([
      ...anonymousOwes,
      to('one', customerSays({ user: 'ada' })),
      hears('ada+ is told', 'ada is in cus_two', 'ada is in cus_one', `ada enters ${FIRST}`),
      stands('ada', { in_dunning: true }),
    ]));

  it('that left an audience in which the person still is does not take the person out of it (Segment: the newest wins)', () =>
    playPeople([
      to('ada', customerSays({ user: 'ada' }), failsFirst('ada')),
      ...anonymousOwes,
      to('one', retrySucceeds(billOf('one'), { attempt: 2 })),
      on(9),
      whatever,
      to('one', customerSays({ user: 'ada' })),
      hears('ada+ is told', 'ada is in cus_one'),
      isIn('ada', FIRST),
      check(async (relay) => {
        const flags = (await relay.calls()).map(({ call }) => call).filter((call) => FIRST in (call.traits ?? {}));
        expect(flags.at(-1), 'said anew, as state').toMatchObject({ userId: 'ada', traits: { [FIRST]: true } });
      }),
    ]));

  it('that is linked as it pays is out of everything under both ids', () =>
    playPeople([
      ...anonymousOwes,
      arrives('one', customerSays({ user: 'ada' })),
      to('one', retrySucceeds(billOf('one'), { attempt: 2 })),
      says(['ada', 'one', 'payment_retried'], ['ada', 'one', 'payment_recovered']),
      isIn('ada', 'dunning_recovered'),
      stands('ada', { in_dunning: false }),
    ]));
});
