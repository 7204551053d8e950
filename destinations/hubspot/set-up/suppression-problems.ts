import type { ToolProblem } from '../../../src/destination-kit/define-tool.ts';
import { RUN_SET_UP } from '../../../src/destination-kit/run-set-up.ts';
import { askHubspot, statusOf } from '../client.ts';
import { type HubspotSettings, toEnrolmentUrl } from '../settings.ts';
import { planList } from './suppression-list.ts';

/** What the list of contacts who are not to be dunned, and the workflows to be left, lack, as far as policy names them. */
export const findSuppressionProblems = async (
  settings: HubspotSettings,
  timeoutMs: number,
): Promise<readonly ToolProblem[]> => [
  ...(await findListProblems(settings, timeoutMs)),
  ...(await findEnrolmentProblems(settings, timeoutMs)),
];

const findListProblems = async (settings: HubspotSettings, timeoutMs: number): Promise<readonly ToolProblem[]> => {
  try {
    const { missing, conflicts } = await planList(settings, timeoutMs);
    return [
      ...missing.map(({ what }) => ({ problem: `there is no ${what}`, mend: RUN_SET_UP })),
      ...conflicts.map((problem) => ({ problem, mend: 'name a static list in the policy' })),
    ];
  } catch (error) {
    if (statusOf(error) !== 403) throw error;
    return [{ problem: 'the token may not read lists', mend: 'give the token crm.lists.read and crm.lists.write' }];
  }
};

/** Nobody can have an address under this domain (RFC 2606): to end its enrolments changes nothing. */
const NOBODY = 'nobody@recoup.invalid';

/** HubSpot tells the scope only to who ends an enrolment: those of nobody are ended in the first workflow. */
const findEnrolmentProblems = async (settings: HubspotSettings, timeoutMs: number): Promise<readonly ToolProblem[]> => {
  const [workflow] = (settings.unenrol_workflows ?? '').split(' ').filter(Boolean);
  if (workflow === undefined) return [];
  const path = toEnrolmentUrl({ ...settings, base_url: '' }, workflow, NOBODY);
  const { status } = await askHubspot(settings, timeoutMs, (hubspot) => hubspot.apiRequest({ method: 'DELETE', path }));
  return status === 403
    ? [{ problem: 'the token may not end enrolments in workflows', mend: 'give the token the scope automation' }]
    : [];
};
