import { DatabaseSync } from 'node:sqlite';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { PAYING_MARK, RECOVERED_MARK } from './idle-stories.ts';
import { openIdleWorld } from './idle-world.ts';

/** One in so many idle profiles was in dunning months ago: it has said things, and has rows of a tool that are settled. */
const RECOVERED_ONE_IN = 20;
/** Profiles copied in one transaction. */
const CHUNK = 20_000;

/** `l` are the copy's letters: an id that is a digest keeps its kind and becomes unique by them. */
const unique = (column: string): string => `substr(${column}, 1, length(${column}) - ${PAYING_MARK.length}) || l`;

/** Every row that a seed's profile has, once for each copy, but for the bodies of its webhooks: their retention is over. */
const copyStatements = (mark: string): readonly string[] => {
  const own = (column: string): string => `replace(${column}, '${mark}', l)`;
  const ownWith = (column: string, id: string): string => `replace(${own(column)}, ${id}, ${unique(id)})`;
  const profile = `(SELECT profile_id FROM seed.customers WHERE customer = 'cus_${mark}')`;
  const from = (table: string, owner: string): string =>
    `FROM copies CROSS JOIN seed.${table} s WHERE s.${owner} = ${profile}`;
  const fromToolRow = (table: string): string =>
    `FROM copies CROSS JOIN seed.${table} s
      WHERE s.tool_state_id IN (SELECT id FROM seed.tool_states WHERE profile_id = ${profile})`;
  return [
    `INSERT INTO profiles SELECT copies.id, due_at, wakes, parked_until, failures, version, decided_at, ruleset, in_dunning,
      channel, ${own('user_id')}, ${unique('anonymous_id')}, ${own('commitments')}, ${own('view')}, mode, NULL
      ${from('profiles', 'id')}`,
    `INSERT INTO profile_aliases SELECT ${own('alias')}, mode, copies.id ${from('profile_aliases', 'profile_id')}`,
    `INSERT INTO customers SELECT copies.id, copies.id, provider, merchant, mode, ${own('customer')}, created_at
      ${from('customers', 'profile_id')}`,
    `INSERT INTO deliveries SELECT NULL, provider, merchant, mode, ${unique('event_id')}, event_type, occurred_at,
      received_at, copies.id, ending, detail, read_at, source ${from('deliveries', 'customer_id')}`,
    `INSERT INTO object_references SELECT ${own('object_id')}, provider, merchant, mode, copies.id, created_at
      ${from('object_references', 'customer_id')}`,
    `INSERT INTO facts SELECT copies.id, ${unique('s.id')}, occurred_at, received_at, ${ownWith('fact', 's.id')}
      ${from('facts', 'customer_id')}`,
    `INSERT INTO committed_events SELECT copies.id, ${unique('message_id')}, event, silent, refuted, unsaid, version
      ${from('committed_events', 'customer_id')}`,
    `INSERT INTO outbox SELECT NULL, copies.id, ${unique('message_id')}, channel, 'recorded', committed_at, committed_at,
      ${ownWith('call', 'message_id')} ${from('outbox', 'profile_id')}`,
    `INSERT INTO decisions SELECT NULL, copies.id, version, at, ruleset, ${own('lines')} ${from('decisions', 'profile_id')}`,
    `INSERT INTO tool_states SELECT copies.id, copies.id, tool, channel, ${own('user_id')}, ${own('desired')}, version,
      decided_at, ${own('delivered')}, uncertain, reached, status, urgent, waiting_since, retry_at, failures,
      amount_minor, currency ${from('tool_states', 'profile_id')}`,
    `INSERT INTO tool_edges SELECT NULL, copies.id, ${unique('event_id')}, role, episode_id,
      ${ownWith('event', 'event_id')}, committed_at, status, done_at
      ${fromToolRow('tool_edges')}`,
    `INSERT INTO tool_sends SELECT NULL, copies.id, at, result, ${own('attributes')}, ${own('events')}, detail
      ${fromToolRow('tool_sends')}`,
  ];
};

const FILL_PRAGMAS =
  'PRAGMA journal_mode = DELETE; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -262144;';
const ADD_COPIES = `WITH RECURSIVE n (id) AS (SELECT ?1 UNION ALL SELECT id + 1 FROM n WHERE id < ?2)
  INSERT INTO copies SELECT id, printf('%0${PAYING_MARK.length}d', id) FROM n
  WHERE (id % ?3 <> 0 AND id % ${RECOVERED_ONE_IN} = 7) = ?4`;

/**
 * Makes a book of paying customers: of each `spacing` of them, in order of profile id, the last will fail in the bench, so
 * those are strewn over the whole file; among the others some have dunning months behind them.
 * @param seed a store with one customer of each kind, whose rows are copied.
 */
export const fillBook = async (
  path: string,
  seed: string,
  size: { readonly profiles: number; readonly spacing: number },
  onProgress: (profiles: number) => void,
): Promise<void> => {
  await (await openIdleWorld(path)).world.store.close();
  const db = new DatabaseSync(path, { enableForeignKeyConstraints: false });
  db.exec(FILL_PRAGMAS);
  db.exec(`ATTACH '${seed}' AS seed; CREATE TEMP TABLE copies (id INTEGER PRIMARY KEY, l TEXT NOT NULL)`);
  const addCopies = db.prepare(ADD_COPIES);
  const kinds = [PAYING_MARK, RECOVERED_MARK].map((mark) => copyStatements(mark).map((sql) => db.prepare(sql)));
  for (let first = 1; first <= size.profiles; first += CHUNK) {
    const last = Math.min(size.profiles, first + CHUNK - 1);
    db.exec('BEGIN');
    for (const [isRecovered, statements] of kinds.entries()) {
      db.exec('DELETE FROM copies');
      addCopies.run(first, last, size.spacing, isRecovered);
      for (const statement of statements) statement.run();
    }
    db.exec('COMMIT');
    onProgress(last);
    // Or whoever interrupts the bench would wait for all of it.
    await nextTurn();
  }
  db.close();
};
