import type { DatabaseSync } from 'node:sqlite';
import { FIGHT_DRIFTS } from '../../../domain/read-back.ts';
import type { VerifyCounts } from '../../../pipeline/verify/verify-ports.ts';
import { prepare } from '../statement.ts';

// The rows of suppressions are found by the looks that are due: those of tools that cannot be read back are never passed.
const COUNTS = `WITH tools (tool) AS (
    SELECT tool FROM verify_tallies
    UNION SELECT DISTINCT tool FROM tool_states WHERE channel = 'live' AND status = 'settled' AND verify_at IS NOT NULL)
  SELECT tools.tool, coalesce(t.verified, 0) AS verified, coalesce(t.drifted, 0) AS drifted,
    (SELECT count(*) FROM tool_states s WHERE s.tool = tools.tool AND s.channel = 'live' AND s.drifts > 0
      AND s.drifts >= ${FIGHT_DRIFTS}) AS fought,
    (SELECT min(p.acknowledged_at) FROM tool_states s JOIN suppressions p ON p.tool_state_id = s.id
      WHERE s.tool = tools.tool AND s.channel = 'live' AND s.status = 'settled' AND s.verify_at IS NOT NULL
        AND p.verified_at IS NULL AND p.overtaken_at IS NULL) AS oldestUnverifiedAt
  FROM tools LEFT JOIN verify_tallies t ON t.tool = tools.tool ORDER BY tools.tool`;

/** Counts the looks into each tool. Its cost grows with the looks that are due, not with all rows. */
export const makeVerifyCounts = (db: DatabaseSync): (() => readonly VerifyCounts[]) => {
  const counts = prepare<VerifyCounts>(db, COUNTS);
  return () => counts.all().map((row) => ({ ...row }));
};
