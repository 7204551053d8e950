import { describe, expect, test } from 'vitest';
import {
  bill,
  DOWN,
  everyDuplicateIsExplained,
  everythingIsRight,
  failsFor,
  first,
  paysFor,
  RETRY,
  togetherFail,
} from './braze-people.ts';
import {
  type BrazeStep,
  check,
  fault,
  heals,
  hears,
  holds,
  knowsNothingOf,
  lastEvent,
  playBraze,
  sleep,
} from './braze-play.ts';
import { hours, minutes } from './harness.ts';
import { on, to, unsent, wait } from './stage.ts';
import { customerPays, fails, retrySucceeds } from './stripe-happenings.ts';

/** What Braze refuses, and what happens while a call is under way. */

describe('a relay that dies while its call is under way', () => {
  const dies: BrazeStep = ({ relay, now }) => relay.die(now);

  test('the entry had arrived: the payment that comes before the next start is followed by the exit', () =>
    playBraze([
      unsent('ada', fails(bill('ada'), RETRY)),
      fault({ kind: 'silence', applied: true, socket: 'open' }, { calls: 1 }),
      dies,
      unsent('ada', customerPays(bill('ada'), first)),
      wait(minutes(5)),
      check((relay) => {
        expect(lastEvent(relay, 'ada')?.name).toBe('payment_recovered');
        expect(relay.canvas.waiting()).toEqual([]);
      }),
      holds('ada', { in_dunning: false, next_retry_date: undefined }),
      everythingIsRight('ada'),
      everyDuplicateIsExplained,
    ]));

  test('the exit had not arrived: it goes out after the next start', () =>
    playBraze([
      failsFor('ada'),
      hears(['ada', 'dunning_stage_entered']),
      wait(minutes(1)),
      unsent('ada', customerPays(bill('ada'), first)),
      fault({ kind: 'silence', applied: false, socket: 'open' }, { calls: 1 }),
      dies,
      wait(minutes(5)),
      hears(['ada', 'payment_recovered']),
      holds('ada', { in_dunning: false, next_retry_date: undefined }),
      everythingIsRight('ada'),
    ]));
});

describe('records that Braze will not take', () => {
  const isDead = (...names: readonly string[]): BrazeStep =>
    check(async ({ store }) => {
      const dead = await store.deadLetters({ replayed: false, limit: 10 });
      expect(dead.map(({ kind, subject }) => [kind, subject])).toEqual(
        names.map((name) => ['tool', `braze user_${name}`]),
      );
      for (const { amountMinor, currency } of dead) expect([amountMinor, currency]).toEqual([4_900, 'USD']);
    });

  test('refused one by one: the others are there, the refused is a dead letter with the money at stake', () =>
    playBraze([
      fault({ kind: 'partial', users: ['user_bad'] }, { holding: 'user_bad' }),
      ...togetherFail('a', 'bad', 'c'),
      wait(minutes(5)),
      everythingIsRight('a', 'c'),
      knowsNothingOf('bad'),
      isDead('bad'),
      everyDuplicateIsExplained,
    ]));

  test('errors without a place: nobody is taken for delivered on trust', () =>
    playBraze([
      fault({ kind: 'partial', users: ['user_bad'], unplaced: true }, { holding: 'user_bad', calls: 1 }),
      ...togetherFail('a', 'bad', 'c'),
      wait(minutes(10)),
      everythingIsRight('a', 'bad', 'c'),
    ]));

  test('one guilty record that fails every call it is in stands alone in the end, and the others are told', () =>
    playBraze([
      fault({ kind: 'status', status: 400, message: 'fatal' }, { holding: 'user_bad' }),
      ...togetherFail('a', 'b', 'bad', 'd', 'e', 'f', 'g'),
      wait(minutes(5)),
      everythingIsRight('a', 'b', 'd', 'e', 'f', 'g'),
      knowsNothingOf('bad'),
      isDead('bad'),
      everyDuplicateIsExplained,
    ]));

  test('what was refused goes out again when it changes', () =>
    playBraze([
      fault({ kind: 'status', status: 400, message: 'fatal' }, { holding: 'user_bad' }),
      ...togetherFail('bad'),
      isDead('bad'),
      heals,
      on(3),
      to('bad', retrySucceeds(bill('bad'), { attempt: 2 })),
      holds('bad', { in_dunning: false }),
      everythingIsRight('bad'),
    ]));
});

describe('Braze refuses us', () => {
  test('its key is refused: Braze alone stops, Segment hears everything, and nothing is lost when it is mended', () =>
    playBraze([
      fault({ kind: 'status', status: 401 }),
      ...togetherFail('a', 'b'),
      check(({ segment }) => {
        const failed = [...segment.messages.values()].filter(({ event }) => event === 'payment_failed');
        expect(failed).toHaveLength(2);
      }),
      wait(minutes(5)),
      sleep(5),
      paysFor('b'),
      wait(minutes(5)),
      check(async ({ braze, store }) => {
        expect(braze.users.all.size).toBe(0);
        expect(await store.deadLetters({ replayed: false, limit: 10 })).toEqual([]);
      }),
      heals,
      wait(minutes(2)),
      holds('a', { in_dunning: true }),
      everythingIsRight('a', 'b'),
      hears(['a', 'dunning_stage_entered']),
    ]));

  test('after 96 hours without success what waits is a dead letter, and goes out again when it changes', () =>
    playBraze([
      fault(DOWN),
      ...togetherFail('ada'),
      wait(minutes(30)),
      sleep(3.9),
      wait(minutes(30)),
      check(async ({ store }) => expect(await store.deadLetters({ replayed: false, limit: 10 })).toEqual([])),
      sleep(4.1),
      wait(minutes(30)),
      check(async ({ store }) => expect(await store.deadLetters({ replayed: false, limit: 10 })).toHaveLength(1)),
      heals,
      paysFor('ada'),
      wait(hours(2)),
      holds('ada', { in_dunning: false }),
      everythingIsRight('ada'),
    ]));
});

describe('what happens while a call is under way', () => {
  test('a payment that is decided while the entry travels goes out right behind it', () =>
    playBraze([
      unsent('ada', fails(bill('ada'), RETRY)),
      fault({ kind: 'slow', ms: 100 }, { calls: 1 }),
      async ({ relay, now }) => {
        const travelling = relay.settle(now);
        while (relay.braze.requests.length === 0) await new Promise((resolve) => setImmediate(resolve));
        const paid = customerPays(bill('ada'), first)(
          {
            shape: 'basil',
            livemode: true,
            customer: 'cus_ada',
            userId: 'user_ada',
            planId: 'pro',
            priceId: 'price_pro',
          },
          now,
        );
        await relay.take(
          paid.map((event) => JSON.stringify(event)),
          now,
        );
        await travelling;
      },
      // Calls are paced: ten milliseconds apart.
      wait(10),
      hears(['ada', 'dunning_stage_entered'], ['ada', 'payment_recovered']),
      holds('ada', { in_dunning: false, next_retry_date: undefined }),
      everythingIsRight('ada'),
    ]));
});
