import type { Org, OrgRecord } from './org.ts';
import { judgeSave, type SaveCall, type SaveError, type SaveResult } from './save.ts';
import type { OrgField } from './schema.ts';
import { QueryError, runQuery } from './soql.ts';

/** What a request comes to; `commit` stores what it changed. */
export interface Routed {
  readonly status: number;
  readonly body: unknown;
  readonly commit: () => void;
}

export interface RoutedRequest {
  readonly method: string;
  /** Below `/services/data/vNN.0`. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly version: string;
  readonly body: unknown;
  readonly allowSave: boolean;
}

export interface OrgRules {
  readonly pageSize: number;
  readonly duplicateRule: boolean;
  readonly refuse: (record: OrgRecord) => SaveError | null;
}

const nothing = (): void => {};
const answer = (status: number, body: unknown, commit: () => void = nothing): Routed => ({ status, body, commit });
const refuse = (status: number, errorCode: string, message: string): Routed => answer(status, [{ message, errorCode }]);
const NOT_FOUND = refuse(404, 'NOT_FOUND', 'The requested resource does not exist');

/** Answers one request to the REST and Tooling APIs. */
export const route = (org: Org, request: RoutedRequest, rules: OrgRules): Routed => {
  const { method, path } = request;
  if (method === 'GET') return read(org, request, rules.pageSize);
  const collection = /^\/composite\/sobjects(?:\/(\w+)\/(\w+))?$/.exec(path);
  if (collection !== null) return saveMany(org, request, rules, collection[2] ?? null);
  if (method === 'POST' && path === '/tooling/sobjects/CustomField') return makeField(org, request.body as OrgRecord);
  const single = /^\/sobjects\/(\w+)$/.exec(path);
  return method === 'POST' && single !== null ? saveOne(org, request, rules, single[1] ?? '') : NOT_FOUND;
};

const read = (org: Org, { path, query, version }: RoutedRequest, pageSize: number): Routed => {
  if (path === '/sobjects') return answer(200, { encoding: 'UTF-8', sobjects: [] });
  const described = /^\/sobjects\/(\w+)\/describe$/.exec(path)?.[1];
  if (described !== undefined) return describe(org, described);
  if (path === '/tooling/query') return queryFields(org, query.get('q') ?? '');
  const [, cursor = '', from = '0'] = /^\/query\/(01g\d+)-(\d+)$/.exec(path) ?? [];
  const soql = cursors.get(cursor) ?? query.get('q');
  return path.startsWith('/query') && soql !== null
    ? page(org, soql, { version, from: Number(from), pageSize })
    : NOT_FOUND;
};

/** Queries by the locator of their further pages. */
const cursors = new Map<string, string>();

interface Page {
  readonly version: string;
  readonly from: number;
  readonly pageSize: number;
}

const page = (org: Org, soql: string, { version, from, pageSize }: Page): Routed => {
  try {
    const rows = runQuery(org, soql, version);
    const done = from + pageSize >= rows.length;
    const cursor = `01g${cursors.size}`;
    if (!done) cursors.set(cursor, soql);
    const locator = `${cursor}-${from + pageSize}`;
    return answer(200, {
      totalSize: rows.length,
      done,
      ...(done ? {} : { nextRecordsUrl: `/services/data/${version}/query/${locator}` }),
      records: rows.slice(from, from + pageSize),
    });
  } catch (error) {
    if (error instanceof QueryError) return refuse(400, error.errorCode, error.message);
    throw error;
  }
};

const queryFields = (org: Org, soql: string): Routed => {
  const table = /^SELECT DeveloperName FROM CustomField WHERE TableEnumOrId = '(\w+)' AND NamespacePrefix = null$/.exec(
    soql,
  );
  if (table === null) return refuse(400, 'MALFORMED_QUERY', 'unexpected token');
  const records = org.customFields(table[1] ?? '').map((name) => ({ DeveloperName: name.slice(0, -3) }));
  return answer(200, { totalSize: records.length, done: true, records });
};

const describe = (org: Org, object: string): Routed => {
  const fields = org.visible(object);
  if (fields === null) return NOT_FOUND;
  return answer(200, { name: object, createable: true, updateable: true, fields: fields.map(toDescribed) });
};

const toDescribed = (field: OrgField) => ({
  name: field.name,
  type: field.type,
  length: field.length ?? 0,
  unique: field.unique === true,
  externalId: field.externalId === true,
  caseSensitive: field.caseSensitive === true,
  custom: field.custom === true,
  createable: field.readOnly !== true,
  updateable: field.readOnly !== true,
  restrictedPicklist: field.restricted === true,
  picklistValues: (field.values ?? []).map((value) => ({ value, label: value, active: true })),
});

const makeField = (org: Org, { FullName, Metadata }: OrgRecord): Routed => {
  const refused = org.addField(String(FullName), (Metadata ?? {}) as OrgRecord);
  if (refused !== null) return refuse(400, refused.code, refused.message);
  return answer(201, { id: org.newId('CustomField'), success: true, errors: [] });
};

const toCall = (
  records: readonly OrgRecord[],
  { method, allowSave }: RoutedRequest,
  rules: OrgRules,
  idField: string | null,
): SaveCall => ({
  records,
  idField,
  way: method === 'POST' ? 'create' : idField === null ? 'update' : 'upsert',
  allowSave,
  refuse: rules.refuse,
  duplicateRule: rules.duplicateRule,
});

const saveMany = (org: Org, request: RoutedRequest, rules: OrgRules, idField: string | null): Routed => {
  if (request.method === 'DELETE') return removeMany(org, request.query.get('ids') ?? '');
  const { records, allOrNone } = (request.body ?? {}) as { readonly records?: unknown; readonly allOrNone?: unknown };
  if (!Array.isArray(records)) return refuse(400, 'JSON_PARSER_ERROR', 'records is required');
  // What it would roll back nobody here asks for.
  if (allOrNone === true) return refuse(400, 'NOT_SUPPORTED', 'the stand-in saves each record for itself');
  const judged = judgeSave(org, toCall(records, request, rules, idField));
  if (!judged.taken) return refuse(judged.refusal.status, judged.refusal.errorCode, judged.refusal.message);
  return answer(200, judged.results, judged.commit);
};

const saveOne = (org: Org, request: RoutedRequest, rules: OrgRules, type: string): Routed => {
  const record = { attributes: { type }, ...(request.body as OrgRecord) };
  const judged = judgeSave(org, toCall([record], request, rules, null));
  if (!judged.taken) return refuse(judged.refusal.status, judged.refusal.errorCode, judged.refusal.message);
  const [result] = judged.results;
  if (result?.success === true) return answer(201, result, judged.commit);
  return answer(
    400,
    result?.errors.map(({ statusCode, message, fields }) => ({ errorCode: statusCode, message, fields })),
  );
};

const removeMany = (org: Org, ids: string): Routed => {
  const results = ids.split(',').map((id): SaveResult => {
    const isThere = org.all('Task').some(({ Id }) => Id === id);
    const errors = isThere ? [] : [{ statusCode: 'ENTITY_IS_DELETED', message: 'entity is deleted', fields: [] }];
    return { id, success: isThere, errors };
  });
  return answer(200, results, () => ids.split(',').forEach((id) => void org.remove('Task', id)));
};
