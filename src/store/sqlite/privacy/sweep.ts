import type { DatabaseSync } from 'node:sqlite';
import { DAY_MS, type Instant } from '../../../domain/instant.ts';
import type { PrivacyStore, Swept } from '../../../pipeline/privacy-ports.ts';
import { prepare } from '../statement.ts';

type Retention = Parameters<PrivacyStore['sweep']>[0];

/** Which rows of a table go once they are older than `?1`, oldest first; `?2` bounds how many. */
interface Rule {
  readonly table: string;
  readonly keptFor: keyof Retention;
  /** Rows are made in this order and stay in it, so that a search ends at the first that is too young. */
  readonly made: string;
  readonly isOver: string;
}

const openLetter = (column: string): string =>
  `NOT EXISTS (SELECT 1 FROM dead_letters l WHERE l.${column} = t.seq AND l.replayed_at IS NULL)`;

/** What still waits, is unread, queued or unsettled, or that a dead letter holds back stays, however old it is. */
const RULES: readonly Rule[] = [
  {
    table: 'deliveries',
    keptFor: 'deliveriesDays',
    made: 'received_at',
    isOver: `ending <> 'unread' AND received_at < ?1
      AND ${openLetter('delivery_seq')}
      AND NOT EXISTS (SELECT 1 FROM look_ups k WHERE k.delivery_seq = t.seq AND k.ending IS NULL)`,
  },
  {
    table: 'outbox',
    keptFor: 'outboxDays',
    made: 'committed_at',
    isOver: `status <> 'queued' AND done_at < ?1 AND ${openLetter('outbox_seq')}`,
  },
  {
    table: 'tool_edges',
    keptFor: 'outboxDays',
    made: 'committed_at',
    isOver: `status NOT IN ('queued', 'unknown') AND done_at < ?1 AND NOT EXISTS (SELECT 1 FROM dead_letters l
      WHERE l.tool_state_id = t.tool_state_id AND l.replayed_at IS NULL)`,
  },
  { table: 'tool_sends', keptFor: 'outboxDays', made: 'at', isOver: 'at < ?1' },
  {
    table: 'suppressions',
    keptFor: 'logDays',
    made: 'decided_at',
    isOver: 'decided_at < ?1 AND (acknowledged_at IS NOT NULL OR overtaken_at IS NOT NULL)',
  },
  { table: 'dead_letters', keptFor: 'logDays', made: 'created_at', isOver: 'replayed_at < ?1' },
  { table: 'look_ups', keptFor: 'logDays', made: 'asked_at', isOver: 'ended_at < ?1' },
  { table: 'decisions', keptFor: 'logDays', made: 'at', isOver: 'at < ?1' },
];

const deleteSql = ({ table, made, isOver }: Rule): string => `DELETE FROM ${table} WHERE seq IN (
  SELECT seq FROM ${table} t WHERE seq < coalesce((SELECT seq FROM ${table} WHERE ${made} >= ?1 ORDER BY seq LIMIT 1), 1 + (SELECT max(seq) FROM ${table}))
  AND ${isOver} ORDER BY seq LIMIT ?2)`;

const KEEP_DECISIONS_FROM = `INSERT INTO meta (name, value) VALUES ('decisions_kept_from', ?)
  ON CONFLICT DO UPDATE SET value = excluded.value WHERE CAST(value AS INTEGER) < CAST(excluded.value AS INTEGER)`;

/** Deletes what was kept long enough. Facts stay: every decision rests on all of them. For use inside a write transaction. */
export const makeSweep = (db: DatabaseSync): ((retention: Retention, now: Instant, limit: number) => Swept) => {
  const rules = RULES.map((rule) => ({ ...rule, remove: prepare(db, deleteSql(rule)) }));
  const keepDecisionsFrom = prepare(db, KEEP_DECISIONS_FROM);

  return (retention, now, limit) => {
    keepDecisionsFrom.run(String(now - retention.logDays * DAY_MS));
    let left = limit;
    const rows: Record<string, number> = {};
    for (const { table, keptFor, remove } of rules) {
      const removed = left === 0 ? 0 : remove.run(now - retention[keptFor] * DAY_MS, left);
      if (removed > 0) rows[table] = removed;
      left -= removed;
    }
    return { rows, more: left === 0 };
  };
};
