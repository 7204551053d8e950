import type { DatabaseSync } from 'node:sqlite';
import type { Instant } from '../../../domain/instant.ts';
import type { Commit } from '../../../pipeline/ports.ts';
import type { NewToolEdge, ToolChange } from '../../../pipeline/tools/tool-ports.ts';
import type { ReadClaim } from '../claims.ts';
import { findAccount } from '../people/find-account.ts';
import { prepare } from '../statement.ts';

export interface ToolChanges {
  /**
   * Writes what one decision wants of the tools. For use inside a write transaction.
   * @throws RangeError for the row of an account that the profile does not own.
   */
  readonly save: (read: ReadClaim, commit: Pick<Commit, 'profileId' | 'version' | 'at' | 'tools'>) => void;
  /** The row waits again with its present desired state, and its dead exits and news with it; false if it is no more. */
  readonly replay: (toolStateId: number, now: Instant) => boolean;
}

// A row that waits keeps its place, and its backoff: who changes often must not stand behind all others, nor knock at a
// tool that is out of order at every change. What ends or holds dunning knocks at once, and is worth what was owed.
const WANT = `INSERT INTO tool_states (profile_id, tool, channel, user_id, desired, version, decided_at, status, urgent,
    waiting_since, retry_at, amount_minor, currency, customer_id)
  VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 'waiting', ?8, ?7, ?7, ?9, ?10, ?11)
  ON CONFLICT (profile_id, tool, channel, user_id) DO UPDATE SET
    desired = excluded.desired, version = excluded.version, decided_at = excluded.decided_at,
    urgent = excluded.urgent, customer_id = excluded.customer_id,
    amount_minor = iif(status = 'waiting' AND excluded.amount_minor IS NULL, amount_minor, excluded.amount_minor),
    currency = iif(status = 'waiting' AND excluded.amount_minor IS NULL, currency, excluded.currency),
    waiting_since = iif(status = 'waiting', waiting_since, excluded.waiting_since),
    retry_at = iif(status = 'waiting' AND failures > 0 AND excluded.urgent = 0, max(retry_at, excluded.retry_at), excluded.retry_at),
    failures = iif(status = 'waiting', failures, 0),
    status = 'waiting'
  RETURNING id`;
const ADD_EDGE = `INSERT INTO tool_edges (tool_state_id, event_id, role, episode_id, event, committed_at, status)
  VALUES (?, ?, ?, ?, ?, ?, 'queued') ON CONFLICT (tool_state_id, event_id) DO NOTHING`;
const WAIT_AGAIN = `UPDATE tool_states SET waiting_since = iif(status = 'waiting', waiting_since, ?1), retry_at = ?1,
  failures = iif(status = 'waiting', failures, 0), status = 'waiting' WHERE id = ?2`;
// No entries: one may be long past by now. A flow that nothing ends goes on, and news is told by nothing else.
const REQUEUE = `UPDATE tool_edges SET status = 'queued', done_at = NULL
  WHERE tool_state_id = ? AND status = 'dead' AND role IN ('exit', 'news')`;

/** What makes the row of a person in a tool wait: a decision, or the replay of a dead letter. */
export const makeToolChanges = (db: DatabaseSync): ToolChanges => {
  const want = prepare<{ id: number }>(db, WANT);
  const addEdge = prepare(db, ADD_EDGE);
  const waitAgain = prepare(db, WAIT_AGAIN);
  const requeue = prepare(db, REQUEUE);

  const saveEdge = (id: number, { event, role, episodeId }: NewToolEdge, at: Instant): void => {
    addEdge.run(id, event.id, role, episodeId, JSON.stringify(event), at);
  };

  type Decision = Pick<Commit, 'profileId' | 'version' | 'at'>;
  const saveChange = ({ profileId, version, at }: Decision, change: ToolChange, customerId: number | null): void => {
    const { tool, channel, userId, desired, edges, urgent, amountMinor, currency } = change;
    const key = [profileId, tool, channel, userId] as const;
    const stake = [amountMinor, currency, customerId] as const;
    const row = want.get(...key, JSON.stringify(desired), version, at, urgent ? 1 : 0, ...stake);
    if (row !== undefined) for (const edge of edges) saveEdge(row.id, edge, at);
  };

  return {
    save: (read, commit) => {
      for (const change of commit.tools) {
        const account = change.account === null ? null : findAccount(read, change.account).customerId;
        saveChange(commit, change, account);
      }
    },
    replay: (toolStateId, now) => {
      if (waitAgain.run(now, toolStateId) === 0) return false;
      requeue.run(toolStateId);
      return true;
    },
  };
};
