import { askIterable } from './client.ts';
import type { IterableSettings } from './settings.ts';
import { isUnknownUser } from './unknown-user.ts';

/**
 * Deletes people by user id with all that Iterable holds of them, in the background; whom it does not know counts as
 * deleted. Not `/api/users/forget`: that one also bars the person for good, and whoever comes back as a customer could
 * never be written again. Whether to bar somebody is for the owner of the data to say, in Iterable.
 * @throws Error when Iterable did not take one of them; whoever is deleted by then stays deleted.
 */
export const erase = async (
  settings: IterableSettings,
  userIds: readonly string[],
  timeoutMs: number,
): Promise<void> => {
  for (const userId of userIds) {
    try {
      await askIterable(settings, timeoutMs, {
        method: 'DELETE',
        path: `/api/users/byUserId/${encodeURIComponent(userId)}`,
      });
    } catch (error) {
      if (!isUnknownUser(error)) throw error;
    }
  }
};
