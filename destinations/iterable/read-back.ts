import { z } from 'zod';
import type { ToolProfile } from '../../src/destination-kit/define-tool.ts';
import { askIterable } from './client.ts';
import { fromUserFields } from './field-values.ts';
import type { IterableSettings } from './settings.ts';
import { isUnknownUser } from './unknown-user.ts';

const found = z.object({ user: z.object({ dataFields: z.record(z.string(), z.unknown()).nullish() }).nullish() });

/**
 * What Iterable holds of these people, one call for each (100 a second are allowed). It applies what it takes in the
 * background, so an answer soon after a write may be the state before it. Journeys are not told. Iterable does not
 * document that null clears a field: a value that is still there shows here.
 * @returns in no order; people whom Iterable does not know are left out.
 */
export const readBack = async (
  settings: IterableSettings,
  userIds: readonly string[],
  timeoutMs: number,
): Promise<readonly ToolProfile[]> => {
  const profiles: ToolProfile[] = [];
  for (const userId of userIds) {
    const held = await readOne(settings, userId, timeoutMs);
    if (held !== null) profiles.push({ userId, attributes: fromUserFields(held), flows: [] });
  }
  return profiles;
};

const readOne = async (
  settings: IterableSettings,
  userId: string,
  timeoutMs: number,
): Promise<Readonly<Record<string, unknown>> | null> => {
  try {
    const path = `/api/users/byUserId/${encodeURIComponent(userId)}` as const;
    const { body } = await askIterable(settings, timeoutMs, { method: 'GET', path });
    const parsed = found.safeParse(body);
    if (!parsed.success) throw new Error('the answer is not a user of Iterable');
    const { user } = parsed.data;
    return user ? (user.dataFields ?? {}) : null;
  } catch (error) {
    if (isUnknownUser(error)) return null;
    throw error;
  }
};
