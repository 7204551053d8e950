import { z } from 'zod';
import { askBraze } from './client.ts';
import type { BrazeSettings } from './settings.ts';

/** Braze refuses more ids in one call. */
const IDS_PER_CALL = 50;

const answer = z.object({ message: z.literal('success') });

/**
 * Deletes people by external id, with all that Braze holds of them, for good. Needs the permission `users.delete`, which
 * deliveries do without. Whom Braze does not know is not counted and no error.
 * @throws Error when Braze refused, or did not say that it took all of them; whoever is deleted by then stays deleted.
 */
export const erase = async (settings: BrazeSettings, userIds: readonly string[], timeoutMs: number): Promise<void> => {
  for (let start = 0; start < userIds.length; start += IDS_PER_CALL) {
    const external_ids = userIds.slice(start, start + IDS_PER_CALL);
    const answered = await askBraze(settings, timeoutMs, (braze) => braze.users.delete({ external_ids }));
    if (!answer.safeParse(answered).success) throw new Error('the answer is not one of Braze');
  }
};
