import type { Scalar, Test } from './condition.ts';
import { instantOf } from './instant-of.ts';

/** Half open: from `from` on, until just before `to`. UTC milliseconds; infinite where it has no end. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

export const ALWAYS: Span = Object.freeze({ from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY });

/** What a trait or property may hold; undefined where it is not there. */
export type Value = Scalar | null | undefined;

/** When `value` passes `test`: the one span of time during which it does, or null: never. */
export const spanOf = (test: Test, value: Value): Span | null => {
  if (value === null || value === undefined) return test.test === 'absent' ? ALWAYS : null;
  switch (test.test) {
    case 'older_than':
    case 'newer_than':
    case 'due_within':
      return ageSpan(test, instantOf(value));
    default:
      return passes(test, value) ? ALWAYS : null;
  }
};

type AgeTest = Extract<Test, { readonly ms: number }>;

const ageSpan = ({ test, ms }: AgeTest, at: number | null): Span | null => {
  if (at === null) return null;
  switch (test) {
    case 'older_than':
      return { from: at + ms, to: Number.POSITIVE_INFINITY };
    case 'newer_than':
      return { from: at, to: at + ms };
    case 'due_within':
      return { from: at - ms, to: at };
  }
};

const passes = (test: Exclude<Test, AgeTest>, value: Scalar): boolean => {
  switch (test.test) {
    case 'is':
      return value === test.value;
    case 'is_not':
      return value !== test.value;
    case 'one_of':
      return test.values.includes(value);
    case 'none_of':
      return !test.values.includes(value);
    case 'more_than':
      return typeof value === 'number' && value > test.value;
    case 'at_least':
      return typeof value === 'number' && value >= test.value;
    case 'less_than':
      return typeof value === 'number' && value < test.value;
    case 'at_most':
      return typeof value === 'number' && value <= test.value;
    case 'exists':
      return true;
    case 'absent':
      return false;
  }
};
