import { describe, expect, it } from 'vitest';
import { isMembership } from '../../src/pipeline/transitions.ts';
import { STRIPE_SHAPES } from '../../src/simulate/stripe-events.ts';
import { day, seconds } from './harness.ts';
import {
  becomes,
  billOf,
  check,
  failsFirst,
  hearsNothing,
  isCleared,
  isIn,
  isUnheardOf,
  on,
  owns,
  type PeopleStep,
  playPeople,
  says,
  stands,
  to,
  wait,
  whatever,
} from './people-stage.ts';
import { fails, isPaidFirstTime, retrySucceeds } from './stripe-happenings.ts';
import { customerSays } from './stripe-people.ts';

/** One person with several accounts: one profile, and each account's own events (F1, F2, C5). */
const adaOwnsBoth: readonly PeopleStep[] = [
  to('one', customerSays({ user: 'ada' })),
  to('two', customerSays({ user: 'ada' })),
  owns('ada', 'one', 'two'),
];
const FIRST = 'dunning_first_failure_standard';

/** Both fail at once, the second a day after the first. */
const bothFail: readonly PeopleStep[] = [
  ...adaOwnsBoth,
  to('one', failsFirst('one')),
  wait(seconds(10)),
  on(1),
  to('two', fails(billOf('two'), { retryAt: day(4) })),
  wait(seconds(10)),
];

describe.each(STRIPE_SHAPES)('two accounts that name one user, %s payloads', (shape) => {
  it('are one person: one identify at a time, a group for each account, every event of its own account', () =>
    playPeople(
      [
        ...adaOwnsBoth,
        hearsNothing,
        to('one', failsFirst('one')),
        wait(seconds(10)),
        says(['ada', 'one', 'payment_failed', { attempt_number: 1 }]),
        isIn('ada', FIRST),
        on(1),
        to('two', fails(billOf('two'), { retryAt: day(4) })),
        wait(seconds(10)),
        says(['ada', 'two', 'payment_failed', { attempt_number: 1, account_id: 'cus_two' }]),
        stands('ada', { total_failed_payments_90d: 2, lifetime_failed_payments: 2 }),
        on(3),
        to('one', retrySucceeds(billOf('one'), { attempt: 2 })),
        says(['ada', 'one', 'payment_retried'], ['ada', 'one', 'payment_recovered']),
        stands('ada', { in_dunning: true, lifetime_recovered_payments: 1 }),
        on(4),
        to('two', retrySucceeds(billOf('two'), { attempt: 2 })),
        says(['ada', 'two', 'payment_retried'], ['ada', 'two', 'payment_recovered']),
        stands('ada', { in_dunning: false, dunning_stage: 'recovered', lifetime_recovered_payments: 2 }),
        isIn('ada', 'dunning_recovered'),
      ],
      { shape },
    ));
});

