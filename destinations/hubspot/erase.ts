import { askHubspot } from './client.ts';
import { findObjects } from './read-back.ts';
import type { HubspotSettings } from './settings.ts';

/**
 * Deletes contacts for good, as the GDPR asks: found by the user id, deleted by HubSpot's own id, since its deletion by
 * a property is documented for the email only and would also block that address. Whom HubSpot does not know counts as deleted.
 * @throws Error when HubSpot refused one; those before it stay deleted.
 */
export const erase = async (
  settings: HubspotSettings,
  userIds: readonly string[],
  timeoutMs: number,
): Promise<void> => {
  const found = await findObjects('contacts', settings, userIds, [], timeoutMs);
  for (const { id: objectId } of found)
    await askHubspot(settings, timeoutMs, ({ crm }) => crm.contacts.basicApi.purge({ objectId }));
};
