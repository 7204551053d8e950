import type { Org, OrgRecord } from './org.ts';
import type { OrgField } from './schema.ts';

export interface SaveError {
  readonly statusCode: string;
  readonly message: string;
  readonly fields: readonly string[];
}

export interface SaveResult {
  readonly id?: string;
  readonly success: boolean;
  readonly errors: readonly SaveError[];
  readonly created?: boolean;
}

/** A call that is refused as a whole. */
export interface Refusal {
  readonly status: number;
  readonly errorCode: string;
  readonly message: string;
}

export interface SaveCall {
  readonly records: readonly OrgRecord[];
  /** By this external id field; null: by `Id`, or new without one. */
  readonly idField: string | null;
  readonly way: 'create' | 'update' | 'upsert';
  readonly allowSave: boolean;
  /** Why a record is refused beyond what is wrong with it; for faults. */
  readonly refuse: (record: OrgRecord) => SaveError | null;
  /** New Contacts with the last name of another are refused. */
  readonly duplicateRule: boolean;
}

export type Judged =
  | { readonly taken: false; readonly refusal: Refusal }
  | { readonly taken: true; readonly results: readonly SaveResult[]; readonly commit: () => void };

const MAX_RECORDS = 200;

/** What Salesforce's collections make of a call; `commit` stores what was taken. */
export const judgeSave = (org: Org, call: SaveCall): Judged => {
  const object = typeOfRecord(call.records[0]);
  const refusal = refuseWhole(org, call, object);
  if (refusal !== null) return { taken: false, refusal };
  const fields = org.visible(object) ?? [];
  const commits: (() => void)[] = [];
  const pending: OrgRecord[] = [];
  const results = call.records.map((raw): SaveResult => {
    const record = canonical(raw, fields);
    const target = findTarget(org, call, object, record);
    if ('statusCode' in target) return failed(target);
    const errors = errorsOf(org, call, { object, fields, record, id: target.id, pending });
    const [first] = errors;
    if (first !== undefined) return { success: false, errors };
    const id = target.id ?? org.newId(object);
    pending.push({ ...record, Id: id });
    commits.push(() => void org.put(object, { ...record, Id: id }));
    return { id, success: true, errors: [], ...(call.way === 'upsert' ? { created: target.id === null } : {}) };
  });
  return { taken: true, results, commit: () => commits.forEach((commit) => void commit()) };
};

const failed = (error: SaveError): SaveResult => ({ success: false, errors: [error] });
const error = (statusCode: string, message: string, ...fields: string[]): SaveError => ({
  statusCode,
  message,
  fields,
});

const typeOfRecord = (record: OrgRecord | undefined): string => {
  const { type } = (record?.attributes ?? {}) as { readonly type?: unknown };
  return typeof type === 'string' ? type : '';
};

const refuseWhole = (org: Org, { records, idField, way }: SaveCall, object: string): Refusal | null => {
  const refuse = (errorCode: string, message: string, status = 400): Refusal => ({ status, errorCode, message });
  if (records.length === 0) return refuse('JSON_PARSER_ERROR', 'records is required');
  if (records.length > MAX_RECORDS)
    return refuse('EXCEEDED_ID_LIMIT', 'record limit reached. cannot submit more than 200 records into this call');
  const fields = org.visible(object);
  if (fields === null || records.some((record) => typeOfRecord(record) !== object))
    return refuse('INVALID_TYPE', `sObject type '${object}' is not supported.`, 404);
  const known = fields.find(({ name }) => name.toLowerCase() === idField?.toLowerCase());
  if (way === 'upsert' && known?.externalId !== true)
    return refuse('NOT_FOUND', `Provided external ID field does not exist or is not accessible: ${idField}`, 404);
  for (const record of records) {
    for (const [name, value] of entriesOf(record)) {
      const field = fields.find((each) => each.name.toLowerCase() === name.toLowerCase());
      if (field === undefined) return refuse('INVALID_FIELD', `No such column '${name}' on sobject of type ${object}`);
      if (isOfWrongType(field, value))
        return refuse('JSON_PARSER_ERROR', `Cannot deserialize instance of ${field.type} from value ${String(value)}`);
    }
  }
  return null;
};

const entriesOf = (record: OrgRecord) => Object.entries(record).filter(([name]) => name !== 'attributes');

/** Field names are told apart without their case, and stored in the field's own. */
const canonical = (record: OrgRecord, fields: readonly OrgField[]): OrgRecord =>
  Object.fromEntries(
    entriesOf(record).map(([name, value]) => [
      fields.find((field) => field.name.toLowerCase() === name.toLowerCase())?.name ?? name,
      value,
    ]),
  );

const DATE_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,3})?(Z|[+-]\d{2}:?\d{2})$/;

const isOfWrongType = ({ type }: OrgField, value: unknown): boolean => {
  if (value === null) return type === 'boolean';
  if (type === 'boolean') return typeof value !== 'boolean';
  if (type === 'double') return typeof value !== 'number';
  if (type === 'date')
    return typeof value !== 'string' || !/^\d{4}-\d{2}-\d{2}$/.test(value) || Number.isNaN(Date.parse(value));
  if (type === 'datetime')
    return typeof value !== 'string' || !DATE_TIME.test(value) || Number.isNaN(Date.parse(value));
  return typeof value !== 'string';
};

