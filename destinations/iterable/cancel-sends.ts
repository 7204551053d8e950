import type { CancelCampaign } from './cancel-campaigns.ts';
import { statusOf, toWhole } from './whole-answer.ts';

/** Asks Iterable to cancel what it has scheduled of a campaign for a user; throws on anything but a 2xx. */
export type Cancel = (campaign: CancelCampaign, userId: string) => Promise<unknown>;

/** Requests under way at once. Iterable documents no limit of these; at a usual 60 ms each they come to 70 a second. */
const AT_ONCE = 4;

/**
 * Cancels the scheduled sends of these campaigns for each user. Iterable refuses where nothing is scheduled, which is what
 * was wanted. The first failure that may be everybody's ends it: who is left is asked for again with the next call.
 * @returns why not, by user id; who is not there has nothing scheduled any more.
 */
export const cancelSends = async (
  cancel: Cancel,
  userIds: readonly string[],
  campaigns: readonly CancelCampaign[],
): Promise<ReadonlyMap<string, string>> => {
  const owed = userIds.flatMap((userId) => campaigns.map((campaign) => ({ userId, campaign })));
  const failed = new Map<string, string>();
  let end: string | null = null;
  const work = async (): Promise<void> => {
    for (let next = owed.shift(); next !== undefined; next = owed.shift()) {
      const why: string | null = end ?? (await whyNot(cancel, next.campaign, next.userId));
      if (why === null) continue;
      end ??= why;
      failed.set(next.userId, why);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return failed;
};

const whyNot = async (cancel: Cancel, campaign: CancelCampaign, userId: string): Promise<string | null> => {
  try {
    await cancel(campaign, userId);
    return null;
  } catch (error) {
    const { answer, reason } = toWhole(error);
    return answer === 'refused' || statusOf(error) === 404 ? null : reason;
  }
};
