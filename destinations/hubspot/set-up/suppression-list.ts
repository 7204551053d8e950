import type { SetUpPlan } from '../../../src/destination-kit/define-tool.ts';
import { askHubspot, type HubspotClient, statusOf } from '../client.ts';
import { CONTACT_TYPE, type HubspotSettings } from '../settings.ts';

/** A set-up without a list. */
export const NO_LIST: SetUpPlan = { missing: [], conflicts: [], present: [] };

/** What the account lacks of the list of contacts who are not to be dunned, if policy names one. */
export const planList = async (settings: HubspotSettings, timeoutMs: number): Promise<SetUpPlan> => {
  const { suppression_list: name = '' } = settings;
  if (name === '') return NO_LIST;
  const what = `static list of contacts "${name}"`;
  try {
    const { list } = await askHubspot(settings, timeoutMs, ({ crm }) =>
      crm.lists.listsApi.getByName(name, CONTACT_TYPE),
    );
    if (list.processingType === 'DYNAMIC') {
      const conflict = `The list "${name}" is active, and a static one is needed: name another in the policy.`;
      return { ...NO_LIST, conflicts: [conflict] };
    }
    return { ...NO_LIST, present: [what] };
  } catch (error) {
    if (statusOf(error) !== 404) throw error;
    return { ...NO_LIST, missing: [{ what, spec: { make: 'list', name } }] };
  }
};

/** Makes the list, empty. */
export const makeList = ({ crm }: HubspotClient, name: string): Promise<unknown> =>
  crm.lists.listsApi.create({ name, objectTypeId: CONTACT_TYPE, processingType: 'MANUAL' });
