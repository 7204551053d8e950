/** A property as HubSpot defines it. */
export interface HubspotProperty {
  readonly name: string;
  readonly label: string;
  readonly description: string;
  readonly groupName: string;
  readonly type: string;
  readonly fieldType: string;
  readonly options: readonly { readonly value: string; readonly label: string; readonly hidden: boolean }[];
  readonly hasUniqueValue: boolean;
}

/** What is wrong with a value, in HubSpot's code for it. */
export interface ValueError {
  readonly name: string;
  readonly error: string;
  readonly message: string;
}

export type ObjectType = 'contacts' | 'companies' | 'tasks';

const of = (name: string, type: string, values: readonly string[] = []): HubspotProperty => ({
  name,
  label: name,
  description: '',
  groupName: 'information',
  type,
  fieldType: type === 'enumeration' ? 'select' : 'text',
  options: values.map((value) => ({ value, label: value, hidden: false })),
  hasUniqueValue: false,
});

/** Properties that every account has, as far as they are needed here. */
export const STANDARD: Readonly<Record<ObjectType, readonly HubspotProperty[]>> = {
  contacts: [
    ...['email', 'firstname', 'lastname', 'hs_additional_emails', 'associatedcompanyid', 'hubspot_owner_id'].map(
      (name) => of(name, 'string'),
    ),
  ],
  companies: ['name', 'domain', 'hubspot_owner_id'].map((name) => of(name, 'string')),
  tasks: [
    of('hs_timestamp', 'datetime'),
    ...['hs_task_subject', 'hs_task_body', 'hubspot_owner_id'].map((name) => of(name, 'string')),
    of('hs_task_status', 'enumeration', ['NOT_STARTED', 'IN_PROGRESS', 'WAITING', 'DEFERRED', 'COMPLETED']),
    of('hs_task_priority', 'enumeration', ['NONE', 'LOW', 'MEDIUM', 'HIGH']),
    of('hs_task_type', 'enumeration', ['TODO', 'CALL', 'EMAIL']),
  ],
};

/** Fields of a property that come in pairs: others are refused. */
const PAIRS: Readonly<Record<string, readonly string[]>> = {
  bool: ['booleancheckbox', 'calculation_equation'],
  date: ['date'],
  datetime: ['date'],
  enumeration: ['booleancheckbox', 'checkbox', 'radio', 'select', 'calculation_equation'],
  number: ['number', 'calculation_equation'],
  string: ['text', 'textarea', 'html', 'phonenumber', 'file', 'calculation_equation'],
};
const NAME = /^[a-z][a-z0-9_]{0,99}$/;
const MAX_UNIQUE = 10;

/** Why HubSpot would not make this property; null: it would. */
export const refuseProperty = (spec: Partial<HubspotProperty>, held: readonly HubspotProperty[]): string | null => {
  const { name = '', type = '', fieldType = '', label = '', groupName = '', options = [] } = spec;
  if (!NAME.test(name)) return `Property name ${name} is invalid`;
  if (label === '' || groupName === '') return 'label and groupName are required';
  if (PAIRS[type]?.includes(fieldType) !== true) return `fieldType ${fieldType} does not go with type ${type}`;
  if (type === 'enumeration' && options.length === 0) return 'an enumeration needs options';
  const values = options.map(({ value }) => value);
  if (type === 'bool' && values.toSorted().join() !== 'false,true') return 'a bool needs the options true and false';
  if (new Set(values).size < values.length) return 'two options have the same value';
  const unique = held.filter(({ hasUniqueValue }) => hasUniqueValue).length;
  return spec.hasUniqueValue === true && unique >= MAX_UNIQUE ? 'too many unique properties' : null;
};

/** Why HubSpot would not take this value; null: it would. Nothing clears. */
export const refuseValue = (property: HubspotProperty | undefined, name: string, value: unknown): ValueError | null => {
  const refuse = (error: string): ValueError => ({ name, error, message: `${String(value)} is no value of ${name}` });
  if (property === undefined)
    return { name, error: 'PROPERTY_DOESNT_EXIST', message: `Property "${name}" does not exist` };
  if (typeof value !== 'string') return refuse('INVALID_TYPE');
  if (value === '') return null;
  const error = (CHECKS[property.type] ?? (() => null))(value, property);
  if (error !== null) return refuse(error);
  return name === 'email' && !/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(value) ? refuse('INVALID_EMAIL') : null;
};

const DAY = /^\d{4}-\d{2}-\d{2}$/;
const ISO = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})$/;
const NUMBER = /^-?\d+(\.\d+)?(e[+-]?\d+)?$/i;
const DAY_MS = 86_400_000;
const MAX_CHARS = 65_536;

const CHECKS: Readonly<Record<string, (value: string, property: HubspotProperty) => string | null>> = {
  bool: (value) => (value === 'true' || value === 'false' ? null : 'INVALID_BOOLEAN'),
  date: (value) => {
    const isMidnight = /^\d+$/.test(value) && Number(value) % DAY_MS === 0;
    return isMidnight || (DAY.test(value) && !Number.isNaN(Date.parse(value))) ? null : 'INVALID_DATE';
  },
  datetime: (value) =>
    /^\d{10,14}$/.test(value) || (ISO.test(value) && !Number.isNaN(Date.parse(value))) ? null : 'INVALID_DATE',
  enumeration: (value, { options }) => (options.some((option) => option.value === value) ? null : 'INVALID_OPTION'),
  number: (value) => (NUMBER.test(value) ? null : 'INVALID_INTEGER'),
  string: (value) => (value.length > MAX_CHARS ? 'PROPERTY_VALUE_TOO_LONG' : null),
};
