import { describe, expect, test } from 'vitest';
import { bill, DOWN, everyDuplicateIsExplained, inOnly, RETRY } from './braze-people.ts';
import { type BrazeStep, check, fault, heals, hears, hearsNothing, holds, playBraze } from './braze-play.ts';
import { day, seconds } from './harness.ts';
import { becomes, on, to, unsent, wait } from './stage.ts';
import type { Happening } from './stripe-happenings.ts';
import { customerIsSaved, customerPays, fails, isSeen } from './stripe-happenings.ts';
import { customerSays } from './stripe-people.ts';

/** What tools hold of people with several accounts, of contacts, and of accounts that change hands. */
/** Her subscription names the user, as does her record. */
const saved: Happening = (account, at) => [
  ...customerIsSaved(account, at),
  ...isSeen(`sub_${account.customer.slice(4)}1`, 'active')(account, at),
];
const FIRST = 'dunning_first_failure_high_value';
const RETRYING = 'dunning_retrying';

const pays = (name: string): BrazeStep => to(name, customerPays(bill(name), { attempt: 2 }));

/** `cus_one` and `cus_two` are Ada's; the first fails now, the second a day later. */
const adaOwesTwice: readonly BrazeStep[] = [
  becomes('one', { userId: 'user_ada' }),
  becomes('two', { userId: 'user_ada' }),
  to('one', customerIsSaved),
  to('two', customerIsSaved),
  to('one', fails(bill('one'), RETRY)),
  wait(seconds(10)),
  hears(['ada', 'dunning_stage_entered', { stage: 'first_failure' }]),
  on(1),
  to('two', fails(bill('two'), { retryAt: day(4) })),
  wait(seconds(10)),
];

describe('a person with two accounts', () => {
  test('is one state in a tool: in dunning until both are paid, exited for each lead', () =>
    playBraze([
      ...adaOwesTwice,
      holds('ada', { in_dunning: true, ...inOnly(FIRST) }),
      on(2),
      pays('one'),
      holds('ada', { in_dunning: true, ...inOnly(FIRST) }),
      check(({ braze }) => {
        const heard = braze.users.events.map(({ name, properties }) => [name, properties.dunning_episode_id]);
        const episodes = new Set(heard.map(([, episode]) => episode));
        expect(episodes.size, 'the lead that ended, and the new one').toBe(2);
        expect(heard.map(([name]) => name)).toEqual([
          'dunning_stage_entered',
          'payment_recovered', // the exit, by its outcome
          'dunning_stage_entered',
        ]);
      }),
      on(3),
      pays('two'),
      holds('ada', { in_dunning: false, next_retry_date: undefined }),
      check(({ braze, canvas }) => {
        expect(braze.users.events.at(-1)?.name).toBe('payment_recovered');
        expect(canvas.waiting()).toEqual([]);
        expect([...braze.users.all.keys()]).toEqual(['user_ada']);
      }),
    ]));

  test('goes on as before when the account that does not lead is paid', () =>
    playBraze([
      ...adaOwesTwice,
      hearsNothing,
      on(2),
      pays('two'),
      hearsNothing,
      holds('ada', { in_dunning: true, ...inOnly(FIRST) }),
      on(3),
      pays('one'),
      hears(['ada', 'payment_recovered']),
      holds('ada', { in_dunning: false }),
    ]));

  test('parts: the one who keeps an account stands by it, the other is entered anew', () =>
    playBraze([
      ...adaOwesTwice,
      on(2),
      becomes('one', { userId: 'user_ben' }),
      to('one', saved),
      wait(seconds(10)),
      holds('ada', { in_dunning: true, ...inOnly(FIRST) }),
      holds('ben', { in_dunning: true, ...inOnly(FIRST) }),
      check(({ braze }) => {
        const of = (user: string) => braze.users.events.filter(({ externalId }) => externalId === user);
        expect(of('user_ben').map(({ name }) => name)).toEqual(['dunning_stage_entered']);
        expect(of('user_ada').map(({ name }) => name)).toEqual([
          'dunning_stage_entered',
          'dunning_exited',
          'dunning_stage_entered',
        ]);
      }),
    ]));
});

describe('an account that nobody is named for', () => {
  test('is absorbed by a person in a tool: one state, and no second entry for what does not lead', () =>
    playBraze([
      to('ada', fails(bill('ada'), RETRY)),
      becomes('two', { userId: undefined }),
      to('two', fails(bill('two'), RETRY)),
      wait(seconds(10)),
      hears(['ada', 'dunning_stage_entered']),
      on(1),
      becomes('two', { userId: 'user_ada' }),
      to('two', customerIsSaved),
      hearsNothing,
      check(({ braze }) => expect([...braze.users.all.keys()]).toEqual(['user_ada'])),
      on(2),
      pays('two'),
      holds('ada', { in_dunning: true }),
    ]));
});

