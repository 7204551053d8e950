import { AGENT_ATTRIBUTES, agentFieldOf } from '../../src/destination-kit/agent-status.ts';
import type { ToolProfile } from '../../src/destination-kit/define-tool.ts';
import { askIntercom } from './client.ts';
import { FILTERS_PER_SEARCH, type IntercomContact, parseContacts, toSearch } from './find-contacts.ts';
import type { IntercomSettings } from './settings.ts';
import { fromCustomAttribute } from './values.ts';

/** What Intercom holds of these contacts in Recoup's attributes, under Recoup's names. A search may lag by minutes. */
export const readBack = async (
  settings: IntercomSettings,
  userIds: readonly string[],
  timeoutMs: number,
): Promise<readonly ToolProfile[]> => {
  const profiles: ToolProfile[] = [];
  for (let start = 0; start < userIds.length; start += FILTERS_PER_SEARCH) {
    const asked = userIds.slice(start, start + FILTERS_PER_SEARCH);
    const { body } = await askIntercom(settings, '/contacts/search', timeoutMs, toSearch('external_id', asked));
    profiles.push(...parseContacts(body).flatMap((contact) => toProfile(contact, asked)));
  }
  return profiles;
};

const toProfile = ({ external_id: userId, custom_attributes: all }: IntercomContact, asked: readonly string[]) => {
  if (userId === null || userId === undefined || !asked.includes(userId)) return [];
  const held = AGENT_ATTRIBUTES.map((name) => [name, fromCustomAttribute(name, all?.[agentFieldOf(name)] ?? null)]);
  return [{ userId, attributes: Object.fromEntries(held), flows: [] }];
};
