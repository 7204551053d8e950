import { describe, expect, it } from 'vitest';
import { AUDIENCES } from '../../audiences/index.ts';
import type { Condition } from '../../src/audience-kit/condition.ts';
import { describeCondition } from '../../src/audience-kit/describe-condition.ts';
import { explainTree } from '../../src/audience-kit/explain.ts';
import {
  absent,
  all,
  any,
  atLeast,
  atMost,
  audience,
  days,
  defineAudiences,
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
import { DAY_MS, instant } from '../../src/domain/instant.ts';
import { failedAt, HEALTHY, iso, subjectOf } from './audience-subjects.ts';

describe('a condition reads as a sentence', () => {
  it.each<[Condition, string]>([
    [trait('dunning_stage', is('retrying')), 'dunning_stage is "retrying"'],
    [trait('plan_id', isNot('free')), 'plan_id is known and not "free"'],
    [trait('plan_id', oneOf('pro', 'team')), 'plan_id is one of "pro", "team"'],
    [trait('plan_id', noneOf('free')), 'plan_id is known and none of "free"'],
    [trait('dunning_amount_due', moreThan(5)), 'dunning_amount_due is more than 5'],
    [trait('dunning_amount_due', atLeast(5)), 'dunning_amount_due is at least 5'],
    [trait('dunning_amount_due', lessThan(5)), 'dunning_amount_due is less than 5'],
    [trait('dunning_amount_due', atMost(5)), 'dunning_amount_due is at most 5'],
    [trait('plan_id', exists()), 'plan_id is known'],
    [trait('plan_id', absent()), 'plan_id is absent'],
    [trait('first_failed_at', olderThan(days(30))), 'first_failed_at is 30 days ago or longer'],
    [trait('first_failed_at', newerThan(hours(36))), 'first_failed_at is less than 36 hours ago'],
    [trait('next_retry_date', dueWithin(minutes(1))), 'next_retry_date comes within 1 minute'],
    [trait('next_retry_date', dueWithin({ ms: 2_000 })), 'next_retry_date comes within 2 seconds'],
    [trait('next_retry_date', dueWithin({ ms: 1_001 })), 'next_retry_date comes within 1001 milliseconds'],
    [event('payment_failed'), 'payment_failed happened at least once'],
    [
      event('payment_failed', { within: days(1), times: atLeast(3) }),
      'payment_failed happened at least 3 times in the last 1 day',
    ],
    [event('payment_failed', { times: atMost(1) }), 'payment_failed happened at most once'],
    [event('payment_failed', { times: exactly(2) }), 'payment_failed happened exactly 2 times'],
    [
      event('payment_failed', { within: days(90), times: never() }),
      'payment_failed did not happen in the last 90 days',
    ],
    [
      event('payment_failed', { where: { decline_type: is('soft'), amount: moreThan(9) } }),
      'payment_failed (where decline_type is "soft" and amount is more than 9) happened at least once',
    ],
    [inAudience('suppressed'), 'in audience suppressed'],
    [not(inAudience('suppressed')), 'not (in audience suppressed)'],
    [
      all(
        trait('in_dunning', is(true)),
        any(inAudience('a'), all(inAudience('b'), inAudience('c'))),
        all(inAudience('d')),
      ),
      'in_dunning is true and (in audience a or (in audience b and in audience c)) and in audience d',
    ],
  ])('%j: %s', (condition, phrase) => {
    expect(describeCondition(condition)).toBe(`Holds when ${phrase}.`);
    expect(describeCondition(JSON.parse(JSON.stringify(condition)))).toBe(`Holds when ${phrase}.`);
  });

  it('a range of times that only data can state reads too', () => {
    const node: Condition = {
      node: 'event',
      event: 'payment_failed',
      where: {},
      withinMs: null,
      times: { least: 2, most: 4 },
    };
    expect(describeCondition(node)).toBe('Holds when payment_failed happened 2 to 4 times.');
  });
});

it('every audience reads as its golden sentence', async () => {
  const page = AUDIENCES.all.map(({ key, when }) => `${key}\n  ${describeCondition(when)}\n`).join('');
  await expect(page).toMatchFileSnapshot('../golden/audience-sentences.txt');
});

describe('an explanation', () => {
  const now = instant(Date.UTC(2026, 2, 10));
  const failing = audience({
    key: 'failing',
    description: 'Fails.',
    messaging: false,
    when: event('payment_failed', { where: { decline_type: is('soft') }, within: days(90), times: atLeast(3) }),
  });
  const stuck = audience({
    key: 'stuck',
    description: 'Stuck.',
    messaging: true,
    when: all(trait('first_failed_at', olderThan(days(7))), inAudience('failing'), not(trait('plan_id', exists()))),
  });
  const audiences = defineAudiences([failing, stuck]);
  const first = now - 6 * DAY_MS;
  const person = subjectOf({ ...HEALTHY, first_failed_at: iso(first) }, [
    failedAt(first),
    failedAt(first + 1_000),
    failedAt(first + 2_000, { decline_type: 'hard' }),
    failedAt(now + 1_000),
  ]);

  it('tells at every node whether it holds, until when, and what was seen', () => {
    const third = now + 1_000;
    const story = 'payment_failed (where decline_type is "soft") happened at least 3 times in the last 90 days';
    const old = 'first_failed_at is 7 days ago or longer';
    const leaf = { children: [], until: null };
    expect(explainTree(stuck, person, now, audiences)).toEqual({
      sentence: `dunning_suppressed is false and ${old} and in audience failing and not (plan_id is known)`,
      holds: false,
      until: first + 7 * DAY_MS,
      seen: null,
      children: [
        { ...leaf, sentence: 'dunning_suppressed is false', holds: true, seen: 'false' },
        { ...leaf, sentence: old, holds: false, until: first + 7 * DAY_MS, seen: iso(first) },
        {
          sentence: 'in audience failing',
          holds: false,
          until: third,
          seen: null,
          children: [{ ...leaf, sentence: story, holds: false, until: third, seen: '2 of 3 in the last 90 days' }],
        },
        {
          sentence: 'not (plan_id is known)',
          holds: true,
          until: null,
          seen: null,
          children: [{ ...leaf, sentence: 'plan_id is known', holds: false, seen: 'absent' }],
        },
      ],
    });
  });

  it.each([
    [never(), '3 of exactly 0'],
    [exactly(2), '3 of exactly 2'],
    [atMost(2), '3 of at most 2'],
    [atLeast(2), '3 of 2'],
  ])('counts events also where %j are wanted', (times, seen) => {
    const one = audience({
      key: 'one',
      description: 'One.',
      messaging: false,
      when: event('payment_failed', { times }),
    });
    expect(explainTree(one, person, now, audiences).seen).toBe(seen);
  });
});
