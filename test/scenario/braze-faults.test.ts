import { describe, expect, test } from 'vitest';
import {
  type BrazeStep,
  check,
  fault,
  heals,
  hears,
  holds,
  knowsNothingOf,
  lastEvent,
  on,
  playBraze,
  sleep,
  to,
  unsent,
  wait,
} from './braze-play.ts';
import type { BrazeRelay } from './braze-relay.ts';
import { day, hours, minutes, seconds } from './harness.ts';
import { type Bill, customerPays, fails, retrySucceeds } from './stripe-happenings.ts';

/** What Braze holds and hears when it, or the way to it, is out of order. */

const bill = (name: string, number = 1): Bill => ({
  invoice: `in_${name}${number}`,
  subscription: `sub_${name}${number}`,
  amount: 4_900,
});
const RETRY = { retryAt: day(3) };
const first = { attempt: 1, retryAt: day(3) };

const failsFor = (name: string): BrazeStep => to(name, fails(bill(name), RETRY));
const paysFor = (name: string): BrazeStep => to(name, customerPays(bill(name), first));
/** Everybody's webhooks arrive before anything leaves, so that they share a call. */
const togetherFail = (...names: readonly string[]): readonly BrazeStep[] => [
  ...names.map((name) => unsent(name, fails(bill(name), RETRY))),
  wait(seconds(10)),
];

/** How often each event of a person's episode was recorded, by `user event`. */
const counts = ({ braze }: BrazeRelay): ReadonlyMap<string, number> => {
  const all = new Map<string, number>();
  for (const { externalId, name, properties } of braze.users.events) {
    const key = `${externalId} ${name} ${properties.dunning_episode_id} ${properties.stage ?? ''}`;
    all.set(key, (all.get(key) ?? 0) + 1);
  }
  return all;
};

/** An event stands twice only for somebody whose call was applied without an answer, and once more per such call. */
const everyDuplicateIsExplained = check((relay) => {
  for (const [key, count] of counts(relay)) {
    const [user = ''] = key.split(' ');
    const unsure = relay.braze.faults.log.filter((entry) => entry.unsure && entry.users.includes(user));
    expect(count, `${key}: recorded ${count} times`).toBeLessThanOrEqual(1 + unsure.length);
  }
});

/** Braze holds exactly what it should of everybody. */
const everythingIsRight = (...names: readonly string[]): BrazeStep =>
  check(async ({ braze, toolStates }) => {
    for (const name of names) {
      for (const { userId, desired, status } of await toolStates(`cus_${name}`)) {
        const wanted = Object.fromEntries(Object.entries(desired).filter(([, value]) => value !== null));
        const { dunning_state_version: _, ...held } = braze.users.all.get(userId)?.attributes ?? {};
        const { dunning_state_version: __, ...asked } = wanted;
        expect(held, `${name} in Braze`).toEqual(asked);
        expect(status, name).toBe('settled');
      }
    }
  });

const DOWN = { kind: 'status', status: 503 } as const;

describe('an outage of five hours', () => {
  test('heals to the right state; who paid meanwhile never hears an entry, and no stale flag is ever sent', () =>
    playBraze([
      failsFor('before'),
      wait(seconds(10)),
      on(1),
      fault(DOWN, { from: day(1), until: day(1, hours(5)) }),
      paysFor('before'),
      failsFor('stays'),
      failsFor('pays'),
      on(1, hours(2)),
      paysFor('pays'),
      on(1, hours(6)),
      holds('before', { in_dunning: false, dunning_status: 'recovered', next_retry_date: undefined }),
      holds('stays', { in_dunning: true, dunning_stage: 'first_failure' }),
      check(({ braze, canvas }) => {
        const events = (user: string) =>
          braze.users.events.filter(({ externalId }) => externalId === `user_${user}`).map(({ name }) => name);
        expect(events('before')).toEqual(['dunning_stage_entered', 'payment_recovered']);
        expect(events('stays')).toEqual(['dunning_stage_entered']);
        expect(events('pays')).toEqual([]);
        const flags = braze.users.writes.filter(({ externalId }) => externalId === 'user_pays');
        for (const { attributes } of flags) expect(attributes.in_dunning).not.toBe(true);
        expect(new Set(canvas.messages.map(({ externalId }) => externalId))).toEqual(
          new Set(['user_before', 'user_stays']),
        );
      }),
      everythingIsRight('before', 'stays', 'pays'),
      everyDuplicateIsExplained,
    ]));

  test('those who are to be let go are told first', () =>
    playBraze([
      ...['a', 'b'].map(failsFor),
      wait(seconds(10)),
      on(1),
      fault(DOWN, { until: day(1, hours(1)) }),
      ...['c', 'd', 'e'].map(failsFor),
      wait(seconds(30)),
      paysFor('b'),
      on(1, hours(3)),
      check(({ braze }) => {
        const healed = braze.requests.filter(({ at, status }) => status === 201 && at >= day(1));
        expect(healed[0]?.users[0]).toBe('user_b');
      }),
      everythingIsRight('a', 'b', 'c', 'd', 'e'),
    ]));
});

