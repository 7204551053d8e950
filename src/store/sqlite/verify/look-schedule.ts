import type { DatabaseSync } from 'node:sqlite';
import { type Instant, plus } from '../../../domain/instant.ts';
import { nextLookMs } from '../../../domain/read-back.ts';
import { prepare } from '../statement.ts';

interface Settled {
  readonly isHeld: number;
  readonly urgent: number;
  readonly isSameVersion: number;
  readonly drifts: number;
  readonly verifyAt: Instant | null;
}

const READ = `SELECT delivered IS NOT NULL AS isHeld, urgent, verify_version IS version AS isSameVersion, drifts,
  verify_at AS verifyAt FROM tool_states WHERE id = ?`;
const SCHEDULE = `UPDATE tool_states SET verify_at = ?, looks = 0, drifts = ?, verify_version = version WHERE id = ?`;

/**
 * Says when a row that has just been settled is read back: what ends or holds dunning, and what was asserted again. A new
 * decision begins anew. For use inside a write transaction.
 */
export const makeLookSchedule = (db: DatabaseSync): ((toolStateId: number, now: Instant) => void) => {
  const read = prepare<Settled>(db, READ);
  const schedule = prepare(db, SCHEDULE);
  return (id, now) => {
    const row = read.get(id);
    if (row === undefined) return;
    const drifts = row.isSameVersion === 1 ? row.drifts : 0;
    const isLookedAt = row.isHeld === 1 && (row.urgent === 1 || drifts > 0);
    // Most of what is settled, and a write to each for nothing.
    if (!isLookedAt && row.drifts === 0 && row.verifyAt === null) return;
    const waitMs = isLookedAt ? nextLookMs({ looks: 0, drifts }) : null;
    schedule.run(waitMs === null ? null : plus(now, waitMs), drifts, id);
  };
};
