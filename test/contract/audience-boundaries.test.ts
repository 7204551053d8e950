import { describe, expect, it } from 'vitest';
import { defineAudiences } from '../../src/audience-kit/audiences.ts';
import type { Condition, Verdict } from '../../src/audience-kit/condition.ts';
import { evaluate } from '../../src/audience-kit/evaluate.ts';
import {
  absent,
  all,
  any,
  atLeast,
  atMost,
  days,
  dueWithin,
  event,
  exactly,
  exists,
  lessThan,
  moreThan,
  newerThan,
  not,
  olderThan,
  trait,
} from '../../src/audience-kit/index.ts';
import { instant } from '../../src/domain/instant.ts';
import type { UserTraits } from '../../src/generated/tracking-plan.ts';
import { failedAt, HEALTHY, iso, subjectOf } from './audience-subjects.ts';

/** What the language says at the very value and the very millisecond at which an answer turns. */
const T = Date.UTC(2026, 2, 10);
const DAY = days(1).ms;
const NONE = defineAudiences([]);

const verdictOf = (when: Condition, at: number, traits: Partial<UserTraits> = {}, failures: readonly number[] = []) =>
  evaluate(
    when,
    subjectOf(
      { ...HEALTHY, ...traits },
      failures.map((each) => failedAt(each)),
    ),
    instant(at),
    NONE,
  );
const ALWAYS: Verdict = { holds: true, until: null };
const NEVER: Verdict = { holds: false, until: null };

describe('a number', () => {
  const owes = (dunning_amount_due: number | null) => ({ dunning_amount_due });
  it.each([
    ['more than 2', moreThan(2), [false, false, true]],
    ['at least 2', atLeast(2), [false, true, true]],
    ['less than 2', lessThan(2), [true, false, false]],
    ['at most 2', atMost(2), [true, true, false]],
  ] as const)('is %s, of 1, 2 and 3, for these alone; one that is not known is neither', (_name, test, expected) => {
    const when = trait('dunning_amount_due', test);
    expect([1, 2, 3].map((amount) => verdictOf(when, T, owes(amount)).holds)).toEqual(expected);
    expect(verdictOf(when, T, owes(null))).toEqual(NEVER);
  });

  it.each([
    ['more_than', '3'],
    ['at_least', '3'],
    ['less_than', '1'],
    ['at_most', '1'],
  ] as const)('is asked for by %s: text that reads like one does not pass', (test, text) => {
    const when: Condition = { node: 'trait', trait: 'plan_id', test: { test, value: 2 } };
    expect(verdictOf(when, T, { plan_id: text })).toEqual(NEVER);
  });
});

describe('a value', () => {
  it('is there or is not, never both, for ever', () => {
    for (const [plan_id, known] of [
      ['pro', true],
      [null, false],
    ] as const) {
      expect(verdictOf(trait('plan_id', exists()), T, { plan_id })).toEqual(known ? ALWAYS : NEVER);
      expect(verdictOf(trait('plan_id', absent()), T, { plan_id })).toEqual(known ? NEVER : ALWAYS);
    }
  });

  it('that an event does not have at all is not there', () => {
    const where = { never_planned: { test: 'absent' } } as const;
    const when: Condition = {
      node: 'event',
      event: 'payment_failed',
      where,
      withinMs: null,
      times: { least: 1, most: null },
    };
    expect(verdictOf(when, T, {}, [T])).toEqual(ALWAYS);
    const is = { ...when, where: { never_planned: { test: 'is', value: 'x' } } } as const;
    expect(verdictOf(is, T, {}, [T])).toEqual(NEVER);
  });
});

describe('an age turns at the very millisecond', () => {
  const since = { first_failed_at: iso(T) };
  it.each<[string, Condition, readonly (readonly [number, Verdict])[]]>([
    [
      'older than a day',
      trait('first_failed_at', olderThan(days(1))),
      [
        [DAY - 1, { holds: false, until: T + DAY }],
        [DAY, ALWAYS],
      ],
    ],
    [
      'newer than a day',
      trait('first_failed_at', newerThan(days(1))),
      [
        [-1, { holds: false, until: T }],
        [0, { holds: true, until: T + DAY }],
        [DAY - 1, { holds: true, until: T + DAY }],
        [DAY, NEVER],
      ],
    ],
    [
      'due within a day',
      trait('first_failed_at', dueWithin(days(1))),
      [
        [-DAY - 1, { holds: false, until: T - DAY }],
        [-DAY, { holds: true, until: T }],
        [-1, { holds: true, until: T }],
        [0, NEVER],
      ],
    ],
  ])('%s', (_name, when, expected) => {
    for (const [offset, verdict] of expected) expect(verdictOf(when, T + offset, since), `${offset}`).toEqual(verdict);
  });

  it.each([
    ['a date without a time', '2026-03-10'],
    ['a time without a zone', '2026-03-10T00:00:00'],
    ['a time in another zone', '2026-03-10T00:00:00+01:00'],
    ['a day that no month has', '2026-02-30T00:00:00Z'],
    ['an hour that no day has', '2026-03-10T25:00:00Z'],
    ['text behind it', '2026-03-10T00:00:00Zulu'],
    ['text before it', ' 2026-03-10T00:00:00Z'],
  ])('%s is no instant and has no age', (_name, text) => {
    expect(verdictOf(trait('first_failed_at', olderThan(days(1))), T + 9 * DAY, { first_failed_at: text })).toEqual(
      NEVER,
    );
  });

  it.each(['2026-03-10T00:00:00Z', '2026-03-10T00:00:00.0Z', '2026-03-10T00:00:00.000Z'])('%s is one', (text) => {
    expect(verdictOf(trait('first_failed_at', olderThan(days(1))), T, { first_failed_at: text }).until).toBe(T + DAY);
  });
});

