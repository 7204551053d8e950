import { askHubspot } from './client.ts';
import { INPUTS_PER_CALL } from './fields.ts';
import { findObjects, namesOfGroup } from './read-back.ts';
import { idPropertyOf } from './set-up/property-specs.ts';
import { type HubspotSettings, OWN_IDS } from './settings.ts';

/**
 * Deletes contacts for good, as the GDPR asks: found by the user id, deleted by HubSpot's own id, since its deletion by
 * a property is documented for the email only and would also block that address. Whom HubSpot does not know counts as deleted.
 * @throws Error when HubSpot refused one; those before it stay deleted.
 */
export const eraseContacts = async (
  settings: HubspotSettings,
  userIds: readonly string[],
  timeoutMs: number,
): Promise<void> => {
  const found = await findObjects('contacts', settings, userIds, [], timeoutMs);
  for (const { id: objectId } of found)
    await askHubspot(settings, timeoutMs, ({ crm }) => crm.contacts.basicApi.purge({ objectId }));
};

/**
 * Empties what Recoup wrote into companies, its id among it: the company itself is the customer's own record, and so is
 * an id property that policy names, unless Recoup made it in its group.
 * @throws Error when HubSpot did not say that it emptied them all.
 */
export const eraseCompanies = async (
  settings: HubspotSettings,
  accountIds: readonly string[],
  timeoutMs: number,
): Promise<void> => {
  const found = await findObjects('companies', settings, accountIds, [], timeoutMs);
  const names = [...(await namesOfGroup('companies', settings, timeoutMs)), ...ownIdOf(settings)];
  const properties = Object.fromEntries(names.map((name) => [name, '']));
  for (const some of toPortions(found.map(({ id }) => ({ id, properties })))) {
    const { results } = await askHubspot(settings, timeoutMs, ({ crm }) =>
      crm.companies.batchApi.update({ inputs: [...some] }),
    );
    if (results.length < some.length) throw new Error('HubSpot did not empty all of the companies');
  }
};

const ownIdOf = (settings: HubspotSettings): readonly string[] =>
  idPropertyOf('companies', settings) === OWN_IDS.companies ? [OWN_IDS.companies] : [];

/**
 * Deletes tasks of episodes, into the recycle bin, which HubSpot empties.
 * @throws Error when HubSpot refused some; those before them stay deleted.
 */
export const eraseTasks = async (
  settings: HubspotSettings,
  episodeIds: readonly string[],
  timeoutMs: number,
): Promise<void> => {
  const found = await findObjects('tasks', settings, episodeIds, [], timeoutMs);
  for (const some of toPortions(found.map(({ id }) => ({ id }))))
    await askHubspot(settings, timeoutMs, ({ crm }) => crm.objects.tasks.batchApi.archive({ inputs: [...some] }));
};

const toPortions = <Input>(inputs: readonly Input[]): readonly (readonly Input[])[] =>
  Array.from({ length: Math.ceil(inputs.length / INPUTS_PER_CALL) }, (_, index) =>
    inputs.slice(index * INPUTS_PER_CALL, (index + 1) * INPUTS_PER_CALL),
  );
