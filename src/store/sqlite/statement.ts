import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';

export type Params = readonly SQLInputValue[];

/** A prepared statement whose rows have the shape that its SQL names: STRICT tables guarantee the column types. */
export interface Statement<Row> {
  readonly all: (...params: Params) => readonly Row[];
  readonly get: (...params: Params) => Row | undefined;
  /** Rows one by one; stop early with `break`. */
  readonly iterate: (...params: Params) => Iterable<Row>;
  /** How many rows were changed. */
  readonly run: (...params: Params) => number;
  /** The rowid of the row that was inserted. Only for an INSERT that inserted. */
  readonly insert: (...params: Params) => number;
}

/**
 * Prepares `sql` once for many runs, at its first: most of what the store knows to ask is seldom asked, and a command that
 * opens it should not wait for all of it.
 * @typeParam Row columns as SQLite gives them: INTEGER is number, TEXT is string.
 * @throws at its first run what SQLite throws for SQL that the schema does not know.
 */
export const prepare = <Row = never>(db: DatabaseSync, sql: string): Statement<Row> => {
  let prepared: StatementSync | undefined;
  const statement = (): StatementSync => {
    prepared ??= db.prepare(sql);
    return prepared;
  };
  return {
    all: (...params) => statement().all(...params) as unknown as readonly Row[],
    get: (...params) => statement().get(...params) as Row | undefined,
    iterate: (...params) => statement().iterate(...params) as unknown as Iterable<Row>,
    run: (...params) => Number(statement().run(...params).changes),
    insert: (...params) => Number(statement().run(...params).lastInsertRowid),
  };
};
