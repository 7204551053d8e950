import type { RequestClient } from '@segment/actions-core';
import { z } from 'zod';
import { type SalesforceSettings, toBase, toUrl } from './settings.ts';

/** Characters of an address that is asked for; Salesforce and proxies on the way refuse some 16,000 (from memory). */
const MAX_URL = 8_000;

export interface LookUp {
  readonly object: string;
  readonly fields: readonly string[];
  /** The field that is to hold one of the values. */
  readonly by: string;
  readonly values: readonly string[];
}

export type Row = Readonly<Record<string, unknown>>;

const page = z.looseObject({
  records: z.array(z.record(z.string(), z.unknown())),
  done: z.boolean(),
  nextRecordsUrl: z.string().startsWith('/services/data/').optional(),
});

/** All records whose field holds one of the values; asks as often as addresses and pages make it necessary. */
export const lookUp = async (
  request: RequestClient,
  settings: SalesforceSettings,
  { object, fields, by, values }: LookUp,
): Promise<readonly Row[]> => {
  const start = `SELECT ${fields.join(', ')} FROM ${object} WHERE ${by} IN `;
  const rows: Row[] = [];
  for (const list of toLists([...new Set(values)], encode(start).length)) {
    let next: string | null = toUrl(settings, `/query?q=${encode(`${start}(${list.join(',')})`)}`);
    while (next !== null) {
      const { data } = await request(next, { method: 'get' });
      const parsed = page.safeParse(data);
      // Nothing was written: whoever asked ends here, and asks again.
      if (!parsed.success)
        throw Object.assign(new Error('no page of a query'), { code: 'NOT_AN_ANSWER_OF_SALESFORCE' });
      rows.push(...parsed.data.records);
      const { done, nextRecordsUrl } = parsed.data;
      next = done || nextRecordsUrl === undefined ? null : `${toBase(settings)}${nextRecordsUrl}`;
    }
  }
  return rows;
};

/** A text as SOQL quotes it. */
export const toSoqlText = (value: string): string =>
  `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\n', '\\n').replaceAll('\r', '\\r')}'`;

/** As it leaves: quotes are escaped in addresses on the way, too. */
const encode = (text: string): string => encodeURIComponent(text).replaceAll("'", '%27');

/** The values, quoted, in as many lists as their addresses need. */
const toLists = (values: readonly string[], startLength: number): readonly (readonly string[])[] => {
  const lists: string[][] = [];
  let left = 0;
  for (const value of values.map(toSoqlText)) {
    const length = encode(`${value},`).length;
    if (length > left || lists.length === 0) {
      lists.push([]);
      left = MAX_URL - startLength;
    }
    lists.at(-1)?.push(value);
    left -= length;
  }
  return lists;
};

/** A value of a row, by a name in any case: Salesforce answers in its own; below a relation with a dot. Null when empty. */
export const valueIn = (row: Row, path: string): unknown =>
  path.split('.').reduce<unknown>((held, name) => {
    if (typeof held !== 'object' || held === null) return null;
    const found = Object.entries(held).find(([key]) => key.toLowerCase() === name.toLowerCase());
    return found?.[1] ?? null;
  }, row);

/** The same as text; empty where there is none. */
export const textIn = (row: Row, path: string): string => {
  const value = valueIn(row, path);
  return typeof value === 'string' ? value : '';
};

/** Rows by a field, in lower case: SOQL does not tell cases apart in most fields. */
export const rowsBy = (rows: readonly Row[], path: string): ReadonlyMap<string, readonly Row[]> =>
  Map.groupBy(rows, (row) => textIn(row, path).toLowerCase());
