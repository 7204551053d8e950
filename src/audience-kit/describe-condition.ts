import { DAY_MS, HOUR_MS, SECOND_MS } from '../domain/instant.ts';
import type { Condition, Scalar, Test, Times } from './condition.ts';

/** A condition as one English sentence; the same condition gives the same sentence. */
export const describeCondition = (condition: Condition): string => `Holds when ${phraseOf(condition)}.`;

/** A condition as part of a sentence. */
export const phraseOf = (condition: Condition): string => {
  switch (condition.node) {
    case 'trait':
      return `${condition.trait} ${testPhrase(condition.test)}`;
    case 'event':
      return eventPhrase(condition);
    case 'in_audience':
      return `in audience ${condition.audience}`;
    case 'all':
      return condition.of.length === 0 ? 'always' : condition.of.map(partPhrase).join(' and ');
    case 'any':
      return condition.of.length === 0 ? 'never' : condition.of.map(partPhrase).join(' or ');
    case 'not':
      return `not (${phraseOf(condition.of)})`;
  }
};

/** In a group, a group of several stands in brackets. */
const partPhrase = (condition: Condition): string => {
  const isGroup = (condition.node === 'all' || condition.node === 'any') && condition.of.length > 1;
  return isGroup ? `(${phraseOf(condition)})` : phraseOf(condition);
};

const eventPhrase = ({ event, where, withinMs, times }: Extract<Condition, { readonly node: 'event' }>): string => {
  const tests = Object.entries(where).map(([name, test]) => `${name} ${testPhrase(test)}`);
  const which = tests.length === 0 ? event : `${event} (where ${tests.join(' and ')})`;
  return [which, timesPhrase(times), ...windowPhrase(withinMs)].join(' ');
};

/** `in the last 90 days`; nothing where the window is all of the past. */
export const windowPhrase = (withinMs: number | null): readonly string[] =>
  withinMs === null ? [] : [`in the last ${durationPhrase(withinMs)}`];

const timesPhrase = ({ least, most }: Times): string => {
  if (most === null) return `happened at least ${timesOf(least)}`;
  if (most === 0) return 'did not happen';
  if (least === most) return `happened exactly ${timesOf(most)}`;
  return least === 0 ? `happened at most ${timesOf(most)}` : `happened ${least} to ${timesOf(most)}`;
};

const timesOf = (count: number): string => (count === 1 ? 'once' : `${count} times`);

const testPhrase = (test: Test): string => {
  switch (test.test) {
    case 'is':
      return `is ${quote(test.value)}`;
    case 'is_not':
      return `is known and not ${quote(test.value)}`;
    case 'one_of':
      return `is one of ${test.values.map(quote).join(', ')}`;
    case 'none_of':
      return `is known and none of ${test.values.map(quote).join(', ')}`;
    case 'more_than':
      return `is more than ${test.value}`;
    case 'at_least':
      return `is at least ${test.value}`;
    case 'less_than':
      return `is less than ${test.value}`;
    case 'at_most':
      return `is at most ${test.value}`;
    case 'exists':
      return 'is known';
    case 'absent':
      return 'is absent';
    case 'older_than':
      return `is ${durationPhrase(test.ms)} ago or longer`;
    case 'newer_than':
      return `is less than ${durationPhrase(test.ms)} ago`;
    case 'due_within':
      return `comes within ${durationPhrase(test.ms)}`;
  }
};

const quote = (value: Scalar): string => JSON.stringify(value);

const UNITS: readonly (readonly [number, string])[] = [
  [DAY_MS, 'day'],
  [HOUR_MS, 'hour'],
  [60_000, 'minute'],
  [SECOND_MS, 'second'],
  [1, 'millisecond'],
];

/** In the largest unit that is exact: `30 days`, `36 hours`. */
const durationPhrase = (ms: number): string => {
  const [unitMs, unit] = UNITS.find(([size]) => ms % size === 0) ?? [1, 'millisecond'];
  const count = ms / unitMs;
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
};
