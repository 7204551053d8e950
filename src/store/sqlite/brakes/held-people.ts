import type { DatabaseSync } from 'node:sqlite';
import type { HeldPerson } from '../../../pipeline/brakes/brake-ports.ts';
import { prepare } from '../statement.ts';

// One that was absorbed by another profile meanwhile is nobody: whoever holds its accounts is decided by itself.
const HELD = `SELECT p.user_id AS userId, p.mode, h.cause, h.since, p.view ->> '$.traits.dunning_stage' AS stage,
  (SELECT min(c.customer) FROM customers c WHERE c.profile_id = p.id) AS customer
  FROM brake_held h JOIN profiles p ON p.id = h.profile_id
  WHERE h.released_at IS NULL AND p.merged_into IS NULL
  ORDER BY h.cause = 'person', h.since, h.profile_id LIMIT ?`;

/** Reads whose entry waits. For use inside a read transaction. */
export const makeHeldPeople = (db: DatabaseSync): ((limit: number) => readonly HeldPerson[]) => {
  const held = prepare<HeldPerson>(db, HELD);
  return (limit) => held.all(limit).map((row) => ({ ...row }));
};
