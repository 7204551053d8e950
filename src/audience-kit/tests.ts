import type { Scalar, Test } from './condition.ts';
import { deepFreeze } from './deep-freeze.ts';
import type { Duration } from './duration.ts';

/** Each test keeps the type of what it compares with, so that `trait` and `event` can refuse a value of another type. */
interface Equality<Name extends 'is' | 'is_not', V extends Scalar> {
  readonly test: Name;
  readonly value: V;
}
interface Choice<Name extends 'one_of' | 'none_of', V extends Scalar> {
  readonly test: Name;
  readonly values: readonly V[];
}
type Comparison<Name extends 'more_than' | 'at_least' | 'less_than' | 'at_most'> = {
  readonly test: Name;
  readonly value: number;
};
type Age<Name extends 'older_than' | 'newer_than' | 'due_within'> = { readonly test: Name; readonly ms: number };

/** Of an instant: how long ago it was, or how soon it comes. */
export type AgeTest = Extract<Test, { readonly ms: number }>;

/** What a value of type `V` can be asked, ages aside. */
export type TestOf<V> =
  | Extract<Test, { readonly test: 'exists' | 'absent' }>
  | Equality<'is', V & Scalar>
  | Equality<'is_not', V & Scalar>
  | Choice<'one_of', V & Scalar>
  | Choice<'none_of', V & Scalar>
  | ([V] extends [number]
      ? Extract<Test, { readonly test: 'more_than' | 'at_least' | 'less_than' | 'at_most' }>
      : never);

/** Equal to `value`. */
export const is = <const V extends Scalar>(value: V): Equality<'is', V> => deepFreeze({ test: 'is', value });

/** Known, and not equal to `value`. */
export const isNot = <const V extends Scalar>(value: V): Equality<'is_not', V> => deepFreeze({ test: 'is_not', value });

/** Equal to one of `values`. */
export const oneOf = <const V extends Scalar>(...values: readonly V[]): Choice<'one_of', V> =>
  deepFreeze({ test: 'one_of', values });

/** Known, and equal to none of `values`. */
export const noneOf = <const V extends Scalar>(...values: readonly V[]): Choice<'none_of', V> =>
  deepFreeze({ test: 'none_of', values });

/** A number above `value`. */
export const moreThan = (value: number): Comparison<'more_than'> => deepFreeze({ test: 'more_than', value });

/** A number of `value` or above; as `times` of an event: `value` times or more. */
export const atLeast = (value: number): Comparison<'at_least'> => deepFreeze({ test: 'at_least', value });

/** A number below `value`. */
export const lessThan = (value: number): Comparison<'less_than'> => deepFreeze({ test: 'less_than', value });

/** A number of `value` or below; as `times` of an event: `value` times or fewer. */
export const atMost = (value: number): Comparison<'at_most'> => deepFreeze({ test: 'at_most', value });

/** Known, whatever it is. */
export const exists = (): { readonly test: 'exists' } => deepFreeze({ test: 'exists' });

/** Not known: null. */
export const absent = (): { readonly test: 'absent' } => deepFreeze({ test: 'absent' });

/** An instant that is `age` or longer ago. */
export const olderThan = ({ ms }: Duration): Age<'older_than'> => deepFreeze({ test: 'older_than', ms });

/** An instant that has come, less than `age` ago. */
export const newerThan = ({ ms }: Duration): Age<'newer_than'> => deepFreeze({ test: 'newer_than', ms });

/** An instant that is to come, in `ahead` or sooner. */
export const dueWithin = ({ ms }: Duration): Age<'due_within'> => deepFreeze({ test: 'due_within', ms });
