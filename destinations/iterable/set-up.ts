import { z } from 'zod';
import type { SetUpPlan, SetUpStep } from '../../src/destination-kit/define-tool.ts';
import type { Field } from '../../src/destination-kit/fields.ts';
import { judgeParts } from './bulk-answer.ts';
import { askIterable } from './client.ts';
import { erase } from './erase.ts';
import { toUserFields } from './field-values.ts';
import { type BulkCall, type BulkObject, TRACK_EVENTS, UPDATE_USERS } from './parts.ts';
import { readProjectFields } from './project-fields.ts';
import type { IterableSettings } from './settings.ts';
import { isWhole } from './whole-numbers.ts';

/** Nobody, without an address: fields are made by a first value, and somebody has to have it. */
export const SET_UP_USER = 'recoup-set-up';

/** The types that can hold a field, the one to be made first. */
const typesOf = ({ name, type }: Field): readonly [string, ...string[]] => {
  if (type === 'boolean') return ['boolean'];
  if (type === 'instant') return ['date'];
  if (type !== 'number') return ['string', 'keyword', 'text'];
  return isWhole(name) ? ['long', 'integer', 'double', 'float', 'number'] : ['double', 'float', 'number'];
};

/** A first value that fixes the type: harmless, and false where it says whether somebody is to be written to. */
const exampleOf = ({ name, type, options }: Field): string | number | boolean => {
  if (type === 'boolean') return false;
  if (type === 'instant') return '2000-01-01T00:00:00.000Z';
  if (type === 'number') return isWhole(name) ? 1 : 0.5;
  return type === 'url' ? 'https://example.com/' : (options?.[0] ?? 'none');
};

const userField = z.object({ user_field: z.string(), value: z.union([z.string(), z.number(), z.boolean()]) });
/** Amounts of events: one that happens to be whole at first would make a field that takes no fraction ever after. */
const eventFields = z.object({ events: z.record(z.string(), z.record(z.string(), z.number())) });
const AMOUNTS: z.infer<typeof eventFields> = {
  events: { dunning_stage_entered: { amount_due: 0.5 }, payment_recovered: { amount: 0.5 } },
};

/**
 * What the project lacks. Iterable has no call that makes a field: its first value does, and fixes its type for good, so
 * the order in which customers happen to fail would choose the types. The fields of events cannot be asked for: their
 * step comes along with any other, last.
 */
export const plan = async (
  settings: IterableSettings,
  fields: readonly Field[],
  timeoutMs: number,
): Promise<SetUpPlan> => {
  const held = await readProjectFields(settings, timeoutMs);
  const missing = fields.filter(({ name }) => !held.has(name));
  const wrong = fields.filter((field) => held.has(field.name) && !typesOf(field).includes(held.get(field.name) ?? ''));
  const steps = missing.map((field) => ({
    what: `user field ${field.name} (${typesOf(field)[0]})`,
    spec: { user_field: field.name, value: exampleOf(field) },
  }));
  return {
    missing: steps.length === 0 ? [] : [...steps, { what: 'amounts of events (double)', spec: AMOUNTS }],
    conflicts: wrong.map((field) => toConflict(field, held.get(field.name) ?? '')),
    present: fields
      .filter((field) => !missing.includes(field) && !wrong.includes(field))
      .map(({ name }) => `user field ${name}`),
  };
};

const toConflict = (field: Field, type: string): string =>
  `The user field ${field.name} is kept as ${type}, and ${typesOf(field)[0]} is needed. Iterable never changes a type: ask its ` +
  'support to remove the field, or use a project that does not have it; until then everybody is written without it';

/**
 * Makes one step by its first value, on a user without an address; the last step takes that user away again.
 * @throws Error when Iterable refused, or did not say that it took it.
 */
export const apply = async (settings: IterableSettings, { spec }: SetUpStep, timeoutMs: number): Promise<void> => {
  const field = userField.safeParse(spec).data;
  const identity = { userId: SET_UP_USER };
  if (field !== undefined) {
    const { dataFields } = toUserFields({ [field.user_field]: field.value });
    return write(settings, UPDATE_USERS, [{ ...identity, preferUserId: true, dataFields }], timeoutMs);
  }
  const { events } = eventFields.parse(spec);
  const objects = Object.entries(events).map(([eventName, dataFields]) => ({
    ...identity,
    id: `${SET_UP_USER}-${eventName}`,
    eventName,
    dataFields,
    createNewFields: true,
  }));
  await write(settings, TRACK_EVENTS, objects, timeoutMs);
  await erase(settings, [SET_UP_USER], timeoutMs);
};

const write = async (
  settings: IterableSettings,
  call: BulkCall,
  objects: readonly BulkObject[],
  timeoutMs: number,
): Promise<void> => {
  const { body } = await askIterable(settings, timeoutMs, {
    method: 'POST',
    path: call.path,
    body: call.toBody(objects),
  });
  const part = { payload: 0, userId: SET_UP_USER, objects, tooLong: [] };
  const outcome = judgeParts(body, [part])?.outcomes.get(part);
  if (outcome?.result === 'taken' && outcome.warnings.length === 0) return;
  throw new Error(outcome?.result === 'refused' ? outcome.reason : 'Iterable did not say that it made the field');
};
