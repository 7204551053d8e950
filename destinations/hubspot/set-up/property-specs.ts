import type { Field, FieldType } from '../../../src/destination-kit/fields.ts';
import { RETRY_DATE, RETRY_INSTANT } from '../properties.ts';
import { GROUP, type HubspotObject, type HubspotSettings, TASK_KEY, TASK_MARK } from '../settings.ts';

/** A property as HubSpot is asked to make it. */
export interface PropertySpec {
  readonly name: string;
  readonly label: string;
  readonly description: string;
  readonly groupName: string;
  readonly type: 'bool' | 'date' | 'datetime' | 'enumeration' | 'number' | 'string';
  readonly fieldType: 'booleancheckbox' | 'date' | 'number' | 'select' | 'text';
  readonly options?: readonly PropertyOption[];
  readonly hasUniqueValue?: true;
}

export interface PropertyOption {
  readonly label: string;
  readonly value: string;
  readonly displayOrder: number;
  readonly hidden: boolean;
}

type Shape = Pick<PropertySpec, 'type' | 'fieldType'>;

const SHAPES: Readonly<Record<FieldType, Shape>> = {
  boolean: { type: 'bool', fieldType: 'booleancheckbox' },
  choice: { type: 'enumeration', fieldType: 'select' },
  instant: { type: 'datetime', fieldType: 'date' },
  number: { type: 'number', fieldType: 'number' },
  text: { type: 'string', fieldType: 'text' },
  url: { type: 'string', fieldType: 'text' },
};
const DAY: Shape = { type: 'date', fieldType: 'date' };

/** Attributes that are no properties of the object: HubSpot's own, and the way to a company. */
const NOT_MADE: Readonly<Record<HubspotObject, readonly string[]>> = {
  contacts: ['email'],
  companies: ['user_id'],
  tasks: [],
};

/** Every property that deliveries to this object write, the unique one first. */
export const toPropertySpecs = (
  object: HubspotObject,
  settings: HubspotSettings,
  fields: readonly Field[],
): readonly PropertySpec[] => [
  unique(...idOf(object, settings)),
  ...(object === 'tasks' ? [MARK] : []),
  ...fields.filter(({ name }) => !NOT_MADE[object].includes(name)).flatMap(toSpecs),
];

/** Name, label and description of the unique property of an object. */
const idOf = (object: HubspotObject, settings: HubspotSettings): readonly [string, string, string] => {
  if (object === 'contacts') return [settings.contact_id_property, 'Recoup user ID', 'The user, as in the product.'];
  if (object === 'companies')
    return [settings.company_id_property, 'Recoup account ID', 'The billing account, as the provider names it.'];
  return [TASK_KEY, 'Recoup episode', 'The episode of dunning that the task stands for.'];
};

/** Internal name of the unique property by which Recoup finds this object. */
export const idPropertyOf = (object: HubspotObject, settings: HubspotSettings): string => idOf(object, settings)[0];

const make = (name: string, label: string, description: string, shape: Shape): PropertySpec => ({
  name,
  label,
  description,
  groupName: GROUP,
  ...shape,
});

const unique = (name: string, label: string, description: string): PropertySpec => ({
  ...make(name, label, description, SHAPES.text),
  hasUniqueValue: true,
});

const MARK = make(TASK_MARK, 'Recoup mark', 'Tells whether the words of the task are still Recoup’s.', SHAPES.text);

const toSpecs = ({ name, label, description, type, options }: Field): readonly PropertySpec[] => {
  if (name === RETRY_DATE)
    return [
      make(name, `${label} (day)`, `${description} The day in UTC.`, DAY),
      make(RETRY_INSTANT, `${label} (time)`, description, SHAPES.instant),
    ];
  const choices = type === 'boolean' ? YES_NO : (options ?? []).map((value) => ({ value, label: toLabel(value) }));
  const listed = choices.map((choice, displayOrder) => ({ ...choice, displayOrder, hidden: false }));
  return [{ ...make(name, label, description, SHAPES[type]), ...(listed.length > 0 ? { options: listed } : {}) }];
};

const YES_NO = [
  { value: 'true', label: 'Yes' },
  { value: 'false', label: 'No' },
];

/** `first_failure` -> `First failure`. */
const toLabel = (value: string): string => value.charAt(0).toUpperCase() + value.slice(1).replaceAll('_', ' ');