describe('a person with two accounts', () => {
  it('is spoken of by the lead episode: the highest stage first, then the earliest failure (C5)', () =>
    playPeople([
      ...bothFail,
      stands('ada', { dunning_stage: 'first_failure', first_failed_at: new Date(day(0)).toISOString() }),
      on(2),
      to('two', fails(billOf('two'), { attempt: 2, retryAt: day(6) })),
      wait(seconds(10)),
      stands('ada', { dunning_stage: 'retrying', first_failed_at: new Date(day(1)).toISOString() }),
      isIn('ada', 'dunning_retrying'),
    ]));

  it('stays in dunning when one account pays while the other owes, and nothing more is said at the end of that (C5)', () =>
    playPeople([
      ...bothFail,
      on(2),
      to('two', fails(billOf('two'), { attempt: 2, retryAt: day(6) })),
      wait(seconds(10)),
      whatever,
      on(3),
      to('two', retrySucceeds(billOf('two'), { attempt: 3 })),
      stands('ada', { in_dunning: true, dunning_stage: 'first_failure', dunning_attempt_number: 1 }),
      isIn('ada', FIRST),
      check(async (relay) => {
        const told = (await relay.calls()).map(({ call }) => call).filter((call) => call.type === 'identify');
        const inDunning = told.filter((call) => !isMembership(call)).map(({ traits }) => traits?.in_dunning);
        expect(inDunning.indexOf(false), 'never told to be out of it').toBe(-1);
      }),
    ]));

  it('has a group for each account, which only its own changes tell anew', () =>
    playPeople([
      ...adaOwnsBoth,
      to('one', failsFirst('one')),
      wait(seconds(10)),
      check(async (relay) => {
        const groups = (await relay.calls()).map(({ call }) => call).filter(({ type }) => type === 'group');
        expect(new Set(groups.map(({ groupId, userId }) => `${userId} ${groupId}`))).toEqual(
          new Set(['ada cus_one', 'ada cus_two']),
        );
      }),
      whatever,
      on(3),
      to('one', retrySucceeds(billOf('one'), { attempt: 2 })),
      check(async (relay, stage) => {
        const news = (await relay.calls()).slice(stage.told).map(({ call }) => call);
        expect(news.filter(({ type }) => type === 'group').map(({ groupId }) => groupId)).not.toContain('cus_two');
      }),
    ]));

  it('is not made of accounts of live and of test mode (A5)', () =>
    playPeople([
      becomes('two', { livemode: false }),
      to('one', customerSays({ user: 'ada' }), failsFirst('one')),
      to('two', customerSays({ user: 'ada' }), failsFirst('two')),
      wait(seconds(10)),
      check(async (relay) => {
        const profiles = await relay.profiles('ada');
        expect(profiles.map(({ mode, accounts }) => [mode, accounts.length])).toEqual([
          ['live', 1],
          ['test', 1],
        ]);
        const said = (await relay.calls()).map(({ call, channel }) => [channel, call.context.groupId]);
        expect(said).not.toContainEqual(['segment', 'cus_two']);
        expect(said).not.toContainEqual(['recorder', 'cus_one']);
      }),
    ]));

  it('is one person over the accounts that merchants connect, where one customer id is two accounts', () =>
    playPeople([
      becomes('shop', { customer: 'cus_same', merchant: 'acct_shop' }),
      becomes('cafe', { customer: 'cus_same', merchant: 'acct_cafe' }),
      to('shop', customerSays({ user: 'ada' }), failsFirst('shop')),
      to('cafe', customerSays({ user: 'ada' }), failsFirst('cafe')),
      wait(seconds(10)),
      check(async (relay) => {
        const [ada, ...others] = await relay.profiles('ada');
        expect(others).toEqual([]);
        expect(ada?.accounts.map(({ customer }) => [customer.merchant, customer.customer])).toEqual([
          ['acct_shop', 'cus_same'],
          ['acct_cafe', 'cus_same'],
        ]);
      }),
      says(['ada', 'same', 'payment_failed'], ['ada', 'same', 'payment_failed']),
      stands('ada', { lifetime_failed_payments: 2 }),
      on(3),
      to('shop', retrySucceeds(billOf('shop'), { attempt: 2 })),
      says(['ada', 'same', 'payment_retried'], ['ada', 'same', 'payment_recovered']),
      stands('ada', { in_dunning: true }),
      to('cafe', customerSays({ user: 'ada' })),
      hearsNothing, // neither account is told anew as the other stands
      on(4),
      to('cafe', customerSays({ user: 'ben' })),
      owns('ada', 'same'),
      owns('ben', 'same'),
      stands('ada', { in_dunning: false, lifetime_failed_payments: 1 }),
      stands('ben', { in_dunning: true, lifetime_failed_payments: 1 }),
    ]));
});

describe('accounts that share an email address', () => {
  const SHARED = 'billing@shop.example';
  const shares: readonly PeopleStep[] = [
    to('one', customerSays({ user: 'ada', email: SHARED }), failsFirst('one')),
    to('two', customerSays({ email: SHARED }), failsFirst('two')),
    wait(seconds(10)),
  ];

  it('are different people, unless the policy asks for more', () =>
    playPeople([
      ...shares,
      owns('ada', 'one'),
      owns('cus_two', 'two'),
      stands('ada', { lifetime_failed_payments: 1 }),
    ]));

  it('are one person where the policy says so, and only those whom no user id is named for', () =>
    playPeople(
      [
        ...shares,
        owns('ada', 'one', 'two'),
        stands('ada', { lifetime_failed_payments: 2 }),
        to('three', customerSays({ user: 'ben', email: SHARED }), failsFirst('three')),
        wait(seconds(10)),
        owns('ada', 'one', 'two'),
        owns('ben', 'three'),
        on(1),
        to('two', customerSays({ user: 'ben', email: SHARED })),
        owns('ada', 'one'),
        owns('ben', 'two', 'three'),
        stands('ben', { lifetime_failed_payments: 2 }),
      ],
      { policy: { emailAlias: true } },
    ));

  it('join two whom nobody is named for, and both go to the user that one of them names later', () =>
    playPeople(
      [
        to('one', customerSays({ email: SHARED }), failsFirst('one')),
        to('two', customerSays({ email: SHARED }), failsFirst('two')),
        wait(seconds(10)),
        owns('cus_one', 'one', 'two'),
        on(1),
        to('two', customerSays({ user: 'ada', email: SHARED })),
        owns('ada', 'one', 'two'),
        isIn('ada', FIRST),
      ],
      { policy: { emailAlias: true } },
    ));
});

describe('an account that never failed', () => {
  it('of somebody who did is told of with the person, and of nobody else', () =>
    playPeople([
      to('one', customerSays({ user: 'ada' }), failsFirst('one')),
      to('two', customerSays({ user: 'ada' }), isPaidFirstTime(billOf('two'))),
      to('three', customerSays({ user: 'ben' }), isPaidFirstTime(billOf('three'))),
      wait(seconds(10)),
      says(['ada', 'one', 'payment_failed']),
      isUnheardOf('ben'),
      on(1),
      to('two', customerSays({ user: 'ben' })),
      hearsNothing, // nothing of ada changed by it
      isUnheardOf('ben'),
      on(2),
      to('one', customerSays({ user: 'ben' })),
      whatever,
      isCleared('ada'),
      isIn('ben', FIRST),
    ]));
});
