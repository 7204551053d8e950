import type { DatabaseSync } from 'node:sqlite';
import type { Instant } from '../../../domain/instant.ts';
import type { Erased, EraseScope, PrivacyStore, ToolDeletion } from '../../../pipeline/privacy-ports.ts';
import { prepare } from '../statement.ts';
import type { Transactions } from '../transaction.ts';
import { makeCompact } from './compact.ts';
import type { Names } from './erase-names.ts';
import { makePersons, withFormer } from './erase-person.ts';
import { makeRemoval, toErased } from './erase-removal.ts';
import { makeEraseRows, type RowCounts } from './erase-rows.ts';
import { searchAll } from './erase-search.ts';
import { overwriting } from './overwriting.ts';

const UNFINISHED = 'SELECT seq, deleted, names FROM erasures WHERE names IS NOT NULL ORDER BY seq';
const END = 'UPDATE erasures SET names = NULL, deleted = ? WHERE seq = ?';
const DELETIONS = 'SELECT tool, kind, id, not_before AS notBefore FROM tool_deletions ORDER BY tool, kind, id';
const REMOVE_DELETION = 'DELETE FROM tool_deletions WHERE tool = ? AND kind = ? AND id = ?';

type Forgets = Omit<PrivacyStore, 'sweep'>;

const added = (some: RowCounts, more: RowCounts): RowCounts => {
  const tables = [...new Set([...Object.keys(some), ...Object.keys(more)])].sort();
  return Object.fromEntries(tables.map((table) => [table, (some[table] ?? 0) + (more[table] ?? 0)]));
};

/** Forgets people: rows, names in other rows, and the bytes of both. Not for use inside a transaction. */
export const makeErase = (db: DatabaseSync, transactions: Transactions): Forgets => {
  const { read, write } = transactions;
  const persons = makePersons(db);
  const rows = makeEraseRows(db);
  const { remove } = makeRemoval(db);
  const compact = makeCompact(db);
  const unfinished = prepare<{ seq: number; deleted: string; names: string }>(db, UNFINISHED);
  const end = prepare(db, END);
  const deletions = prepare<ToolDeletion>(db, DELETIONS);
  const removeDeletion = prepare(db, REMOVE_DELETION);

  const finish = (now: Instant): readonly RowCounts[] =>
    unfinished.all().map(({ seq, deleted, names }) => {
      const found = searchAll(db, transactions, JSON.parse(names) as Names, now);
      end.run(JSON.stringify(added(JSON.parse(deleted) as RowCounts, found)), seq);
      return found;
    });

  const eraseNamed = (id: string, now: Instant, { tools = [], former = false }: EraseScope): Erased | null => {
    const erased = write(() => {
      const person = persons.named(id);
      return person === undefined ? null : remove(former ? withFormer(person) : person, now, tools);
    });
    return erased === null ? null : { ...erased, rows: finish(now).reduce(added, erased.rows) };
  };

  return {
    findErasable: async (id) =>
      read(() => {
        const person = persons.named(id);
        return person === undefined ? null : toErased(person, rows.count(person));
      }),
    erase: async (id, now, scope = {}) => overwriting(db, () => eraseNamed(id, now, scope)),
    finishErasures: async (now) => overwriting(db, () => finish(now).length),
    compact: async () => compact(),
    toolDeletions: async () => deletions.all(),
    settleToolDeletions: async (done) =>
      overwriting(db, () =>
        write(() => {
          for (const { tool, kind, id } of done) removeDeletion.run(tool, kind, id);
        }),
      ),
  };
};
