import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { day, hours, seconds } from './harness.ts';
import {
  arrives,
  billOf,
  bothOwe,
  check,
  failsFirst,
  hearsNothing,
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
  to,
  wait,
  whatever,
} from './people-stage.ts';
import { retrySucceeds } from './stripe-happenings.ts';
import { customerSays, subscriptionSays } from './stripe-people.ts';

/** Links that arrive late or out of order, and a relay that is stopped while people are joined and parted. */
const FIRST = 'dunning_first_failure_standard';
const RETRYING = 'dunning_retrying';

describe('links out of order', () => {
  it('end with the newest, whichever arrives last', () =>
    playPeople([
      on(1),
      to('one', failsFirst('one')),
      wait(seconds(10)),
      late('one', day(0, hours(3)), customerSays({ user: 'cleo' })),
      late('one', day(0, hours(1)), customerSays({ user: 'ada' })),
      late('one', day(0, hours(2)), customerSays({ user: 'ben' })),
      owns('cleo', 'one'),
      isUnheardOf('ada'),
      isUnheardOf('ben'),
      isIn('cleo', FIRST),
      whatever,
      late('one', day(0), subscriptionSays('sub_one', 'ada')), // of a stronger place
      isIn('ada', FIRST),
      isCleared('cleo'),
      saysNothing,
    ]));

  it('join and part accounts that owe, and no event is said twice', () =>
    playPeople([
      on(1),
      to('two', customerSays({ user: 'ben' }), failsFirst('two')),
      to('one', failsFirst('one'), customerSays({ user: 'ben' })),
      wait(seconds(10)),
      says(['ben', 'two', 'payment_failed'], ['ben', 'one', 'payment_failed']),
      late('one', day(0), subscriptionSays('sub_one', 'ada')),
      owns('ben', 'two'),
      saysNothing,
      late('two', day(0), subscriptionSays('sub_two', 'ada')),
      owns('ada', 'one', 'two'),
      isCleared('ben'),
      saysNothing,
    ]));
});

describe('a relay that is stopped between a join and the decision after it', () => {
  const story: readonly PeopleStep[] = [
    to('one', customerSays({ user: 'ada' })),
    ...bothOwe,
    whatever,
    on(2),
    arrives('two', customerSays({ user: 'ada' })),
    wait(0),
  ];

  const withFile = async (tell: (file: string) => Promise<void>): Promise<void> => {
    const folder = await mkdtemp(join(tmpdir(), 'recoup-people-'));
    try {
      await tell(join(folder, 'store.db'));
    } finally {
      await rm(folder, { recursive: true });
    }
  };

  it('goes on as if it had not been: both are decided together', () =>
    withFile((file) =>
      playPeople(
        [
          ...story.slice(0, -1),
          check(async (relay, { now }) => {
            await relay.round(now, 1); // the join, of which nothing is said
            await relay.restart();
          }),
          hearsNothing,
          wait(seconds(1)),
          owns('ada', 'one', 'two'),
          isIn('ada', RETRYING),
          saysNothing,
        ],
        { file },
      ),
    ));

  it('after every single decision says and holds the same in the end', async () => {
    const ends: (readonly string[])[] = [];
    const rest: readonly PeopleStep[] = [
      ...story,
      to('one', customerSays({ user: 'ben' })),
      on(4),
      arrives('two', customerSays({ user: 'ben' }), retrySucceeds(billOf('two'), { attempt: 2 })),
      on(5),
      to('one', customerSays({ user: 'ada' })),
      on(20),
      isIn('ada', RETRYING),
      isIn('ben'),
      check(async (relay) => {
        ends.push((await relay.calls()).map(({ call }) => call.messageId).toSorted());
      }),
    ];
    await playPeople(rest);
    await withFile((file) => playPeople(rest, { file, interrupted: true }));
    const events = ends.map((ids) => ids.filter((id) => /payment|subscription|exhausted/.test(id)));
    expect(events[1]).toEqual(events[0]);
  });
});
