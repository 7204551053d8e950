import type { SetUpStep } from '../../../src/destination-kit/define-tool.ts';
import { type Field, fieldsOf } from '../../../src/destination-kit/fields.ts';
import type { HubspotClient } from '../client.ts';
import type { HubspotObject } from '../settings.ts';
import type { PropertyOption, PropertySpec } from './property-specs.ts';

/** What a property that HubSpot has tells of the values that it takes. */
interface Choosing {
  readonly name: string;
  readonly type: string;
  readonly options: readonly { readonly value: string }[];
}

const isLacking =
  ({ options }: Choosing) =>
  (value: string): boolean =>
    !options.some((option) => option.value === value);

/** Options that an enumeration lacks: a release may say what an earlier one did not, and HubSpot refuses a contact for one of them. */
export const lackingOptions = (spec: PropertySpec, held: Choosing): readonly PropertyOption[] =>
  spec.type === 'enumeration' && held.type === 'enumeration'
    ? (spec.options ?? []).filter(({ value }) => isLacking(held)(value))
    : [];

/** The step that adds them. @param one the word for one object. */
export const toOptionsStep = (
  object: HubspotObject,
  one: string,
  name: string,
  lacking: readonly PropertyOption[],
): SetUpStep => ({
  what: `${one} property ${name}: options ${lacking.map(({ value }) => value).join(', ')}`,
  spec: { make: 'options', object, name, options: lacking },
});

/** HubSpot replaces all options: those that it has now stay as they are, those of people among them. */
export const addOptions = async (
  { crm }: HubspotClient,
  object: string,
  name: string,
  added: readonly PropertyOption[],
): Promise<unknown> => {
  const { options: held } = await crm.properties.coreApi.getByName(object, name);
  const last = Math.max(-1, ...held.map(({ displayOrder = -1 }) => displayOrder));
  const fresh = added
    .filter(({ value }) => !held.some((option) => option.value === value))
    .map((option, index) => ({ ...option, displayOrder: last + 1 + index }));
  if (fresh.length === 0) return null;
  return crm.properties.coreApi.update(object, name, { options: [...held, ...fresh] });
};

/** Enumerations of an object that would refuse a value of this release, as sentences; what is missing altogether is not looked at. */
export const findLackingOptions = (object: HubspotObject, properties: readonly Choosing[]): readonly string[] => {
  const held = new Map(properties.map((property) => [property.name, property]));
  return choicesOf(object).flatMap(({ name, options = [] }) => {
    const property = held.get(name);
    if (property?.type !== 'enumeration') return [];
    const lacking = options.filter(isLacking(property));
    return lacking.length === 0 ? [] : [`the property ${name} of ${object} lacks the options ${lacking.join(', ')}`];
  });
};

const choicesOf = (object: HubspotObject): readonly Field[] =>
  object === 'tasks' ? [] : fieldsOf(object === 'contacts' ? 'contact' : 'account', []).filter(isChoice);

const isChoice = ({ type }: Field): boolean => type === 'choice';
