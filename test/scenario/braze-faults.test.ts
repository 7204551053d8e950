import { describe, expect, test } from 'vitest';
import { DOWN, everyDuplicateIsExplained, everythingIsRight, failsFor, paysFor, togetherFail } from './braze-people.ts';
import { check, fault, hears, holds, knowsNothingOf, lastEvent, playBraze } from './braze-play.ts';
import { day, hours, minutes, seconds } from './harness.ts';
import { on, wait } from './stage.ts';

/** What Braze holds and hears when it, or the way to it, is out of order. */

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
        expect(new Set(canvas.messages.map(({ userId }) => userId))).toEqual(new Set(['user_before', 'user_stays']));
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
    playBraze(
      [
        // The first call of a process is slow: it must not be the one that runs into the time limit.
        failsFor('warm'),
        wait(minutes(1)),
        fault({ kind: 'silence', applied: true, socket: 'open' }, { calls: 1 }),
        ...togetherFail('ada'),
        wait(minutes(5)),
        everythingIsRight('ada'),
        check(({ braze }) => {
          expect(braze.faults.log).toHaveLength(1);
          expect(braze.requests.length).toBeGreaterThan(2);
        }),
      ],
      { timeoutMs: 2_000 },
    ));

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
