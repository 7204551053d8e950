import { describe, expect, it } from 'vitest';
import { defineAudiences } from '../../src/audience-kit/audiences.ts';
import type { Audience, Condition, SubjectEvent } from '../../src/audience-kit/condition.ts';
import { evaluate } from '../../src/audience-kit/evaluate.ts';
import {
  absent,
  all,
  any,
  atLeast,
  atMost,
  audience,
  days,
  dueWithin,
  event,
  exactly,
  exists,
  hours,
  inAudience,
  is,
  isNot,
  lessThan,
  minutes,
  moreThan,
  never,
  newerThan,
  noneOf,
  not,
  olderThan,
  oneOf,
  trait,
} from '../../src/audience-kit/index.ts';
import { findMemberships } from '../../src/audience-kit/membership.ts';
import { instant } from '../../src/domain/instant.ts';
import { failedAt, HEALTHY, subjectOf } from './audience-subjects.ts';

const NOW = instant(Date.UTC(2026, 2, 10));
const NONE = defineAudiences([]);
const defined = (when: Condition, more: Partial<Audience> = {}): Audience =>
  audience({ key: 'some_people', description: 'Some.', messaging: false, when, ...more });
const retrying = trait('dunning_stage', is('retrying'));

describe('constructors', () => {
  it('yield plain data that nothing can change', () => {
    const one = defined(
      any(event('payment_failed', { where: { decline_type: oneOf('soft', 'hard') }, within: days(2) }), not(retrying)),
    );
    const within = (value: unknown): readonly unknown[] =>
      typeof value === 'object' && value !== null ? [value, ...Object.values(value).flatMap(within)] : [];
    expect(within(one).filter((part) => !Object.isFrozen(part))).toEqual([]);
    expect(JSON.parse(JSON.stringify(one))).toEqual(one);
  });

  it('do not freeze or share what an author hands in', () => {
    const where = { decline_type: is('soft') };
    const node = event('payment_failed', { where });
    expect(Object.isFrozen(where)).toBe(false);
    where.decline_type = is('soft');
    expect(node).toMatchObject({ where: { decline_type: { test: 'is', value: 'soft' } } });
  });

  it.each([
    [undefined, { least: 1, most: null }],
    [atLeast(3), { least: 3, most: null }],
    [atMost(2), { least: 0, most: 2 }],
    [exactly(2), { least: 2, most: 2 }],
    [never(), { least: 0, most: 0 }],
  ])('an event happens %o: %o', (times, expected) => {
    expect(event('payment_failed', times === undefined ? {} : { times })).toMatchObject({
      withinMs: null,
      times: expected,
    });
  });

  it('count minutes, hours and days in milliseconds', () => {
    expect([minutes(1.5), hours(2), days(3)].map(({ ms }) => ms)).toEqual([90_000, 7_200_000, 259_200_000]);
  });

  it('put "not suppressed" first into what drives messages', () => {
    const suppressed = { node: 'trait', trait: 'dunning_suppressed', test: { test: 'is', value: false } };
    expect(defined(retrying, { messaging: true }).when).toEqual({ node: 'all', of: [suppressed, retrying] });
    expect(defined(any(retrying), { messaging: true }).when).toMatchObject({ of: [suppressed, { node: 'any' }] });
    expect(defined(all(retrying, retrying), { messaging: true }).when).toMatchObject({
      of: [suppressed, retrying, retrying],
    });
    expect(defined(retrying).when).toEqual(retrying);
  });

  it('announce changes of a definition only if it asks', () => {
    expect(defined(retrying).announceDefinitionChanges).toBe(false);
    expect(defined(retrying, { announceDefinitionChanges: true }).announceDefinitionChanges).toBe(true);
  });
});