describe('contacts of an account', () => {
  const benIsTold: readonly BrazeStep[] = [
    to('ada', customerSays({ user: 'user_ada', contacts: 'user_ben' }), fails(bill('ada'), RETRY)),
    wait(seconds(10)),
  ];

  test('hold its state in a tool, and are exited with it', () =>
    playBraze([
      ...benIsTold,
      holds('ada', { in_dunning: true, ...inOnly(FIRST) }),
      holds('ben', { in_dunning: true, ...inOnly(FIRST) }),
      on(1),
      pays('ada'),
      holds('ben', { in_dunning: false, next_retry_date: undefined }),
      check(({ braze }) => {
        for (const user of ['user_ada', 'user_ben'])
          expect(braze.users.events.filter(({ externalId }) => externalId === user).map(({ name }) => name)).toEqual([
            'dunning_stage_entered',
            'payment_recovered',
          ]);
      }),
    ]));

  test('are exited and cleared when they are listed no more', () =>
    playBraze([
      ...benIsTold,
      on(1),
      to('ada', customerSays({ user: 'user_ada' })),
      holds('ben', { in_dunning: false, next_retry_date: undefined, ...inOnly() }),
      holds('ada', { in_dunning: true, ...inOnly(FIRST) }),
      check(({ braze }) =>
        expect(braze.users.events.findLast(({ externalId }) => externalId === 'user_ben')?.name).toBe('dunning_exited'),
      ),
    ]));
});

describe('an account that is linked to another while a tool is being told of the old one', () => {
  const oldIsTold: readonly BrazeStep[] = [
    becomes('ada', { userId: 'user_old' }),
    to('ada', fails(bill('ada'), RETRY)),
    wait(seconds(10)),
    hears(['old', 'dunning_stage_entered']),
    on(1),
  ];
  const isNowNew: readonly BrazeStep[] = [becomes('ada', { userId: 'user_new' }), to('ada', saved)];
  const ends: readonly BrazeStep[] = [
    wait(seconds(1)),
    holds('old', { in_dunning: false, next_retry_date: undefined, ...inOnly() }),
    check(({ canvas, braze }) => {
      expect(canvas.waiting().length, 'one flow runs').toBe(1);
      const heard = braze.users.events.filter(({ externalId }) => externalId === 'user_old').map(({ name }) => name);
      expect(heard.filter((name) => name === 'dunning_stage_entered').length).toBeLessThanOrEqual(1);
      expect(heard.at(-1), 'what was entered is exited').toBe('dunning_exited');
    }),
  ];

  test('which is down: the old one is cleared once it is well, whatever waited', () =>
    playBraze([
      ...oldIsTold,
      fault(DOWN),
      to('ada', fails(bill('ada'), { attempt: 2, retryAt: day(5) })),
      wait(seconds(10)),
      ...isNowNew,
      on(1, seconds(60)),
      heals,
      on(2),
      holds('new', { in_dunning: true, ...inOnly(RETRYING) }),
      ...ends,
      everyDuplicateIsExplained,
    ]));

  test('and nothing has left yet: the old one is entered nowhere', () =>
    playBraze([
      becomes('ada', { userId: 'user_old' }),
      unsent('ada', fails(bill('ada'), RETRY)),
      becomes('ada', { userId: 'user_new' }),
      unsent('ada', saved),
      wait(seconds(10)),
      hears(['new', 'dunning_stage_entered']),
      holds('old', { in_dunning: false, next_retry_date: undefined, ...inOnly() }),
      holds('new', { in_dunning: true, ...inOnly(FIRST) }),
    ]));

  test('by a process that dies in the middle of the call', () =>
    playBraze([
      ...oldIsTold,
      becomes('ada', { userId: 'user_new' }),
      unsent('ada', saved),
      async ({ relay, now }) => relay.die(now),
      on(2),
      holds('new', { in_dunning: true, ...inOnly(FIRST) }),
      ...ends,
    ]));

  test('and back: the old one is entered anew, the other cleared', () =>
    playBraze([
      ...oldIsTold,
      ...isNowNew,
      on(2),
      becomes('ada', { userId: 'user_old' }),
      to('ada', saved),
      holds('new', { in_dunning: false, ...inOnly() }),
      holds('old', { in_dunning: true, ...inOnly(FIRST) }),
      on(3),
      pays('ada'),
      holds('old', { in_dunning: false }),
      check(({ canvas }) => expect(canvas.waiting()).toEqual([])),
    ]));
});
