import type { DatabaseSync } from 'node:sqlite';
import type { Instant } from '../../domain/instant.ts';
import type { DeliveryEnd, OutboxStatus, StoreCounts } from '../../pipeline/ports.ts';
import { prepare } from './statement.ts';

interface Totals {
  readonly deadLetters: number;
  readonly profiles: number;
  readonly inDunning: number;
  readonly parked: number;
  readonly oldestUnreadAt: Instant | null;
  readonly oldestQueuedAt: Instant | null;
}

const DELIVERIES = `SELECT CASE WHEN ending = 'unread' AND customer_id IS NULL THEN 'unresolved' ELSE ending END AS name,
  count(*) AS n FROM deliveries GROUP BY 1`;
const OUTBOX = 'SELECT status AS name, count(*) AS n FROM outbox GROUP BY 1';
const TOTALS = `SELECT
  (SELECT count(*) FROM dead_letters WHERE replayed_at IS NULL) AS deadLetters,
  (SELECT count(*) FROM profiles) AS profiles,
  (SELECT count(*) FROM profiles WHERE in_dunning = 1) AS inDunning,
  (SELECT count(*) FROM profiles WHERE failures > 0 AND parked_until IS NOT NULL) AS parked,
  (SELECT min(received_at) FROM deliveries WHERE ending = 'unread' AND customer_id IS NOT NULL) AS oldestUnreadAt,
  (SELECT min(committed_at) FROM outbox WHERE status = 'queued') AS oldestQueuedAt`;
const NO_TOTALS: Totals = {
  deadLetters: 0,
  profiles: 0,
  inDunning: 0,
  parked: 0,
  oldestUnreadAt: null,
  oldestQueuedAt: null,
};

/** Counts what is stored, of one snapshot if called inside a read transaction. */
export const makeCounts = (db: DatabaseSync): (() => StoreCounts) => {
  const deliveries = prepare<{ name: DeliveryEnd | 'unresolved'; n: number }>(db, DELIVERIES);
  const outbox = prepare<{ name: OutboxStatus; n: number }>(db, OUTBOX);
  const totals = prepare<Totals>(db, TOTALS);
  return () => {
    const byEnd = { unread: 0, understood: 0, ignored: 0, dead_letter: 0, unresolved: 0 };
    const byStatus = { queued: 0, delivered: 0, recorded: 0, dead: 0 };
    for (const { name, n } of deliveries.all()) byEnd[name] = n;
    for (const { name, n } of outbox.all()) byStatus[name] = n;
    return { ...(totals.get() ?? NO_TOTALS), deliveries: byEnd, outbox: byStatus };
  };
};
