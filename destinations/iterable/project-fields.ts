import { z } from 'zod';
import { askIterable } from './client.ts';
import type { IterableSettings } from './settings.ts';

const answered = z.object({ fields: z.record(z.string(), z.unknown()) });

/** The user fields of the project with their types, e.g. `{in_dunning: 'boolean'}`. 3 calls a second are allowed. */
export const readProjectFields = async (
  settings: IterableSettings,
  timeoutMs: number,
): Promise<ReadonlyMap<string, string>> => {
  const { body } = await askIterable(settings, timeoutMs, { method: 'GET', path: '/api/users/getFields' });
  const parsed = answered.safeParse(body);
  if (!parsed.success) throw new Error('the answer is not a list of fields of Iterable');
  return new Map(Object.entries(parsed.data.fields).map(([name, type]) => [name, String(type).toLowerCase()]));
};
