import { AGENT_ATTRIBUTES, agentFieldOf } from '../../src/destination-kit/agent-status.ts';
import type { ToolProfile } from '../../src/destination-kit/define-tool.ts';
import { askZendesk } from './client.ts';
import { parseUsers, showManyPath, type ZendeskUser } from './find-users.ts';
import type { ZendeskSettings } from './settings.ts';
import { fromUserField } from './values.ts';

/** Zendesk shows no more in one request. */
const USERS_PER_REQUEST = 100;

/** What Zendesk holds of these users in Recoup's fields, under Recoup's names; dates are days in UTC. */
export const readBack = async (
  settings: ZendeskSettings,
  userIds: readonly string[],
  timeoutMs: number,
): Promise<readonly ToolProfile[]> => {
  const ids = userIds.filter((id) => !id.includes(','));
  const profiles: ToolProfile[] = [];
  for (let start = 0; start < ids.length; start += USERS_PER_REQUEST) {
    const asked = ids.slice(start, start + USERS_PER_REQUEST);
    const { body } = await askZendesk(settings, showManyPath(asked), timeoutMs);
    profiles.push(...parseUsers(body).flatMap((user) => toProfile(user, asked)));
  }
  return profiles;
};

const toProfile = ({ external_id: userId, user_fields: fields }: ZendeskUser, asked: readonly string[]) => {
  if (userId === null || userId === undefined || !asked.includes(userId)) return [];
  const held = AGENT_ATTRIBUTES.map((name) => [name, fromUserField(name, fields?.[agentFieldOf(name)] ?? null)]);
  return [{ userId, attributes: Object.fromEntries(held), flows: [] }];
};
