import type { DatabaseSync } from 'node:sqlite';
import type { Commit } from '../../../pipeline/ports.ts';
import type { NewSuppression } from '../../../pipeline/suppressions/suppression-ports.ts';
import { prepare } from '../statement.ts';

type Decision = Pick<Commit, 'profileId' | 'version' | 'at' | 'suppressions'>;

interface Row {
  readonly id: number;
  /** Dunning, or the episode, left for the tool, or may have. */
  readonly isReached: number;
}

// What the tool holds or may hold, what it heard, and what a call that is under way now carries.
const FIND_ROW = `SELECT s.id, (
    coalesce(delivered ->> '$.in_dunning', 0) = 1 OR coalesce(delivered ->> '$.dunning_status', '') = 'pre_dunning'
    OR coalesce(delivered ->> '$.task_state', 'closed') <> 'closed'
    OR EXISTS (SELECT 1 FROM json_each(uncertain) WHERE value IN ('in_dunning', 'dunning_status', 'task_state'))
    OR EXISTS (SELECT 1 FROM json_each(reached) WHERE value = ?5)
    OR EXISTS (SELECT 1 FROM tool_edges e WHERE e.tool_state_id = s.id AND e.status = 'unknown')
    OR EXISTS (SELECT 1 FROM tool_calls c, json_each(c.settlements) r WHERE c.tool = s.tool AND c.channel = s.channel
      AND r.value ->> '$.row.userId' = s.user_id)
  ) AS isReached
  FROM tool_states s WHERE profile_id = ?1 AND tool = ?2 AND channel = ?3 AND user_id = ?4`;
const ADD = `INSERT INTO suppressions (profile_id, tool, channel, tool_state_id, version, episode_id, reason, occurred_at,
  received_at, decided_at, acknowledged_at, never_reached) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;
const IS_OPEN = 'acknowledged_at IS NULL AND overtaken_at IS NULL';
const ANY_OPEN = `SELECT 1 AS yes FROM suppressions WHERE profile_id = ? AND ${IS_OPEN} LIMIT 1`;
// The exit of another episode still has to be heard, whatever goes on.
const OVERTAKE = `UPDATE suppressions AS u SET overtaken_at = ?1 WHERE profile_id = ?2 AND ${IS_OPEN}
  AND tool = ?3 AND channel = ?4
  AND (?5 IS NULL OR tool_state_id = (SELECT id FROM tool_states WHERE profile_id = ?2 AND tool = ?3 AND channel = ?4 AND user_id = ?5))
  AND (episode_id IS NULL OR episode_id IS ?6 OR NOT EXISTS (SELECT 1 FROM tool_edges e
    WHERE e.tool_state_id = u.tool_state_id AND e.role = 'exit' AND e.episode_id = u.episode_id
      AND e.status NOT IN ('delivered', 'recorded', 'dropped')))`;
const WAIT_FOR_CALL = `INSERT OR IGNORE INTO suppression_calls (outbox_seq, suppression_seq, about)
  SELECT seq, ?2, ?3 FROM outbox WHERE message_id = ?1 AND status = 'queued'`;
// A call that was refused is said anew by a later decision: that is what is waited for.
const OPEN_SEGMENT = `SELECT seq FROM suppressions WHERE profile_id = ? AND tool_state_id IS NULL AND ${IS_OPEN}`;
const SAID_ANEW = `DELETE FROM suppression_calls WHERE suppression_seq = ?2 AND about = ?3
  AND outbox_seq IN (SELECT seq FROM outbox WHERE status = 'dead')
  AND EXISTS (SELECT 1 FROM outbox WHERE message_id = ?1 AND status = 'queued')`;

/** Writes what a decision means for the ledger, after its calls and rows. For use inside a write transaction. */
export const makeBeginSuppressions = (db: DatabaseSync): ((decision: Decision) => void) => {
  const findRow = prepare<Row>(db, FIND_ROW);
  const add = prepare(db, ADD);
  const anyOpen = prepare<{ yes: 1 }>(db, ANY_OPEN);
  const overtake = prepare(db, OVERTAKE);
  const waitForCall = prepare(db, WAIT_FOR_CALL);
  const openSegment = prepare<{ seq: number }>(db, OPEN_SEGMENT);
  const saidAnew = prepare(db, SAID_ANEW);

  const begin = (decision: Decision, begun: NewSuppression): void => {
    const { profileId, version, at, suppressions } = decision;
    const { tool, channel, userId, episodeId, reason, occurredAt, receivedAt } = begun;
    const row = userId === null ? undefined : findRow.get(profileId, tool, channel, userId, episodeId);
    const isNever = row?.isReached === 0;
    const about = [row?.id ?? null, version, episodeId, reason, occurredAt, receivedAt, at] as const;
    const seq = add.insert(profileId, tool, channel, ...about, isNever ? at : null, isNever ? 1 : 0);
    if (row === undefined) for (const call of suppressions.calls) waitForCall.run(call.messageId, seq, call.about);
  };

  const replaceRefused = ({ profileId, suppressions }: Decision): void => {
    for (const { seq } of openSegment.all(profileId)) {
      for (const { messageId, about } of suppressions.calls) {
        if (saidAnew.run(messageId, seq, about) > 0) waitForCall.run(messageId, seq, about);
      }
    }
  };

  return (decision) => {
    const { profileId, at, suppressions } = decision;
    const { begun, resumed, calls } = suppressions;
    const mayTouchOpen = resumed.length > 0 || calls.length > 0;
    if (mayTouchOpen && anyOpen.get(profileId) !== undefined) {
      for (const { tool, channel, userId, episodeId } of resumed)
        overtake.run(at, profileId, tool, channel, userId, episodeId);
      replaceRefused(decision);
    }
    for (const each of begun) begin(decision, each);
  };
};
