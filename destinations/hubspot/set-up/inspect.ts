import type { CredentialCheck, ToolProblem } from '../../../src/destination-kit/define-tool.ts';
import { toFailedCheck } from '../../../src/destination-kit/failed-check.ts';
import { RUN_SET_UP } from '../../../src/destination-kit/run-set-up.ts';
import { askHubspot, type HubspotClient, statusOf } from '../client.ts';
import type { HubspotObject, HubspotSettings } from '../settings.ts';
import { findLackingOptions } from './property-options.ts';
import { idPropertyOf } from './property-specs.ts';
import { findSuppressionProblems } from './suppression-problems.ts';

const READS: Readonly<Record<HubspotObject, (hubspot: HubspotClient) => Promise<unknown>>> = {
  contacts: ({ crm }) => crm.contacts.basicApi.getPage(1),
  companies: ({ crm }) => crm.companies.basicApi.getPage(1),
  tasks: ({ crm }) => crm.objects.tasks.basicApi.getPage(1),
};

/** HubSpot files tasks under the scopes of contacts. */
const SCOPE: Readonly<Record<HubspotObject, string>> = {
  contacts: 'crm.objects.contacts',
  companies: 'crm.objects.companies',
  tasks: 'crm.objects.contacts',
};

/** Whether HubSpot knows the token: it is asked for one contact. */
export const checkCredentials = async (settings: HubspotSettings, timeoutMs: number): Promise<CredentialCheck> => {
  try {
    await askHubspot(settings, timeoutMs, READS.contacts);
    return { ok: true };
  } catch (error) {
    return toFailedCheck(error, statusOf(error) || null);
  }
};

/**
 * Looks for scopes that the token lacks, by one cheap read of each object that deliveries touch, and for a unique property
 * that is missing or not unique, enumerations without a value of this release, and what suppression needs. HubSpot tells scopes to write only when one writes: those are not looked for.
 * @param object that the tool writes; `others` it reads.
 */
export const makeInspect =
  (object: HubspotObject, others: readonly HubspotObject[]) =>
  async (settings: HubspotSettings, timeoutMs: number): Promise<readonly ToolProblem[]> => {
    const problems: ToolProblem[] = [];
    for (const each of [object, ...others]) {
      problems.push(...(await findScopeProblem(settings, timeoutMs, each)));
      problems.push(...(await findIdProblem(settings, timeoutMs, each)));
    }
    problems.push(...(await findOptionProblems(settings, timeoutMs, object)));
    if (object === 'contacts') problems.push(...(await findSuppressionProblems(settings, timeoutMs)));
    return problems;
  };

const findOptionProblems = async (
  settings: HubspotSettings,
  timeoutMs: number,
  object: HubspotObject,
): Promise<readonly ToolProblem[]> => {
  try {
    const { results } = await askHubspot(settings, timeoutMs, ({ crm }) => crm.properties.coreApi.getAll(object));
    return findLackingOptions(object, results).map((problem) => ({ problem, mend: RUN_SET_UP }));
  } catch (error) {
    // Said of the unique property already.
    if (statusOf(error) === 403) return [];
    throw error;
  }
};

const findScopeProblem = async (
  settings: HubspotSettings,
  timeoutMs: number,
  object: HubspotObject,
): Promise<readonly ToolProblem[]> => {
  try {
    await askHubspot(settings, timeoutMs, READS[object]);
    return [];
  } catch (error) {
    if (statusOf(error) !== 403) throw error;
    const mend = `give the token ${SCOPE[object]}.read and ${SCOPE[object]}.write`;
    return [{ problem: `the token may not read ${object}`, mend }];
  }
};

const findIdProblem = async (
  settings: HubspotSettings,
  timeoutMs: number,
  object: HubspotObject,
): Promise<readonly ToolProblem[]> => {
  const name = idPropertyOf(object, settings);
  try {
    const held = await askHubspot(settings, timeoutMs, ({ crm }) => crm.properties.coreApi.getByName(object, name));
    if (held.hasUniqueValue === true) return [];
    const mend = `name another property in the policy and ${RUN_SET_UP}: it cannot be made unique later`;
    return [{ problem: `the property ${name} of ${object} is not unique`, mend }];
  } catch (error) {
    if (statusOf(error) === 404) return [{ problem: `${object} have no property ${name}`, mend: RUN_SET_UP }];
    if (statusOf(error) === 403) return [{ problem: `the token may not read the properties of ${object}`, mend: MEND }];
    throw error;
  }
};

const MEND = 'give the token the schema scopes of contacts and companies';
