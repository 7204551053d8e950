import type { DatabaseSync } from 'node:sqlite';
import { prepare } from '../statement.ts';

/** Row ids of whom an erasure is about. */
export interface ErasedRows {
  readonly profiles: readonly number[];
  readonly customers: readonly number[];
}

/** How many rows, by table. */
export type RowCounts = Readonly<Record<string, number>>;

export interface EraseRows {
  readonly count: (rows: ErasedRows) => RowCounts;
  /** For use inside a write transaction. */
  readonly remove: (rows: ErasedRows) => RowCounts;
}

interface ForeignKey {
  readonly child: string;
  readonly column: string;
  readonly parent: string;
  readonly target: string;
}

/** The rows that belong to one person; `?1` and `?2` are JSON lists of row ids of profiles and customers. */
const ROOTS: Readonly<Record<string, string>> = {
  profiles: 'id IN (SELECT value FROM json_each(?1))',
  customers: 'id IN (SELECT value FROM json_each(?2))',
};
// The log outlives its profile where another one absorbs it, so that no foreign key leads there.
const LOG: ForeignKey = { child: 'decisions', column: 'profile_id', parent: 'profiles', target: 'id' };

const FOREIGN_KEYS = `SELECT m.name AS child, f."from" AS "column", f."table" AS parent, f."to" AS target
  FROM sqlite_schema m, pragma_foreign_key_list(m.name) f WHERE m.type = 'table' AND m.name <> 'erasing'`;
const OPEN_LOG = 'INSERT INTO erasing (profile_id) SELECT value FROM json_each(?1)';
const CLOSE_LOG = 'DELETE FROM erasing';

/** What of a table belongs to the person, by whatever leads from it to a profile or a customer. */
const ownedSql = (table: string, keys: readonly ForeignKey[]): string => {
  const root = ROOTS[table];
  if (root !== undefined) return root;
  const ways = keys.filter(({ child }) => child === table);
  return ways
    .map(
      ({ column, parent, target }) =>
        `"${column}" IN (SELECT "${target}" FROM "${parent}" WHERE ${ownedSql(parent, keys)})`,
    )
    .join(' OR ');
};

const depthOf = (table: string, keys: readonly ForeignKey[]): number => {
  if (ROOTS[table] !== undefined) return table === 'profiles' ? 0 : 1;
  return 1 + Math.max(0, ...keys.filter(({ child }) => child === table).map(({ parent }) => depthOf(parent, keys)));
};

/**
 * The rows of people in all tables that lead to them, found by the schema's foreign keys: a table that a later release
 * adds is emptied, too.
 */
export const makeEraseRows = (db: DatabaseSync): EraseRows => {
  const keys = [...prepare<ForeignKey>(db, FOREIGN_KEYS).all(), LOG];
  const tables = [...new Set([...keys.map(({ child }) => child), ...Object.keys(ROOTS)])]
    // What belongs to something goes before it.
    .sort((a, b) => depthOf(b, keys) - depthOf(a, keys))
    .filter((table) => ownedSql(table, keys) !== '');

  const each = (
    { profiles, customers }: ErasedRows,
    run: (where: string, table: string, ids: readonly string[]) => number,
  ) => {
    const ids = [JSON.stringify(profiles), JSON.stringify(customers)];
    const counted = tables.map((table) => [table, run(ownedSql(table, keys), table, ids)] as const);
    return Object.fromEntries(counted.filter(([, rows]) => rows > 0));
  };
  // SQLite refuses a parameter that the text does not name.
  const usedOf = (sql: string, [profiles = '', customers = '']: readonly string[]): readonly string[] =>
    sql.includes('?2') ? [profiles, customers] : [profiles];

  return {
    count: (rows) =>
      each(rows, (where, table, ids) => {
        const sql = `SELECT count(*) AS n FROM "${table}" WHERE ${where}`;
        return prepare<{ n: number }>(db, sql).get(...usedOf(sql, ids))?.n ?? 0;
      }),
    remove: (rows) => {
      // An absorbed profile refers to another of the same person.
      db.exec('PRAGMA defer_foreign_keys = ON');
      prepare(db, OPEN_LOG).run(JSON.stringify(rows.profiles));
      const removed = each(rows, (where, table, ids) => {
        const sql = `DELETE FROM "${table}" WHERE ${where}`;
        return prepare(db, sql).run(...usedOf(sql, ids));
      });
      prepare(db, CLOSE_LOG).run();
      return removed;
    },
  };
};
