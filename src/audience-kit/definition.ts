import { DAY_MS } from '../domain/instant.ts';
import { AUDIENCE_EVENT_PROPERTIES, eventValues, USER_TRAIT_VALUES, USER_TRAITS } from '../generated/tracking-plan.ts';
import type { Condition, Scalar, Test, Times } from './condition.ts';

/** An audience as its author writes it. */
export interface AudienceDefinition {
  /** snake_case, at most 60 characters, and for good: tools know the audience by it. */
  readonly key: string;
  /** One sentence for whoever builds a journey on it. */
  readonly description: string;
  /** It drives messages: nobody who is suppressed is in it. */
  readonly messaging: boolean;
  /** Tell Segment also of people whom a change of this definition moves; without it: no. */
  readonly announceDefinitionChanges?: boolean;
  readonly when: Condition;
}

const SNAKE_CASE = /^[a-z][a-z0-9]*(_[a-z0-9]+)*$/;
const LONGEST_KEY = 60;
/** A hundred years: any instant and its boundary stay a date that can be written. */
const LONGEST_MS = 36_500 * DAY_MS;

/**
 * What is wrong with a definition, with what to do about it; null when nothing is. A start strips types and checks none,
 * so what the compiler would refuse is refused here too: a wrong name would otherwise be an audience that nobody is ever in.
 */
export const findDefinitionProblem = (definition: AudienceDefinition): string | null =>
  findGap(definition) ?? findKeyProblem(definition.key) ?? findProblem(definition.when);

const findGap = ({ key, description, messaging, when }: Partial<AudienceDefinition>): string | null => {
  if (key === undefined) return 'give it a key';
  if (description === undefined || description.trim() === '') return 'describe it in a sentence';
  if (messaging === undefined) return 'say messaging: true or messaging: false';
  return when === undefined ? 'say when' : null;
};

const findKeyProblem = (key: string): string | null => {
  if (!SNAKE_CASE.test(key)) return 'write its key in snake_case, e.g. dunning_retrying';
  if (key.length > LONGEST_KEY) return `its key has ${key.length} characters, at most ${LONGEST_KEY} are allowed`;
  for (const name of [key, `in_${key}`])
    if (Object.hasOwn(USER_TRAITS, name)) return `choose another key, ${name} is a user trait already`;
  if (AUDIENCE_EVENT_PROPERTIES.includes(key))
    return 'choose another key, this is a property of Audience Entered already';
  return null;
};

const findProblem = (condition: Condition): string | null => {
  switch (condition.node) {
    case 'trait':
      return findValueProblem('a user trait', USER_TRAIT_VALUES, condition.trait, condition.test);
    case 'event':
      return at(condition.event, findEventProblem(condition));
    case 'in_audience':
      return null;
    case 'all':
    case 'any':
      if (condition.of.length === 0) return `${condition.node}() needs at least one condition`;
      return first(condition.of.map(findProblem));
    case 'not':
      return findProblem(condition.of);
  }
};

const first = (problems: readonly (string | null)[]): string | null => problems.find((one) => one !== null) ?? null;
const at = (where: string, problem: string | null): string | null => problem && `${where}: ${problem}`;

const findEventProblem = ({ event, where, withinMs, times }: EventCondition): string | null => {
  const values = eventValues(event);
  if (values === null) return 'the tracking plan has no such event';
  return first([
    withinMs === null ? null : findDurationProblem(withinMs),
    findTimesProblem(times),
    ...Object.entries(where).map(([property, test]) => findValueProblem('a property of it', values, property, test)),
  ]);
};

type EventCondition = Extract<Condition, { readonly node: 'event' }>;

/** `kind`: what a name of `values` is, in words. */
const findValueProblem = (kind: string, values: typeof USER_TRAIT_VALUES, name: string, test: Test): string | null => {
  const schema = Object.hasOwn(values, name) ? values[name] : undefined;
  if (schema === undefined) return `${name} is not ${kind} in the tracking plan`;
  const strange = comparedWith(test).find((value) => !schema.safeParse(value).success);
  return at(name, findTestProblem(test) ?? (strange === undefined ? null : `it is never ${JSON.stringify(strange)}`));
};

/** The values that a test takes for possible; a bound of a range need not be one. */
const comparedWith = (test: Test): readonly Scalar[] => {
  if ('values' in test) return test.values;
  return test.test === 'is' || test.test === 'is_not' ? [test.value] : [];
};

const findTimesProblem = ({ least, most }: Times): string | null => {
  if (![least, most ?? 0].every((count) => Number.isSafeInteger(count) && count >= 0))
    return 'times must be a whole number, 0 or more';
  return least === 0 && most === null ? 'at least 0 times is always true' : null;
};

const findTestProblem = (test: Test): string | null => {
  switch (test.test) {
    case 'is':
    case 'is_not':
    case 'more_than':
    case 'at_least':
    case 'less_than':
    case 'at_most':
      return Number.isFinite(test.value) || typeof test.value !== 'number' ? null : 'compare with a finite number';
    case 'one_of':
    case 'none_of':
      if (test.values.length === 0) return 'name at least one value';
      return first(test.values.map((value) => findTestProblem({ test: 'is', value })));
    case 'exists':
    case 'absent':
      return null;
    case 'older_than':
    case 'newer_than':
    case 'due_within':
      return findDurationProblem(test.ms);
  }
};

const findDurationProblem = (ms: number): string | null =>
  Number.isSafeInteger(ms) && ms > 0 && ms <= LONGEST_MS
    ? null
    : 'a duration must be longer than 0, at most 36,500 days, and a whole number of milliseconds';
