import type { DatabaseSync } from 'node:sqlite';
import { FIGHT_DRIFTS } from '../../../domain/read-back.ts';
import type { VerifyCounts } from '../../../pipeline/verify/verify-ports.ts';
import { prepare } from '../statement.ts';

const IS_DUE = `s.channel = 'live' AND s.status = 'settled' AND s.verify_at IS NOT NULL`;
// Tools that cannot be read back are passed over: none of their rows is ever to be looked at. The index is named, since the
// planner takes one of as many rows as there are looks for as good.
const COUNTS = `WITH tools (tool) AS (
    SELECT tool FROM verify_tallies
    UNION SELECT tool FROM tool_tallies t WHERE EXISTS (SELECT 1 FROM tool_states s WHERE s.tool = t.tool AND ${IS_DUE}))
  SELECT tools.tool, coalesce(t.verified, 0) AS verified, coalesce(t.drifted, 0) AS drifted,
    (SELECT count(*) FROM tool_states s WHERE s.tool = tools.tool AND s.channel = 'live' AND s.drifts > 0
      AND s.drifts >= ${FIGHT_DRIFTS}) AS fought,
    (SELECT min(s.unverified_since) FROM tool_states s INDEXED BY tool_states_unverified
      WHERE s.tool = tools.tool AND ${IS_DUE} AND s.unverified_since IS NOT NULL) AS oldestUnverifiedAt
  FROM tools LEFT JOIN verify_tallies t ON t.tool = tools.tool ORDER BY tools.tool`;

/** Counts the looks into each tool. Its cost grows with the tools and the rows that another writer keeps changing. */
export const makeVerifyCounts = (db: DatabaseSync): (() => readonly VerifyCounts[]) => {
  const counts = prepare<VerifyCounts>(db, COUNTS);
  return () => counts.all().map((row) => ({ ...row }));
};
