import type { DatabaseSync } from 'node:sqlite';
import type { Instant } from '../../../domain/instant.ts';
import { prepare } from '../statement.ts';

export type EdgeEnd = 'delivered' | 'recorded' | 'dropped' | 'dead';

/** The events that a tool's flows are to hear, of one row each. For use inside a write transaction. */
export interface ToolEdges {
  readonly areOpen: (seqs: readonly number[], toolStateId: number) => boolean;
  readonly anyOpen: (toolStateId: number) => boolean;
  readonly end: (seqs: readonly number[], end: EdgeEnd, toolStateId: number, now: Instant) => void;
  /** Sent, and nobody knows whether they arrived. */
  readonly doubt: (seqs: readonly number[], toolStateId: number) => void;
}

const IS_OPEN = `SELECT 1 AS yes FROM tool_edges
  WHERE seq = ? AND tool_state_id = ? AND status IN ('queued', 'unknown')`;
const ANY_OPEN = `SELECT 1 AS yes FROM tool_edges
  WHERE tool_state_id = ? AND status IN ('queued', 'unknown') LIMIT 1`;
const END = `UPDATE tool_edges SET status = ?, done_at = ?
  WHERE seq = ? AND tool_state_id = ? AND status IN ('queued', 'unknown')`;
const DOUBT = `UPDATE tool_edges SET status = 'unknown' WHERE seq = ? AND tool_state_id = ? AND status = 'queued'`;

export const makeToolEdges = (db: DatabaseSync): ToolEdges => {
  const isOpen = prepare<{ yes: 1 }>(db, IS_OPEN);
  const anyOpen = prepare<{ yes: 1 }>(db, ANY_OPEN);
  const end = prepare(db, END);
  const doubt = prepare(db, DOUBT);
  return {
    areOpen: (seqs, id) => seqs.every((seq) => isOpen.get(seq, id) !== undefined),
    anyOpen: (id) => anyOpen.get(id) !== undefined,
    end: (seqs, how, id, now) => {
      for (const seq of seqs) end.run(how, now, seq, id);
    },
    doubt: (seqs, id) => {
      for (const seq of seqs) doubt.run(seq, id);
    },
  };
};