it('what the tracking plan does not know does not compile', () => {
  const wrong: readonly (() => unknown)[] = [
    // @ts-expect-error: no such trait
    () => trait('shoe_size', is(3)),
    // @ts-expect-error: not a stage
    () => trait('dunning_stage', is('lazy')),
    // @ts-expect-error: one of these is not a stage
    () => trait('dunning_stage', oneOf('retrying', 'lazy')),
    // @ts-expect-error: text is no boolean
    () => trait('in_dunning', is('true')),
    // @ts-expect-error: a number is no text
    () => trait('plan_id', isNot(3)),
    // @ts-expect-error: text has no size
    () => trait('plan_id', atLeast(3)),
    // @ts-expect-error: a plan has no age
    () => trait('plan_id', olderThan(days(1))),
    // @ts-expect-error: a number is no duration
    () => trait('first_failed_at', olderThan(30)),
    // @ts-expect-error: no such event
    () => event('payment_lost'),
    // @ts-expect-error: not a property of this event
    () => event('payment_retried', { where: { decline_type: is('soft') } }),
    // @ts-expect-error: not a decline type
    () => event('payment_failed', { where: { decline_type: noneOf('mild') } }),
    // @ts-expect-error: an amount has no age
    () => event('payment_failed', { where: { amount: newerThan(days(1)) } }),
    // @ts-expect-error: a number is no duration
    () => event('payment_failed', { within: 90 }),
    // @ts-expect-error: a count is not another test
    () => event('payment_failed', { times: exists() }),
    // @ts-expect-error: the two audience events are not of the person's story
    () => event('Audience Entered'),
  ];
  const right: readonly Condition[] = [
    trait('dunning_amount_due', moreThan(5)),
    trait('dunning_failure_class', isNot('other')),
    trait('first_failed_at', newerThan(hours(1))),
    trait('next_retry_date', dueWithin(minutes(5))),
    trait('next_retry_status', oneOf('none', 'blocked')),
    trait('plan_id', absent()),
    event('payment_failed', { where: { amount: lessThan(5), first_failed_at: olderThan(days(3)), plan_id: exists() } }),
    event('payment_recovered', { where: { late: is(true) }, times: never() }),
  ];
  expect([wrong.length, right.length]).toEqual([15, 8]);
});

describe('a wrong definition stops the start with an error that names the audience', () => {
  it.each<[string, Partial<Audience>, string]>([
    [
      'a key that is no snake_case',
      { key: 'Dunning-Retrying' },
      'Audience Dunning-Retrying: write its key in snake_case',
    ],
    ['a key that is too long', { key: 'a'.repeat(61) }, `Audience ${'a'.repeat(61)}: its key has 61 characters`],
    ['a key that is a trait', { key: 'plan_id' }, 'Audience plan_id: choose another key, plan_id is a user trait'],
    [
      'a key whose attribute is a trait',
      { key: 'dunning' },
      'Audience dunning: choose another key, in_dunning is a user',
    ],
    ['a key that the events need', { key: 'effective_at' }, 'Audience effective_at: choose another key'],
    ['no description', { description: ' ' }, 'Audience some_people: describe it'],
    ['all of nothing', { when: not(all()) }, 'Audience some_people: all() needs at least one condition'],
    ['any of nothing', { when: all(retrying, any()) }, 'Audience some_people: any() needs at least one condition'],
    [
      'a window of nothing',
      { when: event('payment_failed', { within: days(0) }) },
      'some_people: payment_failed: a duration',
    ],
    [
      'an age before birth',
      { when: trait('first_failed_at', olderThan(days(-1))) },
      'some_people: first_failed_at: a dur',
    ],
    [
      'a part of a millisecond',
      { when: trait('first_failed_at', newerThan(minutes(1e-6))) },
      'first_failed_at: a duration',
    ],
    ['more than a century', { when: trait('first_failed_at', dueWithin(days(36_501))) }, 'first_failed_at: a duration'],
    [
      'a part of a time',
      { when: event('payment_failed', { times: atLeast(1.5) }) },
      'payment_failed: times must be a whole',
    ],
    [
      'less than no times',
      { when: event('payment_failed', { times: atMost(-1) }) },
      'payment_failed: times must be a whole',
    ],
    [
      'what is always true',
      { when: event('payment_failed', { times: atLeast(0) }) },
      'payment_failed: at least 0 times',
    ],
    [
      'a number that JSON loses',
      { when: trait('dunning_amount_due', lessThan(Infinity)) },
      'dunning_amount_due: compare with',
    ],
    ['one of nothing', { when: trait('plan_id', oneOf()) }, 'Audience some_people: plan_id: name at least one value'],
    [
      'a wrong test of a property',
      { when: any(event('payment_failed', { where: { amount: noneOf(Number.NaN) } })) },
      'Audience some_people: payment_failed: amount: compare with a finite number',
    ],
  ])('%s', (_what, more, message) => {
    expect(() => defined(retrying, more)).toThrow(message);
  });

  it('a key of 60 characters, a window of a century and a millisecond are fine', () => {
    const when = all(event('payment_failed', { within: days(36_500) }), trait('first_failed_at', olderThan({ ms: 1 })));
    expect(defined(when, { key: 'a'.repeat(60) }).key).toHaveLength(60);
  });

  it('a key twice', () => {
    expect(() => defineAudiences([defined(retrying), defined(retrying)])).toThrow(
      'Audience some_people: defined twice',
    );
  });

  it('an audience that is not there, or that depends on itself, however far around', () => {
    const asking = (key: string, other: string): Audience => defined(any(not(inAudience(other))), { key });
    expect(() => defineAudiences([asking('a', 'z')])).toThrow("Audience a: inAudience('z') names no audience");
    expect(() => defineAudiences([asking('a', 'a')])).toThrow('Audience a: depends on itself (a -> a)');
    expect(() => defineAudiences([asking('a', 'b'), asking('b', 'c'), asking('c', 'b')])).toThrow(
      'Audience b: depends on itself (a -> b -> c -> b)',
    );
    expect(defineAudiences([asking('a', 'b'), defined(retrying, { key: 'b' })]).byKey.size).toBe(2);
  });
});