describe('events are counted at the very millisecond', () => {
  const twice = event('payment_failed', { within: days(1), times: exactly(2) });

  it('each from its instant until its window has passed', () => {
    const failures = [T, T + 10];
    expect(verdictOf(twice, T - 1, {}, failures)).toEqual({ holds: false, until: T + 10 });
    expect(verdictOf(twice, T + 9, {}, failures)).toEqual({ holds: false, until: T + 10 });
    expect(verdictOf(twice, T + 10, {}, failures)).toEqual({ holds: true, until: T + DAY });
    expect(verdictOf(twice, T + DAY - 1, {}, failures)).toEqual({ holds: true, until: T + DAY });
    expect(verdictOf(twice, T + DAY, {}, failures)).toEqual(NEVER);
  });

  it('one that leaves as another comes changes nothing', () => {
    expect(verdictOf(event('payment_failed', { within: days(1) }), T, {}, [T, T + DAY]).until).toBe(T + 2 * DAY);
  });

  it('three are not two, and two are at most two', () => {
    const failures = [T, T, T + 1];
    expect(verdictOf(twice, T, {}, failures)).toEqual({ holds: true, until: T + 1 });
    expect(verdictOf(event('payment_failed', { times: atMost(2) }), T, {}, failures)).toEqual({
      holds: true,
      until: T + 1,
    });
    expect(verdictOf(event('payment_failed', { times: atLeast(3) }), T + 1, {}, failures)).toEqual(ALWAYS);
  });

  it('where the property is an instant, both windows must be open', () => {
    const when = event('payment_failed', { within: days(2), where: { occurred_at: olderThan(days(1)) } });
    expect(verdictOf(when, T, {}, [T])).toEqual({ holds: false, until: T + DAY });
    expect(verdictOf(when, T + DAY, {}, [T])).toEqual({ holds: true, until: T + 2 * DAY });
    const shut = event('payment_failed', { within: days(1), where: { occurred_at: olderThan(days(1)) } });
    expect(verdictOf(shut, T, {}, [T])).toEqual(NEVER);
    const past = event('payment_failed', { where: { occurred_at: newerThan(days(1)) } });
    expect(verdictOf(past, T + DAY - 1, {}, [T])).toEqual({ holds: true, until: T + DAY });
    expect(verdictOf(past, T + DAY, {}, [T])).toEqual(NEVER);
    expect(verdictOf(past, T + 2 * DAY, {}, [T])).toEqual(NEVER);
  });
});

describe('groups turn when their parts say so', () => {
  const young = trait('first_failed_at', newerThan(days(1)));
  const soon = trait('next_retry_date', dueWithin(days(1)));
  const traits = { first_failed_at: iso(T), next_retry_date: iso(T + 2 * DAY) };

  it('all: with the first that stops; any: with the last', () => {
    // young until T + 1 day, soon from that very instant until T + 2 days
    expect(verdictOf(all(young, soon), T, traits)).toEqual(NEVER);
    expect(verdictOf(any(young, soon), T, traits)).toEqual({ holds: true, until: T + 2 * DAY });
    expect(verdictOf(all(young, not(soon)), T, traits)).toEqual({ holds: true, until: T + DAY });
    expect(verdictOf(any(not(young), soon), T, traits)).toEqual({ holds: false, until: T + DAY });
  });

  it('what can never be otherwise settles a group, or drops out of it', () => {
    const yes = trait('in_dunning', { test: 'is', value: false });
    const no = trait('in_dunning', { test: 'is', value: true });
    expect(verdictOf(all(yes, no), T)).toEqual(NEVER);
    expect(verdictOf(any(no, yes), T)).toEqual(ALWAYS);
    expect(verdictOf(all(yes, yes), T)).toEqual(ALWAYS);
    expect(verdictOf(any(no, no), T)).toEqual(NEVER);
    expect(verdictOf(all(young, no), T, traits)).toEqual(NEVER);
    expect(verdictOf(any(young, yes), T, traits)).toEqual(ALWAYS);
    expect(verdictOf(all(young, yes), T, traits)).toEqual({ holds: true, until: T + DAY });
    expect(verdictOf(any(young, no), T, traits)).toEqual({ holds: true, until: T + DAY });
  });
});
