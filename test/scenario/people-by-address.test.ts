import { it } from 'vitest';
import { seconds } from './harness.ts';
import { billOf, failsFirst, isCleared, isIn, on, playPeople, stands, to, wait } from './people-stage.ts';
import { retrySucceeds } from './stripe-happenings.ts';
import { customerSays } from './stripe-people.ts';

const ADDRESS = 'ada@shop.example';

it('F2: who was told by an anonymous id is linked by that id, though an older account joined since', () =>
  playPeople(
    [
      to('older', customerSays({ email: ADDRESS })),
      on(1),
      to('one', failsFirst('one')),
      wait(seconds(10)),
      // The one who has a user id takes the other in; what Segment holds of the anonymous one must not stay behind.
      to('one', customerSays({ user: 'ada', email: ADDRESS })),
      stands('ada', { in_dunning: true }),
      isIn('ada', 'dunning_first_failure_standard'),
    ],
    { policy: { emailAlias: true } },
  ));

it('F2: whoever is renamed and takes somebody in at once leaves behind what they were in, and no more', () =>
  playPeople(
    [
      to('one', failsFirst('one'), customerSays({ email: ADDRESS })),
      to('two', customerSays({ user: 'ada' }), failsFirst('two')),
      wait(seconds(10)),
      on(1),
      to('two', retrySucceeds(billOf('two'), { attempt: 2 })),
      wait(seconds(10)),
      isIn('ada', 'dunning_recovered'),
      to('two', customerSays({ user: 'bob', email: ADDRESS })),
      isCleared('ada'),
      isIn('bob', 'dunning_first_failure_standard'),
    ],
    { policy: { emailAlias: true } },
  ));