describe('an answer that asks for patience', () => {
  test('429 with a reset: no call before it, and one soon after', () =>
    playBraze([
      fault({ kind: 'throttled', resetAt: day(0, minutes(7)) }, { calls: 1 }),
      ...togetherFail('ada'),
      on(0, minutes(10)),
      check(({ braze }) => {
        expect(braze.requests.map(({ status }) => status)).toEqual([429, 201]);
        const [, again] = braze.requests;
        expect(again?.at).toBeGreaterThanOrEqual(day(0, minutes(7)));
        expect(again?.at).toBeLessThan(day(0, minutes(8)));
      }),
      hears(['ada', 'dunning_stage_entered']),
      everythingIsRight('ada'),
    ]));

  test('fewer objects than the contract allows: the call is halved until it fits, and nobody is given up', () => {
    const names = Array.from({ length: 20 }, (_, index) => `p${index}`);
    return playBraze(
      [
        ...togetherFail(...names),
        wait(minutes(5)),
        check(async ({ braze, store }) => {
          expect(braze.requests[0]?.status).toBe(400);
          expect(braze.users.all.size).toBe(20);
          expect(await store.deadLetters({ replayed: false, limit: 10 })).toEqual([]);
        }),
        everythingIsRight(...names),
        everyDuplicateIsExplained,
      ],
      { maxObjects: 10 },
    );
  });

  test('413 above a size: smaller calls', () =>
    playBraze([
      fault({ kind: 'status', status: 413 }, { above: 3 }),
      ...togetherFail('a', 'b', 'c', 'd'),
      wait(minutes(5)),
      everythingIsRight('a', 'b', 'c', 'd'),
      check(({ braze }) => expect(braze.users.all.size).toBe(4)),
      everyDuplicateIsExplained,
    ]));
});

describe('an outcome that nobody knows', () => {
  const CUT = { kind: 'silence', applied: true, socket: 'destroyed' } as const;

  test('applied and cut off: state is asserted again, an event stands twice at most', () =>
    playBraze([
      fault(CUT, { calls: 1 }),
      ...togetherFail('ada'),
      wait(minutes(5)),
      everythingIsRight('ada'),
      everyDuplicateIsExplained,
      check(({ braze, canvas }) => {
        expect(braze.users.events.length).toBeGreaterThanOrEqual(1);
        expect(canvas.entries, 'a second entry falls into the re-entry window').toHaveLength(1);
      }),
    ]));

  test('applied, and the socket stays open without an answer', () =>
    playBraze([
      fault({ kind: 'silence', applied: true, socket: 'open' }, { calls: 1 }),
      ...togetherFail('ada'),
      wait(minutes(5)),
      everythingIsRight('ada'),
      everyDuplicateIsExplained,
    ]));

  test('cut off before it was applied: it is told all the same, once', () =>
    playBraze([
      fault({ kind: 'silence', applied: false, socket: 'destroyed' }, { calls: 1 }),
      ...togetherFail('ada'),
      wait(minutes(5)),
      hears(['ada', 'dunning_stage_entered']),
      everythingIsRight('ada'),
    ]));

  test('an entry that may have arrived gets its exit, although nobody saw it arrive', () =>
    playBraze([
      fault(CUT, { calls: 1 }),
      fault(DOWN, { until: day(0, hours(1)) }),
      ...togetherFail('ada'),
      paysFor('ada'),
      on(0, hours(2)),
      check((relay) => {
        expect(lastEvent(relay, 'ada')?.name).toBe('payment_recovered');
        expect(relay.canvas.waiting()).toEqual([]);
      }),
      everythingIsRight('ada'),
      everyDuplicateIsExplained,
    ]));

  test('answered at once and applied later: what is right then is told once', () =>
    playBraze([
      fault({ kind: 'late', calls: null }, { calls: 1 }),
      ...togetherFail('ada'),
      wait(seconds(5)),
      knowsNothingOf('ada'),
      check(({ braze }) => braze.applyLate()),
      wait(minutes(5)),
      everythingIsRight('ada'),
      hears(['ada', 'dunning_stage_entered']),
    ]));

  test('a failure that is applied long after it was cut off does not undo the payment that came between', () =>
    playBraze([
      fault({ kind: 'late', calls: null, socket: 'destroyed' }, { calls: 1 }),
      ...togetherFail('ada'),
      paysFor('ada'),
      wait(seconds(20)),
      holds('ada', { in_dunning: false }),
      check(({ braze }) => braze.applyLate()),
      wait(minutes(5)),
      everythingIsRight('ada'),
      holds('ada', { in_dunning: false }),
      everyDuplicateIsExplained,
    ]));

  test('a failure that overtakes the next call by arriving after it is put right', () =>
    playBraze([
      fault({ kind: 'late', calls: 1, socket: 'destroyed' }, { calls: 1 }),
      ...togetherFail('ada'),
      paysFor('ada'),
      wait(minutes(5)),
      everythingIsRight('ada'),
      holds('ada', { in_dunning: false }),
    ]));

  test.each([
    ['no JSON', '<html>ok</html>', true],
    ['no JSON, and nothing was taken', '<html>ok</html>', false],
    ['empty', '', true],
    ['another shape', '[]', true],
  ])('a 201 whose body says nothing (%s) is not taken for granted', (_, body, applied) =>
    playBraze([
      fault({ kind: 'garbage', applied, body }, { calls: 1 }),
      ...togetherFail('ada'),
      wait(minutes(5)),
      everythingIsRight('ada'),
      everyDuplicateIsExplained,
      check(({ braze }) => expect(braze.users.events.length).toBeGreaterThanOrEqual(1)),
    ]),
  );
});

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
