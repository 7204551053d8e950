import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import type { Instant } from '../../../domain/instant.ts';
import { prepare } from '../statement.ts';
import type { Transactions } from '../transaction.ts';
import { type Finder, makeFinder, type Names } from './erase-names.ts';
import type { RowCounts } from './erase-rows.ts';

type Row = Readonly<Record<string, SQLInputValue>>;

/**
 * What names nobody: numbers and hashes, the rules, what the person's own rows were found by, and what belongs to other
 * people as such. The decision log holds hashed ids and cannot change.
 */
const UNSEARCHED: ReadonlySet<string> = new Set([
  ...['meta', 'rulesets', 'schema_migrations', 'tallies', 'tool_tallies', 'probes', 'decisions', 'committed_events'],
  ...['tombstones', 'erasures', 'tool_deletions', 'erasing', 'no_row', 'customers', 'profile_aliases'],
]);
/** Rows of people who stay: the names go, the row stays. Rows of all other tables go whole. */
const KEPT: Readonly<Record<string, readonly string[]>> = {
  delivery_bodies: ['raw_body'],
  deliveries: ['detail'],
  facts: ['fact'],
  profiles: ['commitments', 'view'],
  tool_states: ['desired', 'delivered', 'uncertain', 'reached'],
  tool_calls: ['settlements'],
};
/** Whose decision has to be made again without the names, by table. */
const OWNER: Readonly<Record<string, string>> = {
  delivery_bodies: 'SELECT c.profile_id FROM deliveries d JOIN customers c ON c.id = d.customer_id WHERE d.seq = ?',
  facts: 'SELECT profile_id FROM customers WHERE id = ?',
  profiles: 'SELECT ?',
  tool_states: 'SELECT profile_id FROM tool_states WHERE id = ?',
};
// The version is raised so that a decision under way, which knew the names, is made again.
const WAKE = `UPDATE profiles SET version = version + 1, wakes = wakes + 1,
  due_at = max(min(coalesce(due_at, ?1), ?1), coalesce(parked_until, 0)) WHERE merged_into IS NULL AND id IN`;
// What the tool holds by a name that was taken out is not known here any more: it is written again.
const ASSERT = `UPDATE tool_states SET status = 'waiting', waiting_since = coalesce(waiting_since, ?1), retry_at = ?1,
  failures = 0, uncertain = (SELECT json_group_array(value) FROM (SELECT value FROM json_each(uncertain)
    UNION SELECT key FROM json_each(?2) WHERE value IS NOT NULL)) WHERE id = ?3`;
const UNOWNED = `SELECT 1 AS yes FROM deliveries WHERE seq = ? AND customer_id IS NULL`;
/** Bounds how long a write of somebody else waits. */
const ROWS_AT_ONCE = 2_000;

interface Table {
  readonly name: string;
  readonly key: readonly string[];
  readonly texts: readonly string[];
}

const TABLES = `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name`;
const COLUMNS = 'SELECT name, type, pk FROM pragma_table_info(?) ORDER BY pk';

const listTables = (db: DatabaseSync): readonly Table[] => {
  const columnsOf = prepare<{ name: string; type: string; pk: number }>(db, COLUMNS);
  const tables = prepare<{ name: string }>(db, TABLES).all();
  return (
    tables
      .filter(({ name }) => !UNSEARCHED.has(name))
      .map(({ name }) => {
        const columns = columnsOf.all(name);
        const texts = KEPT[name] ?? columns.filter(({ type }) => type === 'TEXT').map((column) => column.name);
        return { name, key: columns.filter(({ pk }) => pk > 0).map((column) => column.name), texts };
      })
      // Bodies first: what is read from one is behind it.
      .sort((a, b) => Number(b.name === 'delivery_bodies') - Number(a.name === 'delivery_bodies'))
  );
};

const quoted = (names: readonly string[]): string => names.map((name) => `"${name}"`).join(', ');
const places = (names: readonly string[]): string => names.map(() => '?').join(', ');

