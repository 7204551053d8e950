import type { EventName, EventProperties, InstantPropertyNames } from '../generated/tracking-plan.ts';
import type { Condition, Test, Times } from './condition.ts';
import { deepFreeze } from './deep-freeze.ts';
import type { Duration } from './duration.ts';
import { type AgeTest, atLeast, type TestOf } from './tests.ts';

type PropertyTest<Name extends EventName, Property extends keyof EventProperties[Name]> =
  | TestOf<NonNullable<EventProperties[Name][Property]>>
  | (Property extends InstantPropertyNames[Name] ? AgeTest : never);

/** How often: the tests that also compare numbers, so that `atLeast` reads alike for a trait and for an event. */
export type Count = { readonly test: 'at_least' | 'at_most' | 'is'; readonly value: number };

/** Which events count, and how many it takes. */
export interface EventOptions<Name extends EventName> {
  /** Every one of these properties passes its test. */
  readonly where?: { readonly [Property in keyof EventProperties[Name]]?: PropertyTest<Name, Property> };
  /** It happened less than this ago; without it: ever. */
  readonly within?: Duration;
  /** Without it: at least once. */
  readonly times?: Count;
}

/** Exactly `value` times. */
export const exactly = (value: number): Count => deepFreeze({ test: 'is', value });

/** Not once. */
export const never = (): Count => exactly(0);

/** The event happened as often as asked: what is now known of attempts and endings, not the payload once sent. */
export const event = <Name extends EventName>(name: Name, options: EventOptions<Name> = {}): Condition => {
  const { where = {}, within, times = atLeast(1) } = options;
  const withinMs = within?.ms ?? null;
  return deepFreeze({ node: 'event', event: name, where: toTests(where), withinMs, times: toTimes(times) });
};

const toTests = (where: Readonly<Record<string, Test | undefined>>): Readonly<Record<string, Test>> =>
  Object.fromEntries(Object.entries(where).flatMap(([name, test]) => (test ? [[name, test]] : [])));

const toTimes = ({ test, value }: Count): Times => {
  switch (test) {
    case 'at_least':
      return { least: value, most: null };
    case 'at_most':
      return { least: 0, most: value };
    case 'is':
      return { least: value, most: value };
  }
};
