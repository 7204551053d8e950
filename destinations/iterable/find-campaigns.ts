import { z } from 'zod';
import type { ToolProblem } from '../../src/destination-kit/define-tool.ts';
import { parseCampaigns } from './cancel-campaigns.ts';
import { askIterable } from './client.ts';
import type { IterableSettings } from './settings.ts';

const page = z.looseObject({
  campaigns: z.array(z.looseObject({ id: z.number() })),
  nextPageUrl: z.string().nullish(),
});
const PAGE_SIZE = 1_000;
/** More campaigns than a project has; a list without end must not hold the doctor up. */
const MAX_PAGES = 50;

/**
 * Campaigns that policy names and the project does not have. A delivery cannot tell: Iterable refuses to cancel alike where
 * nothing is scheduled and where there is no such campaign. Rejects where the list could not be read.
 */
export const findUnknownCampaigns = async (
  settings: IterableSettings,
  timeoutMs: number,
): Promise<readonly ToolProblem[]> => {
  const missing = new Set(parseCampaigns(settings.cancel_campaigns ?? '').map(({ campaignId }) => campaignId));
  for (let number = 1; missing.size > 0 && number <= MAX_PAGES; number += 1) {
    const path = `/api/campaigns?page=${number}&pageSize=${PAGE_SIZE}` as const;
    const { body } = await askIterable(settings, timeoutMs, { method: 'GET', path });
    const parsed = page.safeParse(body);
    if (!parsed.success) throw new Error('the answer is not a list of campaigns of Iterable');
    for (const { id } of parsed.data.campaigns) missing.delete(id);
    if (parsed.data.nextPageUrl == null) break;
  }
  return [...missing].map((id) => ({
    problem: `The project has no campaign ${id}: nothing that it would schedule is canceled`,
    mend: 'Correct iterable.cancel_campaigns in policy.yaml',
  }));
};
