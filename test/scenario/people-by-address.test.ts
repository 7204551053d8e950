import { it } from 'vitest';
import { seconds } from './harness.ts';
import { failsFirst, isIn, on, playPeople, stands, to, wait } from './people-stage.ts';
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
