import type { Org, OrgRecord } from './org.ts';
import type { OrgField } from './schema.ts';

/** A query that Salesforce would not run. */
export class QueryError extends Error {
  readonly errorCode: string;
  constructor(errorCode: string, message: string) {
    super(message);
    this.errorCode = errorCode;
  }
}

type Value = string | number | boolean | null;

interface Condition {
  readonly field: string;
  readonly isNot: boolean;
  readonly values: readonly Value[];
}

interface Query {
  readonly select: readonly string[];
  readonly object: string;
  /** All must hold. */
  readonly where: readonly Condition[];
  readonly groupBy: string | null;
  readonly moreThan: number;
  readonly limit: number;
}

const SHAPE =
  /^SELECT (?<select>.+?) FROM (?<object>\w+)(?: WHERE (?<where>.+?))?(?: GROUP BY (?<group>\w+) HAVING COUNT\(Id\) > (?<more>\d+))?(?: LIMIT (?<limit>\d+))?$/s;
const CONDITION =
  /^(?<field>[\w.]+) (?:(?<op>=|!=) (?<value>'(?:[^'\\]|\\.)*'|\w+)|IN \((?<list>(?:'(?:[^'\\]|\\.)*',?)+)\))(?: AND |$)/s;

/** The part of SOQL that is asked of the stand-in: lists and equality, all of which must hold, and counts of a group. */
const parse = (soql: string): Query => {
  const parts = SHAPE.exec(soql)?.groups;
  if (parts === undefined) throw new QueryError('MALFORMED_QUERY', 'unexpected token');
  const where: Condition[] = [];
  let rest = parts.where ?? '';
  while (rest !== '') {
    const found = CONDITION.exec(rest);
    const groups = found?.groups;
    if (found === null || groups === undefined)
      throw new QueryError('MALFORMED_QUERY', `unexpected token: ${rest.slice(0, 20)}`);
    const values = groups.list === undefined ? [toValue(groups.value ?? '')] : texts(groups.list);
    where.push({ field: groups.field ?? '', isNot: groups.op === '!=', values });
    rest = rest.slice(found[0].length);
  }
  return {
    select: (parts.select ?? '').split(',').map((name) => name.trim()),
    object: parts.object ?? '',
    where,
    groupBy: parts.group ?? null,
    moreThan: Number(parts.more ?? 0),
    limit: Number(parts.limit ?? Number.POSITIVE_INFINITY),
  };
};

const texts = (list: string): readonly string[] =>
  [...list.matchAll(/'((?:[^'\\]|\\.)*)'/gs)].map(([, text = '']) =>
    text.replace(/\\(.)/gs, (_, char: string) => ({ n: '\n', r: '\r' })[char] ?? char),
  );

const toValue = (token: string): Value => {
  if (token.startsWith("'")) return texts(token)[0] ?? '';
  if (token === 'null') return null;
  if (token === 'true' || token === 'false') return token === 'true';
  return Number(token);
};

/** Rows of a query, as the REST API writes them. */
export const runQuery = (org: Org, soql: string, version: string): readonly OrgRecord[] => {
  const query = parse(soql);
  if (org.visible(query.object) === null)
    throw new QueryError('INVALID_TYPE', `sObject type '${query.object}' is not supported.`);
  const held = org
    .all(query.object)
    .filter((record) => query.where.every((condition) => meets(org, query.object, record, condition)));
  if (query.groupBy !== null) return toGroups(org, query, held).slice(0, query.limit);
  return held.slice(0, query.limit).map((record) => toRow(org, query, record, version));
};

const fieldOf = (org: Org, object: string, name: string): OrgField => {
  const field = org.visible(object)?.find((each) => each.name.toLowerCase() === name.toLowerCase());
  if (field === undefined) throw new QueryError('INVALID_FIELD', `No such column '${name}' on entity '${object}'.`);
  return field;
};

const meets = (org: Org, object: string, record: OrgRecord, { field: name, isNot, values }: Condition): boolean => {
  const field = fieldOf(org, object, name);
  if (field.type === 'textarea')
    throw new QueryError('INVALID_FIELD', `field '${name}' can not be filtered in a query call`);
  const held = record[field.name] ?? null;
  const fold = (value: unknown) =>
    typeof value === 'string' && field.caseSensitive !== true ? value.toLowerCase() : value;
  return values.some((value) => fold(value) === fold(held)) !== isNot;
};

const toGroups = (org: Org, { object, groupBy, moreThan }: Query, held: readonly OrgRecord[]): readonly OrgRecord[] => {
  const { name } = fieldOf(org, object, groupBy ?? '');
  const groups = Map.groupBy(held, (record) => record[name]);
  return [...groups]
    .filter(([, records]) => records.length > moreThan)
    .map(([value, records]) => ({ attributes: { type: 'AggregateResult' }, [name]: value, carriers: records.length }));
};

/** Relations that are followed. */
const RELATIONS: Readonly<Record<string, { readonly by: string; readonly object: string }>> = {
  Account: { by: 'AccountId', object: 'Account' },
  Owner: { by: 'OwnerId', object: 'User' },
};

const toRow = (org: Org, { object, select }: Query, record: OrgRecord, version: string): OrgRecord => {
  const row: Record<string, unknown> = {
    attributes: { type: object, url: `/services/data/${version}/sobjects/${object}/${String(record.Id)}` },
  };
  for (const path of select) addTo(row, org, object, record, path);
  return row;
};

/** Adds the value at a path, below as many relations as it names; a relation that leads nowhere is null. */
const addTo = (row: Record<string, unknown>, org: Org, object: string, record: OrgRecord, path: string): void => {
  const [head = '', ...tail] = path.split('.');
  if (tail.length === 0) {
    const field = fieldOf(org, object, head);
    row[field.name] = written(field, record[field.name]);
    return;
  }
  const relation = RELATIONS[head];
  if (relation === undefined) throw new QueryError('INVALID_FIELD', `Didn't understand relationship '${head}'`);
  const other = org.all(relation.object).find(({ Id }) => Id === record[relation.by]);
  const below: Record<string, unknown> = { attributes: { type: relation.object }, ...Object(row[head]) };
  addTo(below, org, relation.object, other ?? {}, tail.join('.'));
  row[head] = other === undefined ? null : below;
};

const written = (field: OrgField, value: unknown): unknown => {
  if (field.type === 'boolean') return value ?? false;
  if (field.type !== 'datetime' || typeof value !== 'string') return value ?? null;
  return new Date(value).toISOString().replace('Z', '+0000');
};
