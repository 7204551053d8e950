import type { Connection } from 'jsforce';
import type { SetUpPlan, SetUpStep, ToolDefinition } from '../../../src/destination-kit/define-tool.ts';
import type { Field } from '../../../src/destination-kit/fields.ts';
import { askSalesforce } from '../client.ts';
import { toSoqlText } from '../look-up.ts';
import type { SalesforceSettings } from '../settings.ts';
import { type CustomField, customFieldsOf, type SalesforceObject } from './custom-fields.ts';
import { planPermissions } from './permissions.ts';
import { applySpec, type SetUpSpec } from './set-up-step.ts';

/** Makes the custom fields of an object, and lets the user that Recoup runs as write them. */
export const setUpOf = (object: SalesforceObject): NonNullable<ToolDefinition<SalesforceSettings>['setUp']> => ({
  plan: (settings, fields, timeoutMs) =>
    askSalesforce(settings, timeoutMs, (salesforce, userId) => plan({ salesforce, userId, settings }, object, fields)),
  apply: (settings, step, timeoutMs) =>
    askSalesforce(settings, timeoutMs, (salesforce) => applySpec(salesforce, step.spec)),
});

interface Asking {
  readonly salesforce: Connection;
  readonly userId: string | null;
  readonly settings: SalesforceSettings;
}

const plan = async (
  { salesforce, userId, settings }: Asking,
  object: SalesforceObject,
  fields: readonly Field[],
): Promise<SetUpPlan> => {
  const wanted = customFieldsOf(object, fields, settings);
  const { fields: described } = await salesforce.describe(object);
  const seen = new Map(described.map((field) => [field.name.toLowerCase(), field]));
  const made = await findMade(salesforce, object);
  const missing = wanted.filter(({ name }) => !seen.has(name.toLowerCase()) && !made.has(name.toLowerCase()));
  // A new field is seen by nobody, whoever made it.
  const closed = wanted.filter(({ name }) => seen.get(name.toLowerCase())?.updateable !== true).map(({ name }) => name);
  const permissions = await planPermissions(salesforce, { object, fields: closed, userId });
  const conflicts = wanted.flatMap((field) => findConflict(field, seen.get(field.name.toLowerCase()), missing));
  const standard = missing.filter(({ name }) => !name.endsWith('__c'));
  return {
    missing: [
      ...permissions.before,
      ...missing.filter((field) => !standard.includes(field)).map(toStep),
      ...permissions.after,
    ],
    conflicts: [
      ...conflicts,
      ...standard.map(({ name }) => `${object} has no field ${name}, and a name that can be made ends in __c`),
    ],
    present: wanted.filter((field) => !missing.includes(field)).map(({ name }) => `${object}.${name}`),
  };
};

type Described = Awaited<ReturnType<Connection['describe']>>['fields'][number];

const findConflict = (
  { object, name, types, isId, options }: CustomField,
  seen: Described | undefined,
  missing: readonly CustomField[],
): readonly string[] => {
  if (seen === undefined || missing.some((field) => field.name === name)) return [];
  if (!types.includes(seen.type))
    return [`${object}.${name} is of type ${seen.type}: rename or delete it, so that it can be made as ${types[0]}`];
  const listed = new Set((seen.picklistValues ?? []).map(({ value }) => value));
  const refused = seen.restrictedPicklist ? options.filter((value) => !listed.has(value)) : [];
  if (refused.length > 0)
    return [
      `${object}.${name} is restricted and lacks the values ${refused.join(', ')}: add them, or lift the restriction`,
    ];
  if (!isId || (seen.externalId && seen.unique)) return [];
  return [`${object}.${name} is not both an external id and unique: mark it so in Setup, or name another field`];
};

/** Custom fields that exist, in lower case, those that are hidden from us as well. Fields of tasks are fields of activities. */
const findMade = async (salesforce: Connection, object: SalesforceObject): Promise<ReadonlySet<string>> => {
  const table = ownerOf(object);
  const { records } = await salesforce.tooling.query<{ readonly DeveloperName: string }>(
    `SELECT DeveloperName FROM CustomField WHERE TableEnumOrId = ${toSoqlText(table)} AND NamespacePrefix = null`,
    { autoFetch: true, maxFetch: 2_000 },
  );
  return new Set(records.map(({ DeveloperName }) => `${DeveloperName}__c`.toLowerCase()));
};

const ownerOf = (object: SalesforceObject): string => (object === 'Task' ? 'Activity' : object);

const toStep = ({ object, name, metadata }: CustomField): SetUpStep => ({
  what: `${object} field ${name} (${String(metadata.type)}${metadata.unique === true ? ', unique external id' : ''})`,
  spec: { kind: 'field', fullName: `${ownerOf(object)}.${name}`, metadata } satisfies SetUpSpec,
});
