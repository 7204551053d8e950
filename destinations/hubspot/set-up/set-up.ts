import { z } from 'zod';
import type { SetUpPlan, SetUpStep, ToolDefinition } from '../../../src/destination-kit/define-tool.ts';
import { askHubspot, type HubspotClient, statusOf } from '../client.ts';
import { GROUP, type HubspotObject, type HubspotSettings } from '../settings.ts';
import { addOptions, lackingOptions, toOptionsStep } from './property-options.ts';
import { type PropertySpec, toPropertySpecs } from './property-specs.ts';
import { makeList, NO_LIST, planList } from './suppression-list.ts';

type SetUp = NonNullable<ToolDefinition<HubspotSettings>['setUp']>;
type PropertyCreate = Parameters<HubspotClient['crm']['properties']['coreApi']['create']>[1];

/** A property that HubSpot has. */
interface Present {
  readonly name: string;
  readonly type: string;
  readonly hasUniqueValue?: boolean;
  readonly options: readonly { readonly value: string }[];
}

const ONE: Readonly<Record<HubspotObject, string>> = { contacts: 'contact', companies: 'company', tasks: 'task' };

/** Makes the group and the properties of one object, and adds options that an enumeration lacks. Needs the scopes for its schema. */
export const makeSetUp = (object: HubspotObject): SetUp => ({
  plan: async (settings, fields, timeoutMs) => {
    const { groups, properties } = await askHubspot(settings, timeoutMs, async (hubspot) => ({
      groups: (await hubspot.crm.properties.groupsApi.getAll(object)).results,
      properties: (await hubspot.crm.properties.coreApi.getAll(object)).results,
    }));
    const specs = toPropertySpecs(object, settings, fields);
    const isGrouped = groups.some(({ name }) => name === GROUP);
    const list = object === 'contacts' ? await planList(settings, timeoutMs) : NO_LIST;
    return withList(toPlan(object, specs, properties, isGrouped), list);
  },
  apply: async (settings, step, timeoutMs) => {
    try {
      await askHubspot(settings, timeoutMs, (hubspot) => make(hubspot, step));
    } catch (error) {
      // Made meanwhile.
      if (statusOf(error) !== 409) throw error;
    }
  },
});

const withList = (plan: SetUpPlan, list: SetUpPlan): SetUpPlan => ({
  missing: [...plan.missing, ...list.missing],
  conflicts: [...plan.conflicts, ...list.conflicts],
  present: [...plan.present, ...list.present],
});

const toPlan = (
  object: HubspotObject,
  specs: readonly PropertySpec[],
  properties: readonly Present[],
  isGrouped: boolean,
): SetUpPlan => {
  const held = new Map(properties.map((property) => [property.name, property]));
  const group: SetUpStep = {
    what: `${ONE[object]} property group ${GROUP}`,
    spec: { make: 'group', object, group: { name: GROUP, label: 'Recoup', displayOrder: -1 } },
  };
  const lacking = specs.filter(({ name }) => !held.has(name));
  const conflicts = specs.flatMap((spec) => conflictsOf(object, spec, held.get(spec.name)));
  const short = specs.flatMap((spec) => {
    const property = held.get(spec.name);
    const options = property === undefined ? [] : lackingOptions(spec, property);
    return options.length === 0 ? [] : [{ name: spec.name, options }];
  });
  const isWrong = (name: string): boolean => [...conflicts, ...short].some((each) => each.name === name);
  return {
    missing: [
      ...(isGrouped || lacking.length === 0 ? [] : [group]),
      ...lacking.map((property) => ({
        what: wordsFor(object, property),
        spec: { make: 'property', object, property },
      })),
      ...short.map(({ name, options }) => toOptionsStep(object, ONE[object], name, options)),
    ],
    conflicts: conflicts.map(({ sentence }) => sentence),
    present: specs.filter(({ name }) => held.has(name) && !isWrong(name)).map((spec) => wordsFor(object, spec)),
  };
};

const wordsFor = (object: HubspotObject, { name, type, hasUniqueValue }: PropertySpec): string =>
  `${ONE[object]} property ${name} (${hasUniqueValue === true ? `${type}, unique` : type})`;

const conflictsOf = (
  object: HubspotObject,
  spec: PropertySpec,
  held: Present | undefined,
): readonly { readonly name: string; readonly sentence: string }[] => {
  const sentence = held === undefined ? null : conflictOf(spec, held);
  return sentence === null
    ? []
    : [{ name: spec.name, sentence: `The ${ONE[object]} property ${spec.name} ${sentence}` }];
};

const conflictOf = (spec: PropertySpec, held: Present): string | null => {
  if (held.type !== spec.type && !areBothYesNo(spec, held))
    return `is of type ${held.type} and must be ${spec.type}: rename or delete it in HubSpot, then apply again.`;
  if (spec.hasUniqueValue === true && held.hasUniqueValue !== true)
    return 'is not unique, and that cannot be changed later: name another property in the policy, then apply again.';
  return null;
};

/** A single checkbox that was clicked together is an enumeration of `true` and `false`. */
const areBothYesNo = (spec: PropertySpec, held: Present): boolean =>
  spec.type === 'bool' && held.type === 'enumeration' && ['true', 'false'].every((value) => has(held, value));

const has = ({ options }: Present, value: string): boolean => options.some((option) => option.value === value);

const objects = z.enum(['contacts', 'companies', 'tasks']);
const option = z.object({ label: z.string(), value: z.string(), displayOrder: z.number(), hidden: z.boolean() });
const stepSpec = z.discriminatedUnion('make', [
  z.object({
    make: z.literal('group'),
    object: objects,
    group: z.object({ name: z.string(), label: z.string(), displayOrder: z.number() }),
  }),
  z.object({ make: z.literal('property'), object: objects, property: z.looseObject({ name: z.string() }) }),
  z.object({ make: z.literal('options'), object: objects, name: z.string(), options: z.array(option) }),
  z.object({ make: z.literal('list'), name: z.string() }),
]);

const make = async (hubspot: HubspotClient, { spec }: SetUpStep): Promise<unknown> => {
  const parsed = stepSpec.parse(spec);
  if (parsed.make === 'list') return makeList(hubspot, parsed.name);
  if (parsed.make === 'options') return addOptions(hubspot, parsed.object, parsed.name, parsed.options);
  if (parsed.make === 'group') return hubspot.crm.properties.groupsApi.create(parsed.object, parsed.group);
  // As `plan` made it; the client's types are enums of the same words.
  const property = parsed.property as object as PropertyCreate;
  return hubspot.crm.properties.coreApi.create(parsed.object, property);
};
