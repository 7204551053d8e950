import type { OpenedSession, WholeAnswer } from '../../src/destination-kit/define-tool.ts';
import { PERSON_TRAITS, typeOf } from '../../src/destination-kit/fields.ts';
import { RUN_SET_UP } from '../../src/destination-kit/run-set-up.ts';
import { toAnswer } from './answer.ts';
import { IterableRefusal } from './client.ts';
import { readProjectFields } from './project-fields.ts';
import type { IterableSettings } from './settings.ts';
import { isWhole } from './whole-numbers.ts';

/** Fields that a first value which happens to be whole would make such that they take no fraction ever after. */
const FRAGILE = PERSON_TRAITS.filter((name) => typeOf(name) === 'number' && !isWhole(name));

/**
 * Looks once whether the project has the fields that a first delivery could spoil for good. A field of another type is let
 * pass: nobody can change it, and everybody is written without it.
 */
export const openSession = async (
  settings: IterableSettings,
  timeoutMs: number,
): Promise<OpenedSession<IterableSettings>> => {
  try {
    const held = await readProjectFields(settings, timeoutMs);
    const missing = FRAGILE.filter((name) => !held.has(name));
    return missing.length === 0 ? { ok: true, settings } : { ok: false, answer: notSetUp(missing) };
  } catch (error) {
    return { ok: false, answer: toUnopened(error) };
  }
};

const notSetUp = (missing: readonly string[]): WholeAnswer => ({
  answer: 'stopped',
  reason: `the project has no field ${missing.join(', ')}, and a first value would fix its type for good: ${RUN_SET_UP}`,
});

/** Nothing was sent: what is no reason to stop or to wait for a limit is asked again. */
const toUnopened = (error: unknown): WholeAnswer => {
  const reason = error instanceof Error ? error.message : 'a fault without a name';
  const told = error instanceof IterableRefusal ? toAnswer(error.answer) : null;
  return told?.answer === 'stopped' || told?.answer === 'throttled' ? told : { answer: 'unavailable', reason };
};
