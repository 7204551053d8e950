import type { DatabaseSync } from 'node:sqlite';
import type { Instant } from '../../../domain/instant.ts';
import { prepare } from '../statement.ts';
import { type Settling, wasSent } from '../tools/tool-knowledge.ts';

interface OpenRow {
  readonly seq: number;
  readonly version: number;
  readonly episodeId: string | null;
}

/** For use inside the write transaction that settles. */
interface AcknowledgeSuppressions {
  /** A tool took a row's record, or nothing was left to send. */
  readonly row: (settling: Settling) => void;
  /** Segment took a call. */
  readonly call: (outboxSeq: number, now: Instant) => void;
}

const IS_OPEN = 'acknowledged_at IS NULL AND overtaken_at IS NULL';
const OPEN = `SELECT seq, version, episode_id AS episodeId FROM suppressions WHERE tool_state_id = ? AND ${IS_OPEN}`;
const SET_STATE = 'UPDATE suppressions SET state_at = coalesce(state_at, ?1) WHERE seq = ?2';
const SET_EXIT = 'UPDATE suppressions SET exit_at = coalesce(exit_at, ?1) WHERE seq = ?2';
// The newest exit of the episode is what counts: an older one may have been refused and be out of date.
const IS_EXIT_DUE = `SELECT 1 AS yes FROM (SELECT status FROM tool_edges
  WHERE tool_state_id = ?1 AND role = 'exit' AND episode_id = ?2 ORDER BY seq DESC LIMIT 1)
  WHERE status IN ('queued', 'unknown', 'dead')`;
const NOTHING_LEFT = `UPDATE suppressions SET never_reached = 1 WHERE seq = ? AND state_at IS NULL AND exit_at IS NULL`;
const ACKNOWLEDGE = `UPDATE suppressions SET acknowledged_at = ?1 WHERE seq = ?2`;
const CALLS = 'DELETE FROM suppression_calls WHERE outbox_seq = ? RETURNING suppression_seq AS seq, about';
const LEFT = `SELECT count(*) FILTER (WHERE about = 'state') AS state, count(*) FILTER (WHERE about <> 'state') AS exits
  FROM suppression_calls WHERE suppression_seq = ?`;

const makeAcknowledgeRow = (db: DatabaseSync): AcknowledgeSuppressions['row'] => {
  const open = prepare<OpenRow>(db, OPEN);
  const setState = prepare(db, SET_STATE);
  const setExit = prepare(db, SET_EXIT);
  const isExitDue = prepare<{ yes: 1 }>(db, IS_EXIT_DUE);
  const nothingLeft = prepare(db, NOTHING_LEFT);
  const acknowledge = prepare(db, ACKNOWLEDGE);

  const one = ({ settlement, current, sentEdges, now }: Settling, { seq, version, episodeId }: OpenRow): void => {
    const isHeard = sentEdges.some((edge) => edge.role === 'exit' && edge.episodeId === episodeId);
    // What is acknowledged was decided before: the row differs again by now.
    if (settlement.row.version < version) return;
    if (settlement.row.onlyExits) {
      if (isHeard) setExit.run(now, seq);
      return;
    }
    if (!wasSent(settlement) || settlement.outcome.result === 'absent') nothingLeft.run(seq);
    else {
      setState.run(now, seq);
      if (isHeard) setExit.run(now, seq);
    }
    if (isExitDue.get(current.id, episodeId) === undefined) acknowledge.run(now, seq);
  };

  return (settling) => {
    for (const row of open.all(settling.current.id)) one(settling, row);
  };
};

const makeAcknowledgeCall = (db: DatabaseSync): AcknowledgeSuppressions['call'] => {
  const calls = prepare<{ seq: number; about: string }>(db, CALLS);
  const left = prepare<{ state: number; exits: number }>(db, LEFT);
  const setState = prepare(db, SET_STATE);
  const setExit = prepare(db, SET_EXIT);
  const acknowledge = prepare(db, `${ACKNOWLEDGE} AND ${IS_OPEN}`);
  return (outboxSeq, now) => {
    for (const { seq, about } of calls.all(outboxSeq)) {
      const { state, exits } = left.get(seq) ?? { state: 0, exits: 0 };
      if (about === 'state' && state === 0) setState.run(now, seq);
      if (about !== 'state' && exits === 0) setExit.run(now, seq);
      if (state + exits === 0) acknowledge.run(now, seq);
    }
  };
};

/** Writes that a tool acknowledged what ends dunning. */
export const makeAcknowledgeSuppressions = (db: DatabaseSync): AcknowledgeSuppressions => ({
  row: makeAcknowledgeRow(db),
  call: makeAcknowledgeCall(db),
});
