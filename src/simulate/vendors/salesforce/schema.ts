/** A field as `describe` tells it, and what saving asks of it. */
export interface OrgField {
  readonly name: string;
  readonly type:
    | 'id'
    | 'string'
    | 'textarea'
    | 'email'
    | 'url'
    | 'boolean'
    | 'double'
    | 'date'
    | 'datetime'
    | 'picklist'
    | 'reference';
  readonly length?: number;
  readonly unique?: boolean;
  readonly externalId?: boolean;
  readonly caseSensitive?: boolean;
  /** A record without it cannot be made. */
  readonly required?: boolean;
  /** Of a picklist; `restricted`: no others are taken. */
  readonly values?: readonly string[];
  readonly restricted?: boolean;
  /** Set by Salesforce alone. */
  readonly readOnly?: boolean;
  readonly custom?: boolean;
}

const id: OrgField = { name: 'Id', type: 'id', readOnly: true };
const reference = (name: string): OrgField => ({ name, type: 'reference', length: 18 });
const text = (name: string, more: Partial<OrgField> = {}): OrgField => ({ name, type: 'string', length: 255, ...more });
const system = [
  { ...reference('CreatedById'), readOnly: true },
  { ...reference('LastModifiedById'), readOnly: true },
] as const;

/** Standard objects, as far as Recoup and `jsforce` touch them. */
export const STANDARD_OBJECTS: Readonly<Record<string, readonly OrgField[]>> = {
  Contact: [
    id,
    text('LastName', { length: 80, required: true }),
    text('FirstName', { length: 40 }),
    { name: 'Email', type: 'email', length: 80 },
    reference('AccountId'),
    reference('OwnerId'),
    ...system,
  ],
  Account: [id, text('Name', { required: true }), reference('OwnerId'), ...system],
  Task: [
    id,
    text('Subject'),
    { name: 'Description', type: 'textarea', length: 32_000 },
    { name: 'Status', type: 'picklist', values: ['Not Started', 'In Progress', 'Completed'], restricted: true },
    { name: 'Priority', type: 'picklist', values: ['High', 'Normal', 'Low'], restricted: true },
    { name: 'ActivityDate', type: 'date' },
    { name: 'IsClosed', type: 'boolean', readOnly: true },
    reference('WhoId'),
    reference('WhatId'),
    reference('OwnerId'),
    ...system,
  ],
  User: [id, text('Name'), { name: 'IsActive', type: 'boolean' }],
  PermissionSet: [id, text('Name', { required: true, unique: true }), text('Label', { required: true })],
  PermissionSetAssignment: [
    id,
    { ...reference('PermissionSetId'), required: true },
    { ...reference('AssigneeId'), required: true },
  ],
  FieldPermissions: [
    id,
    { ...reference('ParentId'), required: true },
    text('SobjectType', { required: true }),
    text('Field', { required: true }),
    { name: 'PermissionsRead', type: 'boolean' },
    { name: 'PermissionsEdit', type: 'boolean' },
  ],
};

/** First three characters of an id. */
export const KEY_PREFIX: Readonly<Record<string, string>> = {
  Contact: '003',
  Account: '001',
  Task: '00T',
  User: '005',
  PermissionSet: '0PS',
  PermissionSetAssignment: '0Pa',
  FieldPermissions: '01k',
  CustomField: '00N',
};

const TYPES: Readonly<Record<string, OrgField['type']>> = {
  Text: 'string',
  Url: 'url',
  Checkbox: 'boolean',
  Number: 'double',
  Date: 'date',
  DateTime: 'datetime',
  Picklist: 'picklist',
};

type Metadata = Readonly<Record<string, unknown>>;

/** The field that the Tooling API makes of metadata, or why it makes none. */
export const toCustomField = (name: string, metadata: Metadata): OrgField | string => {
  const { type, label, length, precision, scale, defaultValue } = metadata;
  const known = TYPES[String(type)];
  if (known === undefined) return `Invalid type: ${String(type)}`;
  if (!/^[A-Za-z](?!.*__.*__c$)[A-Za-z0-9_]{0,39}(?<!_)__c$/.test(name)) return `Invalid name: ${name}`;
  if (typeof label !== 'string' || label === '' || label.length > 40)
    return 'Label: data value too large (max length=40)';
  if (type === 'Text' && !(typeof length === 'number' && length <= 255)) return 'Must specify length';
  if (type === 'Number' && (typeof precision !== 'number' || typeof scale !== 'number'))
    return 'Must specify precision';
  if (type === 'Checkbox' && defaultValue !== 'false' && defaultValue !== 'true') return 'Must specify default';
  const values = valuesOf(metadata);
  if (type === 'Picklist' && values.length === 0) return 'Must specify at least one picklist value';
  return {
    name,
    type: known,
    custom: true,
    unique: metadata.unique === true,
    externalId: metadata.externalId === true,
    caseSensitive: metadata.caseSensitive === true,
    ...(known === 'string' || known === 'url' ? { length: typeof length === 'number' ? length : 255 } : {}),
    ...(known === 'picklist' ? { values, restricted: isRestricted(metadata) } : {}),
  };
};

interface ValueSet {
  readonly restricted?: boolean;
  readonly valueSetDefinition?: { readonly value?: readonly { readonly valueName?: string }[] };
}

const valuesOf = ({ valueSet }: Metadata): readonly string[] =>
  ((valueSet as ValueSet | undefined)?.valueSetDefinition?.value ?? []).flatMap(({ valueName }) => valueName ?? []);

const isRestricted = ({ valueSet }: Metadata): boolean => (valueSet as ValueSet | undefined)?.restricted === true;
