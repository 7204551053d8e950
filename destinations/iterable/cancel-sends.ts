import { makeAskEach, type Setback } from '../../src/destination-kit/ask-each.ts';
import type { CancelCampaign } from './cancel-campaigns.ts';
import { statusOf, toWhole } from './whole-answer.ts';

/** Asks Iterable to cancel what it has scheduled of a campaign for a user; throws on anything but a 2xx. */
export type Cancel = (campaign: CancelCampaign, userId: string) => Promise<unknown>;

/** Requests under way at once. Iterable documents no limit of these; at a usual 60 ms each they come to 70 a second. */
const AT_ONCE = 4;
const askEach = makeAskEach(AT_ONCE);

/**
 * Cancels the scheduled sends of these campaigns for each user. Iterable refuses where nothing is scheduled, which is what
 * was wanted. Who was not reached because the asking ended early is asked for again with the next call.
 * @returns why not, by user id; who is not there has nothing scheduled any more.
 */
export const cancelSends = (
  cancel: Cancel,
  userIds: readonly string[],
  campaigns: readonly CancelCampaign[],
): Promise<ReadonlyMap<string, string>> => {
  const owed = userIds.flatMap((subject) => campaigns.map((campaign) => ({ subject, campaign })));
  return askEach(owed, ({ subject, campaign }) => whyNot(cancel, campaign, subject));
};

const whyNot = async (cancel: Cancel, campaign: CancelCampaign, userId: string): Promise<Setback | null> => {
  try {
    await cancel(campaign, userId);
    return null;
  } catch (error) {
    const { answer, reason } = toWhole(error);
    return answer === 'refused' || statusOf(error) === 404 ? null : { answer, reason };
  }
};
