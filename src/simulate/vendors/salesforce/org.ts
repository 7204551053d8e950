import { KEY_PREFIX, type OrgField, STANDARD_OBJECTS, toCustomField } from './schema.ts';

export type OrgRecord = Readonly<Record<string, unknown>>;

/** One organisation: objects, custom fields, records, and who may see which field. */
export interface Org {
  /** Whose session it is that Recoup has. */
  readonly runAs: string;
  /** Fields that the run-as user sees, by object. */
  readonly visible: (object: string) => readonly OrgField[] | null;
  readonly all: (object: string) => readonly OrgRecord[];
  /** Stores a record as somebody saves it, without any check; answers its id. */
  readonly put: (object: string, record: OrgRecord, by?: string) => string;
  readonly remove: (object: string, id: string) => boolean;
  readonly newId: (object: string) => string;
  /** As the Tooling API makes one; hidden until it is opened. Answers why not, or null. */
  readonly addField: (
    fullName: string,
    metadata: OrgRecord,
  ) => { readonly code: string; readonly message: string } | null;
  /** Custom fields by the table that has them: those of tasks stand under Activity. */
  readonly customFields: (table: string) => readonly string[];
  /** Opens a field to the run-as user, as a profile would. */
  readonly open: (object: string, field: string) => void;
}

export const RUN_AS = '005000000000001AAA';

export const makeOrg = (): Org => {
  const fields = new Map(Object.entries(STANDARD_OBJECTS).map(([object, standard]) => [object, [...standard]]));
  const records = new Map<string, Map<string, OrgRecord>>();
  const opened = new Set<string>();
  let serial = 0;

  const tableOf = (object: string): Map<string, OrgRecord> => {
    const table = records.get(object) ?? new Map<string, OrgRecord>();
    records.set(object, table);
    return table;
  };
  const all = (object: string): readonly OrgRecord[] => [...tableOf(object).values()];
  const newId = (object: string): string => {
    serial += 1;
    return `${KEY_PREFIX[object] ?? '000'}${String(serial).padStart(12, '0')}AAA`;
  };
  /** Fields that permission sets open to the run-as user; null after a change, until somebody asks. */
  let permitted: ReadonlySet<unknown> | null = null;
  const findPermitted = (): ReadonlySet<unknown> => {
    const mine = all('PermissionSetAssignment').filter(({ AssigneeId }) => AssigneeId === RUN_AS);
    const sets = new Set(mine.map(({ PermissionSetId }) => PermissionSetId));
    const writable = all('FieldPermissions').filter((each) => each.PermissionsEdit === true && sets.has(each.ParentId));
    return new Set(writable.map(({ Field }) => Field));
  };
  const isOpen = (object: string, field: OrgField): boolean => {
    if (field.custom !== true || opened.has(`${object}.${field.name}`)) return true;
    permitted ??= findPermitted();
    return permitted.has(`${object}.${field.name}`);
  };
  const put = (object: string, record: OrgRecord, by = RUN_AS): string => {
    const id = typeof record.Id === 'string' ? record.Id : newId(object);
    const held = tableOf(object).get(id) ?? { CreatedById: by, ...DEFAULTS[object] };
    const next: Record<string, unknown> = { ...held, ...record, Id: id, LastModifiedById: by };
    if (object === 'Task') next.IsClosed = next.Status === 'Completed';
    tableOf(object).set(id, next);
    permitted = null;
    return id;
  };
  tableOf('User').set(RUN_AS, { Id: RUN_AS, Name: 'Recoup', IsActive: true });

  return {
    runAs: RUN_AS,
    visible: (object) => fields.get(object)?.filter((field) => isOpen(object, field)) ?? null,
    all,
    put,
    newId,
    remove: (object, id) => {
      permitted = null;
      return tableOf(object).delete(id);
    },
    addField: (fullName, metadata) => {
      const [table = '', name = ''] = fullName.split('.');
      const object = table === 'Activity' ? 'Task' : table;
      const held = fields.get(object);
      if (held === undefined || table === 'Task') return { code: 'INVALID_TYPE', message: `no such entity: ${table}` };
      const field = toCustomField(name, metadata);
      if (typeof field === 'string') return { code: 'FIELD_INTEGRITY_EXCEPTION', message: field };
      if (held.some((other) => other.name.toLowerCase() === name.toLowerCase()))
        return { code: 'DUPLICATE_DEVELOPER_NAME', message: `There is already a field named ${name} on ${table}.` };
      held.push(field);
      return null;
    },
    customFields: (table) =>
      (fields.get(table === 'Activity' ? 'Task' : table) ?? [])
        .filter(({ custom }) => custom === true && table !== 'Task')
        .map(({ name }) => name),
    open: (object, field) => void opened.add(`${object}.${field}`),
  };
};

const DEFAULTS: Readonly<Record<string, OrgRecord>> = {
  Task: { Status: 'Not Started', Priority: 'Normal', OwnerId: RUN_AS },
  Contact: { OwnerId: RUN_AS },
  Account: { OwnerId: RUN_AS },
};
