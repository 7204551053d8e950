import type { DatabaseSync } from 'node:sqlite';
import type { ToolCounts } from '../../../pipeline/tools/tool-ports.ts';
import { prepare } from '../statement.ts';

// The oldest urgent and the oldest other one are each the first of an index range.
const COUNTS = `SELECT t.tool, t.channel, t.settled, t.waiting, t.dead, t.urgent, (
    SELECT min(at) FROM (
      SELECT (SELECT min(waiting_since) FROM tool_states s
        WHERE s.tool = t.tool AND s.channel = t.channel AND s.status = 'waiting' AND s.urgent = 1) AS at
      UNION ALL SELECT (SELECT min(waiting_since) FROM tool_states s
        WHERE s.tool = t.tool AND s.channel = t.channel AND s.status = 'waiting' AND s.urgent = 0))
  ) AS oldestWaitingAt
  FROM tool_tallies t ORDER BY t.tool, t.channel`;

/** Counts the rows of each tool that ever had one. Its cost does not grow with their number. */
export const makeToolCounts = (db: DatabaseSync): (() => readonly ToolCounts[]) => {
  const counts = prepare<ToolCounts>(db, COUNTS);
  return () => counts.all().map((row) => ({ ...row }));
};
