import type { DatabaseSync } from 'node:sqlite';
import { type Instant, plus } from '../../../domain/instant.ts';
import { nextLookMs } from '../../../domain/read-back.ts';
import type { HeldRow, Look, LookEnd, Verdict } from '../../../pipeline/verify/verify-ports.ts';
import { prepare } from '../statement.ts';
import { parseNames } from '../tools/tool-json.ts';

interface Current {
  readonly version: number;
  readonly uncertain: string;
  readonly looks: number;
  readonly drifts: number;
  readonly isSameVersion: number;
}

// By the whole key: the id of an erased row may be somebody else's by now. A look that is due at another instant than when
// the row was read: it was sent in between, and the answer may be of before.
const FIND = `SELECT version, uncertain, looks, drifts, verify_version IS version AS isSameVersion FROM tool_states
  WHERE id = ? AND tool = ? AND channel = ? AND user_id = ? AND version = ? AND verify_at IS ? AND status = 'settled'`;
const CONFIRM = 'UPDATE tool_states SET verify_at = ?, looked_at = ?, looks = ?, drifts = ? WHERE id = ?';
const VERIFY = `UPDATE suppressions SET verified_at = ?1 WHERE tool_state_id = ?2 AND version <= ?3
  AND acknowledged_at IS NOT NULL AND verified_at IS NULL AND overtaken_at IS NULL`;
const ASSERT = `UPDATE tool_states SET status = 'waiting', waiting_since = ?1, retry_at = ?1, failures = 0, uncertain = ?2,
  verify_at = NULL, looked_at = ?1, looks = 0, drifts = ?3, verify_version = version WHERE id = ?4`;
const LEAVE = 'UPDATE tool_states SET verify_at = NULL, looked_at = ? WHERE id = ?';
const TALLY = `INSERT INTO verify_tallies (tool, verified, drifted) VALUES (?1, ?2, ?3)
  ON CONFLICT (tool) DO UPDATE SET verified = verified + ?2, drifted = drifted + ?3`;

const PASSED_OVER: LookEnd = { end: 'passed_over', drifts: 0 };

/** Writes what the looks into a tool saw. For use inside a write transaction. */
export const makeLooks = (db: DatabaseSync): ((look: Look, now: Instant) => LookEnd) => {
  const find = prepare<Current>(db, FIND);
  const confirm = prepare(db, CONFIRM);
  const verify = prepare(db, VERIFY);
  const assert = prepare(db, ASSERT);
  const leave = prepare(db, LEAVE);
  const tally = prepare(db, TALLY);

  const same = (row: HeldRow, current: Current, now: Instant): LookEnd => {
    const looks = row.verifyAt === null ? current.looks : current.looks + 1;
    const waitMs = row.verifyAt === null ? null : nextLookMs({ looks, drifts: current.drifts });
    const drifts = waitMs === null ? 0 : current.drifts;
    confirm.run(waitMs === null ? null : plus(now, waitMs), now, looks, drifts, row.id);
    verify.run(now, row.id, row.version);
    tally.run(row.tool, 1, 0);
    return { end: 'verified', drifts };
  };

  const drift = (row: HeldRow, current: Current, names: readonly string[], now: Instant): LookEnd => {
    const uncertain = [...new Set([...parseNames(current.uncertain), ...names])];
    const drifts = (current.isSameVersion === 1 ? current.drifts : 0) + 1;
    assert.run(now, JSON.stringify(uncertain), drifts, row.id);
    tally.run(row.tool, 0, 1);
    return { end: 'drifted', drifts };
  };

  const settle = (row: HeldRow, current: Current, verdict: Verdict, now: Instant): LookEnd => {
    switch (verdict.seen) {
      case 'same':
        return same(row, current, now);
      case 'drift':
        return drift(row, current, verdict.names, now);
      case 'nothing':
        leave.run(now, row.id);
        return PASSED_OVER;
    }
  };

  return ({ row, verdict }, now) => {
    const current = find.get(row.id, row.tool, row.channel, row.userId, row.version, row.verifyAt);
    return current === undefined ? PASSED_OVER : settle(row, current, verdict, now);
  };
};