describe('memberships', () => {
  const failing = defined(event('payment_failed', { within: days(1) }), { key: 'failing' });
  const calm = defined(not(inAudience('failing')), { key: 'calm', messaging: true });
  const audiences = defineAudiences([failing, calm]);

  it('are sorted by key, and last until the first of them changes', () => {
    const person = subjectOf(HEALTHY, [failedAt(NOW - 1_000), failedAt(NOW - 5_000)]);
    const until = instant(NOW - 1_000 + days(1).ms);
    expect(findMemberships(audiences, person, NOW)).toEqual({ members: ['failing'], until });
    expect(findMemberships(audiences, person, until)).toEqual({ members: ['calm'], until: null });
    const both = defineAudiences([defined(retrying, { key: 'z' }), defined(retrying, { key: 'b' })]);
    const traits = { ...HEALTHY, dunning_stage: 'retrying' as const };
    expect(findMemberships(both, subjectOf(traits), NOW).members).toEqual(['b', 'z']);
  });

  it('of another audience are as it is in force: nobody suppressed is in one that drives messages', () => {
    const asks = defineAudiences([...audiences.all, defined(inAudience('calm'), { key: 'asks' })]);
    const suppressed = subjectOf({ ...HEALTHY, dunning_suppressed: true });
    expect(findMemberships(asks, subjectOf(HEALTHY), NOW).members).toEqual(['asks', 'calm']);
    expect(findMemberships(asks, suppressed, NOW).members).toEqual([]);
  });

  it('cannot be asked of an audience that is not there', () => {
    expect(() => evaluate(inAudience('calm'), subjectOf(HEALTHY), NOW, NONE)).toThrow('Audience calm: is not defined');
  });
});

describe('evaluation', () => {
  it('asks for the properties of an event only if they can matter', () => {
    let asked = 0;
    const counted = (at: number): SubjectEvent =>
      failedAt(at, {
        get decline_type(): 'soft' {
          asked += 1;
          return 'soft';
        },
      });
    const person = subjectOf(HEALTHY, [counted(NOW - days(3).ms), counted(NOW - 1)]);
    evaluate(event('payment_failed', { within: days(1) }), person, NOW, NONE);
    expect(asked).toBe(0);
    evaluate(event('payment_failed', { within: days(1), where: { decline_type: is('soft') } }), person, NOW, NONE);
    expect(asked).toBe(1);
  });

  it('takes a story of thousands of events without going over it again and again', () => {
    let looks = 0;
    const watched = (at: number): SubjectEvent => {
      const event = failedAt(at);
      return Object.defineProperty({ ...event }, 'at', {
        get: () => {
          looks += 1;
          return at;
        },
      });
    };
    const many = Array.from({ length: 20_000 }, (_, index) => watched(NOW - 20_000 + ((index * 7_919) % 40_000)));
    const busy = event('payment_failed', { within: { ms: 3 }, times: exactly(2) });
    evaluate(all(busy, not(busy), any(busy, retrying)), subjectOf(HEALTHY, many), NOW, NONE);
    // One sort for each of three leaves is about 2 n log2 n looks; a look at every event for every change is 10^9.
    expect(looks).toBeLessThan(20_000 * 200);
  });
});
