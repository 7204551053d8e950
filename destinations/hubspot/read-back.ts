import type { ToolProfile } from '../../src/destination-kit/define-tool.ts';
import { askHubspot } from './client.ts';
import { INPUTS_PER_CALL } from './fields.ts';
import { RETRY_DATE, RETRY_INSTANT } from './properties.ts';
import { idPropertyOf } from './set-up/property-specs.ts';
import { GROUP, type HubspotObject, type HubspotSettings } from './settings.ts';

/** An object as it was found by its unique property. */
export interface FoundObject {
  /** HubSpot's own id. */
  readonly id: string;
  readonly userId: string;
  readonly properties: Readonly<Record<string, string | null>>;
}

/**
 * Objects by the unique property; whom HubSpot does not know is left out.
 * @param properties to be told of each.
 */
export const findObjects = async (
  object: HubspotObject,
  settings: HubspotSettings,
  ids: readonly string[],
  properties: readonly string[],
  timeoutMs: number,
): Promise<readonly FoundObject[]> => {
  const idProperty = idPropertyOf(object, settings);
  const found: FoundObject[] = [];
  for (let start = 0; start < ids.length; start += INPUTS_PER_CALL) {
    const inputs = ids.slice(start, start + INPUTS_PER_CALL).map((id) => ({ id }));
    const asked = { idProperty, inputs, properties: [idProperty, ...properties], propertiesWithHistory: [] };
    const { results } = await askHubspot(settings, timeoutMs, ({ crm }) =>
      (object === 'tasks' ? crm.objects.tasks : crm[object]).batchApi.read(asked),
    );
    found.push(...results.map((each) => ({ ...each, userId: each.properties[idProperty] ?? '' })));
  }
  return found;
};

/** Names of the properties of an object that stand in Recoup's group. */
export const namesOfGroup = async (
  object: HubspotObject,
  settings: HubspotSettings,
  timeoutMs: number,
): Promise<readonly string[]> => {
  const { results } = await askHubspot(settings, timeoutMs, ({ crm }) => crm.properties.coreApi.getAll(object));
  return results.filter(({ groupName }) => groupName === GROUP).map(({ name }) => name);
};

/** What HubSpot holds of these in Recoup's properties, as HubSpot writes it: all is text, and what is empty is left out. */
export const makeReadBack =
  (object: 'contacts' | 'companies') =>
  async (settings: HubspotSettings, userIds: readonly string[], timeoutMs: number): Promise<readonly ToolProfile[]> => {
    const ours = await namesOfGroup(object, settings, timeoutMs);
    const found = await findObjects(object, settings, userIds, ours, timeoutMs);
    return found.map(({ userId, properties }) => ({ userId, attributes: filledOf(properties, ours), flows: [] }));
  };

const filledOf = (properties: FoundObject['properties'], names: readonly string[]): Readonly<Record<string, string>> =>
  Object.fromEntries(
    names.flatMap((name) => {
      // The day is told by the instant beside it, which says more.
      const value = (name === RETRY_DATE ? properties[RETRY_INSTANT] : null) || (properties[name] ?? '');
      return value === '' ? [] : [[name, value]];
    }),
  );
