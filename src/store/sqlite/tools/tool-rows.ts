import type { DatabaseSync } from 'node:sqlite';
import type { Instant } from '../../../domain/instant.ts';
import type { QueuedEdge, ToolRow, ToolRowKey, ToolStore } from '../../../pipeline/tools/tool-ports.ts';
import { prepare } from '../statement.ts';
import { parseAttributes, parseDelivered, parseEvent, parseNames } from './tool-json.ts';
import { HAS_EXIT, mayBeStale } from './undecided.ts';

/** One row of `tool_states` that waits, as SQLite gives it. */
interface StoredRow extends ToolRowKey {
  readonly id: number;
  readonly version: number;
  readonly decidedAt: Instant;
  readonly desired: string;
  readonly delivered: string | null;
  readonly uncertain: string;
  readonly reached: string;
  readonly waitingSince: Instant;
  readonly failures: number;
  readonly mayBeStale: number;
}

type StoredEdge = Omit<QueuedEdge, 'event'> & { readonly event: string };

export interface ToolRows {
  readonly next: (options: Parameters<ToolStore['nextToolRows']>[0]) => readonly ToolRow[];
  readonly nextRetryAt: (...key: Parameters<ToolStore['nextToolRetryAt']>) => Instant | null;
}

// Of whom something is to be decided first, what waits may be stale: they may have paid since.
// The plus keeps the planner from the index by retry_at, after which it would have to sort all that wait.
const NEXT = `SELECT id, tool, channel, profile_id AS profileId, user_id AS userId, version, decided_at AS decidedAt,
  desired, delivered, uncertain, reached, waiting_since AS waitingSince, failures,
  ${mayBeStale('?3')} AS mayBeStale
  FROM tool_states s WHERE tool = ?1 AND channel = ?2 AND status = 'waiting' AND +retry_at <= ?3
  AND (NOT ${mayBeStale('?3')} OR ${HAS_EXIT})
  ORDER BY urgent DESC, waiting_since, id LIMIT ?4`;
const OPEN_EDGES = `SELECT seq, status, role, episode_id AS episodeId, event, committed_at AS committedAt
  FROM tool_edges WHERE tool_state_id = ? AND status IN ('queued', 'unknown') ORDER BY seq`;
const NEXT_RETRY = `SELECT min(retry_at) AS at FROM tool_states WHERE tool = ? AND channel = ? AND status = 'waiting'`;

const toEdge = (edge: StoredEdge): QueuedEdge => ({ ...edge, event: parseEvent(edge.event) });

const toRow = ({ id: _, mayBeStale: isStale, ...row }: StoredRow, edges: readonly StoredEdge[]): ToolRow => ({
  ...row,
  desired: parseAttributes(row.desired),
  delivered: parseDelivered(row.delivered),
  uncertain: parseNames(row.uncertain),
  reached: parseNames(row.reached),
  edges: edges.map(toEdge),
  ...(isStale === 1 ? { onlyExits: true } : {}),
});

/** The rows that wait to be sent, of one snapshot if called inside a read transaction. */
export const makeToolRows = (db: DatabaseSync): ToolRows => {
  const next = prepare<StoredRow>(db, NEXT);
  const openEdges = prepare<StoredEdge>(db, OPEN_EDGES);
  const nextRetry = prepare<{ at: Instant | null }>(db, NEXT_RETRY);
  return {
    next: ({ tool, channel, now, limit }) =>
      next.all(tool, channel, now, limit).map((row) => toRow(row, openEdges.all(row.id))),
    nextRetryAt: (tool, channel) => nextRetry.get(tool, channel)?.at ?? null,
  };
};
