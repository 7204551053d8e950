import type { DatabaseSync } from 'node:sqlite';
import type { Instant } from '../../../domain/instant.ts';
import { prepare } from '../statement.ts';

/** Gives rows in the tools from one profile to another. For use inside a write transaction, with both profiles held. */
export interface ToolMoves {
  /** All that is left of a profile that is the same person. */
  readonly person: (giver: number, holder: number, now: Instant) => void;
  /** Those of one account: what still waits is never sent after what its new profile wants. */
  readonly account: (customerId: number, holder: number, now: Instant) => void;
}

const SAME_ROW = 'h.profile_id = ?2 AND h.tool = g.tool AND h.channel = g.channel AND h.user_id = g.user_id';
// Which of the two the tool heard last is not known: everything is asserted again, also what is empty by now.
const ASSERT = `UPDATE tool_states SET delivered = NULL, uncertain = (SELECT json_group_array(name) FROM (
    SELECT d.key AS name FROM tool_states s, json_each(s.delivered) d WHERE s.id IN (?1, ?2)
    UNION SELECT u.value FROM tool_states s, json_each(s.uncertain) u WHERE s.id IN (?1, ?2))),
  waiting_since = coalesce(waiting_since, ?3),
  retry_at = coalesce(retry_at, ?3), status = 'waiting', reached = (SELECT json_group_array(DISTINCT e.value)
    FROM tool_states s, json_each(s.reached) e WHERE s.id IN (?1, ?2)) WHERE id = ?2`;
const MOVE_EDGES = 'UPDATE OR IGNORE tool_edges SET tool_state_id = ?2 WHERE tool_state_id = ?1';
const MOVE_SENDS = 'UPDATE tool_sends SET tool_state_id = ?2 WHERE tool_state_id = ?1';
// Whatever is sent from now on was decided after both became one.
const MOVE_SUPPRESSIONS = 'UPDATE suppressions SET tool_state_id = ?2, version = 0 WHERE tool_state_id = ?1';
const MOVE_LETTERS = 'UPDATE dead_letters SET tool_state_id = ?2 WHERE tool_state_id = ?1';
// Two of one row would count its money twice.
const ONE_LETTER = `DELETE FROM dead_letters WHERE tool_state_id = ?2 AND replayed_at IS NULL AND seq < (
  SELECT max(seq) FROM dead_letters WHERE tool_state_id = ?2 AND replayed_at IS NULL)`;
const DROP = 'DELETE FROM tool_states WHERE id = ?';

type Move = (from: number, holder: number, now: Instant) => void;

/** Moves the rows that `whose` names by `?1`, whose alias is `g`. */
const makeMove = (db: DatabaseSync, whose: string): Move => {
  const twice = prepare<{ giver: number; holder: number }>(
    db,
    `SELECT g.id AS giver, h.id AS holder FROM tool_states g JOIN tool_states h ON ${SAME_ROW} AND h.id <> g.id WHERE ${whose}`,
  );
  const assert = prepare(db, ASSERT);
  const moveTo = [MOVE_EDGES, MOVE_SENDS, MOVE_SUPPRESSIONS, MOVE_LETTERS, ONE_LETTER].map((sql) => prepare(db, sql));
  const drop = prepare(db, DROP);
  const moveLetters = prepare(
    db,
    `UPDATE dead_letters SET profile_id = ?2 WHERE tool_state_id IN (SELECT g.id FROM tool_states g WHERE ${whose})`,
  );
  const moveSuppressions = prepare(
    db,
    `UPDATE suppressions SET profile_id = ?2 WHERE tool_state_id IN (SELECT g.id FROM tool_states g WHERE ${whose})`,
  );
  const move = prepare(db, `UPDATE tool_states AS g SET profile_id = ?2 WHERE ${whose}`);
  return (from, to, now) => {
    for (const { giver, holder } of twice.all(from, to)) {
      assert.run(giver, holder, now);
      for (const each of moveTo) each.run(giver, holder);
      drop.run(giver);
    }
    moveLetters.run(from, to);
    moveSuppressions.run(from, to);
    move.run(from, to);
  };
};

export const makeToolMoves = (db: DatabaseSync): ToolMoves => ({
  person: makeMove(db, 'g.profile_id = ?1'),
  account: makeMove(db, 'g.customer_id = ?1'),
});
