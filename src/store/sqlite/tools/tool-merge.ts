import type { DatabaseSync } from 'node:sqlite';
import type { Instant } from '../../../domain/instant.ts';
import { prepare } from '../statement.ts';

const SAME_ROW = 'h.profile_id = ?2 AND h.tool = g.tool AND h.channel = g.channel AND h.user_id = g.user_id';
const TWICE = `SELECT g.id AS giver, h.id AS holder FROM tool_states g JOIN tool_states h ON ${SAME_ROW} WHERE g.profile_id = ?1`;
// Which of the two the tool heard last is not known: everything is asserted again.
const ASSERT = `UPDATE tool_states SET delivered = NULL, waiting_since = coalesce(waiting_since, ?3),
  retry_at = coalesce(retry_at, ?3), status = 'waiting', reached = (SELECT json_group_array(DISTINCT e.value)
    FROM tool_states s, json_each(s.reached) e WHERE s.id IN (?1, ?2)) WHERE id = ?2`;
const MOVE_EDGES = 'UPDATE OR IGNORE tool_edges SET tool_state_id = ?2 WHERE tool_state_id = ?1';
const DROP = 'DELETE FROM tool_states WHERE id = ?';
const MOVE = 'UPDATE tool_states SET profile_id = ?2 WHERE profile_id = ?1';

/** Gives the rows of one profile in the tools to another that is the same person. For use inside a write transaction. */
export const makeToolMerge = (db: DatabaseSync): ((giver: number, holder: number, now: Instant) => void) => {
  const twice = prepare<{ giver: number; holder: number }>(db, TWICE);
  const assert = prepare(db, ASSERT);
  const moveEdges = prepare(db, MOVE_EDGES);
  const drop = prepare(db, DROP);
  const move = prepare(db, MOVE);
  return (giver, holder, now) => {
    for (const row of twice.all(giver, holder)) {
      assert.run(row.giver, row.holder, now);
      moveEdges.run(row.giver, row.holder);
      drop.run(row.giver);
    }
    move.run(giver, holder);
  };
};