/** Looks through one table; answers how many rows named the person. */
const makeSearchTable = (db: DatabaseSync, { write }: Transactions, finder: Finder, now: Instant) => {
  const isNamed = (row: Row, { texts }: Table): boolean =>
    texts.some((column) => typeof row[column] === 'string' && finder.isNamed(row[column]));

  const wakeOwner = (table: Table, key: readonly SQLInputValue[]): void => {
    const owner = OWNER[table.name];
    if (owner !== undefined) prepare(db, `${WAKE} (${owner})`).run(now, key[0] ?? null);
  };

  /** Of a JSON object, what names the person. */
  const namedPart = (json: SQLInputValue | undefined): string => {
    if (typeof json !== 'string') return '{}';
    const named = Object.entries(JSON.parse(json) as object).filter((entry) => finder.isNamed(JSON.stringify(entry)));
    return JSON.stringify(Object.fromEntries(named));
  };

  const take = (table: Table, row: Row): void => {
    const { name, key, texts } = table;
    const keyValues = key.map((column) => row[column] ?? null);
    const where = `WHERE (${quoted(key)}) = (${places(key)})`;
    const isUnowned = name === 'delivery_bodies' && prepare(db, UNOWNED).get(...keyValues) !== undefined;
    if (isUnowned) return void prepare(db, 'DELETE FROM deliveries WHERE seq = ?').run(...keyValues);
    if (KEPT[name] === undefined) return void prepare(db, `DELETE FROM "${name}" ${where}`).run(...keyValues);
    const cleaned = texts.map((column) => (typeof row[column] === 'string' ? finder.without(row[column]) : null));
    const set = texts.map((column) => `"${column}" = ?`).join(', ');
    prepare(db, `UPDATE "${name}" SET ${set} ${where}`).run(...cleaned, ...keyValues);
    if (name === 'tool_states') prepare(db, ASSERT).run(now, namedPart(row.delivered), ...keyValues);
    wakeOwner(table, keyValues);
  };

  return (table: Table): number => {
    const { name, key, texts } = table;
    const columns = quoted([...new Set([...key, ...texts])]);
    const first = prepare<Row>(db, `SELECT ${columns} FROM "${name}" ORDER BY ${quoted(key)} LIMIT ${ROWS_AT_ONCE}`);
    const next = prepare<Row>(
      db,
      `SELECT ${columns} FROM "${name}" WHERE (${quoted(key)}) > (${places(key)}) ORDER BY ${quoted(key)} LIMIT ${ROWS_AT_ONCE}`,
    );
    const again = prepare<Row>(db, `SELECT ${columns} FROM "${name}" WHERE (${quoted(key)}) = (${places(key)})`);
    let found = 0;
    for (let rows = first.all(); rows.length > 0; ) {
      const named = rows.filter((row) => isNamed(row, table));
      if (named.length > 0)
        write(() => {
          for (const row of named) {
            // As it is by now: the relay may have changed it since.
            const current = again.get(...key.map((column) => row[column] ?? null));
            if (current !== undefined && isNamed(current, table)) take(table, current);
          }
        });
      found += named.length;
      const last = rows.at(-1);
      rows = last === undefined ? [] : next.all(...key.map((column) => last[column] ?? null));
    }
    return found;
  };
};

/**
 * Looks through all that is left for a person's names, whoever it belongs to: webhooks that name nobody, what was told
 * of an account to its contacts, rows of tables that lead to nobody. Not for use inside a transaction.
 * @returns the rows that named the person, by table.
 */
export const searchAll = (db: DatabaseSync, transactions: Transactions, names: Names, now: Instant): RowCounts => {
  const search = makeSearchTable(db, transactions, makeFinder(names), now);
  const found = listTables(db).map((table) => [table.name, search(table)] as const);
  return Object.fromEntries(found.filter(([, rows]) => rows > 0));
};