const findTarget = (
  org: Org,
  call: SaveCall,
  object: string,
  record: OrgRecord,
): SaveError | { readonly id: string | null } => {
  if (call.way === 'create')
    return record.Id === undefined
      ? { id: null }
      : error('INVALID_FIELD_FOR_INSERT_UPDATE', 'cannot specify Id in an insert call', 'Id');
  if (call.way === 'update') {
    const held = org.all(object).find(({ Id }) => Id === record.Id);
    return held === undefined
      ? error('INVALID_CROSS_REFERENCE_KEY', 'invalid cross reference id')
      : { id: String(held.Id) };
  }
  return findByExternalId(org, call, object, record);
};

const findByExternalId = (
  org: Org,
  call: SaveCall,
  object: string,
  record: OrgRecord,
): SaveError | { readonly id: string | null } => {
  const field = org.visible(object)?.find(({ name }) => name.toLowerCase() === call.idField?.toLowerCase());
  if (field === undefined) return error('INVALID_FIELD', 'no such field');
  const value = record[field.name];
  if (typeof value !== 'string' || value === '')
    return error('MISSING_ARGUMENT', `${field.name} not specified`, field.name);
  const same = call.records.filter((other) => isSame(field, canonical(other, [field])[field.name], value));
  if (same.length > 1) return error('DUPLICATE_VALUE', `Duplicate external id specified: ${value}`, field.name);
  const held = org.all(object).filter((other) => isSame(field, other[field.name], value));
  if (held.length > 1)
    return error('DUPLICATE_EXTERNAL_ID', 'The external ID provided matches more than one record', field.name);
  return { id: held[0] === undefined ? null : String(held[0].Id) };
};

const isSame = ({ caseSensitive }: OrgField, one: unknown, other: unknown): boolean => {
  if (typeof one !== 'string' || typeof other !== 'string') return one === other;
  return caseSensitive === true ? one === other : one.toLowerCase() === other.toLowerCase();
};

interface Saved {
  readonly object: string;
  readonly fields: readonly OrgField[];
  readonly record: OrgRecord;
  /** Null: it is made. */
  readonly id: string | null;
  /** What the call took before it. */
  readonly pending: readonly OrgRecord[];
}

const errorsOf = (org: Org, call: SaveCall, saved: Saved): readonly SaveError[] => {
  const { object, fields, record, id } = saved;
  const injected = call.refuse(record);
  if (injected !== null) return [injected];
  const missing = fields
    .filter(
      ({ name, required }) =>
        required === true && (id === null ? isBlank(record[name]) : name in record && isBlank(record[name])),
    )
    .map(({ name }) => name);
  if (missing.length > 0)
    return [error('REQUIRED_FIELD_MISSING', `Required fields are missing: [${missing.join(', ')}]`, ...missing)];
  const wrong = fields.flatMap((field) => (field.name in record ? fieldErrors(org, saved, field) : []));
  if (wrong.length > 0) return wrong;
  const isDoubled =
    object === 'Contact' &&
    id === null &&
    call.duplicateRule &&
    !call.allowSave &&
    org.all(object).some(({ LastName }) => LastName === record.LastName);
  return isDoubled ? [error('DUPLICATES_DETECTED', 'Use one of these records?')] : [];
};

const isBlank = (value: unknown): boolean => value === undefined || value === null || value === '';

const fieldErrors = (org: Org, { object, record, id, pending }: Saved, field: OrgField): readonly SaveError[] => {
  const { name, length = Number.POSITIVE_INFINITY } = field;
  const value = record[name];
  if (isBlank(value)) return [];
  if (field.readOnly === true && name !== 'Id')
    return [error('INVALID_FIELD_FOR_INSERT_UPDATE', `Unable to create/update fields: ${name}`, name)];
  if (typeof value === 'string' && value.length > length)
    return [error('STRING_TOO_LONG', `${name}: data value too large (max length=${length})`, name)];
  if (field.type === 'email' && !/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(String(value)))
    return [error('INVALID_EMAIL_ADDRESS', `${name}: invalid email address`, name)];
  if (field.restricted === true && !field.values?.includes(String(value)))
    return [error('INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST', `${name}: bad value for restricted picklist field`, name)];
  if (name === 'OwnerId' && !org.all('User').some(({ Id, IsActive }) => Id === value && IsActive === true))
    return [error('INACTIVE_OWNER_OR_USER', 'operation performed with inactive user', name)];
  if (field.unique !== true) return [];
  const other = [...org.all(object), ...pending].find((held) => held.Id !== id && isSame(field, held[name], value));
  return other !== undefined
    ? [
        error(
          'DUPLICATE_VALUE',
          `duplicate value found: ${name} duplicates value on record with id: ${String(other.Id)}`,
          name,
        ),
      ]
    : [];
};
