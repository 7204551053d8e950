import type { DatabaseSync } from 'node:sqlite';
import type { Instant } from '../../../domain/instant.ts';
import type { HeldRow } from '../../../pipeline/verify/verify-ports.ts';
import { prepare } from '../statement.ts';
import { parseAttributes } from '../tools/tool-json.ts';
import { MAY_STAY_STALE } from '../tools/undecided.ts';

type StoredRow = Omit<HeldRow, 'desired' | 'isOvertaken'> & { readonly desired: string; readonly isOvertaken: number };

interface HeldRows {
  readonly due: (tool: string, now: Instant, limit: number) => readonly HeldRow[];
  readonly sample: (tool: string, limit: number) => readonly HeldRow[];
  readonly nextAt: (tool: string) => Instant | null;
}

// An id that two people had in turn, or an account on its way to another profile: two rows would fight each other.
const IS_OVERTAKEN = `EXISTS (SELECT 1 FROM tool_states o WHERE o.user_id = s.user_id AND o.tool = s.tool
  AND o.channel = s.channel AND o.id <> s.id AND (o.decided_at, o.id) > (s.decided_at, s.id))`;
// What a tool lost of somebody who may have paid since is not to be asserted again.
const ROWS = `SELECT id, profile_id AS profileId, tool, channel, user_id AS userId, version, desired,
  verify_at AS verifyAt, ${IS_OVERTAKEN} AS isOvertaken FROM tool_states s
  WHERE tool = ?1 AND channel = 'live' AND status = 'settled' AND NOT ${MAY_STAY_STALE}`;
const DUE = `${ROWS} AND verify_at IS NOT NULL AND verify_at <= ?2 ORDER BY verify_at, id LIMIT ?3`;
const SAMPLE = `${ROWS} AND verify_at IS NULL AND delivered IS NOT NULL AND NOT ${IS_OVERTAKEN}
  ORDER BY looked_at, id LIMIT ?2`;
const NEXT_AT = `SELECT min(verify_at) AS at FROM tool_states
  WHERE tool = ? AND channel = 'live' AND status = 'settled' AND verify_at IS NOT NULL`;

const toRow = ({ desired, isOvertaken, ...row }: StoredRow): HeldRow => ({
  ...row,
  desired: parseAttributes(desired),
  isOvertaken: isOvertaken === 1,
});

/** The rows that are to be read back. */
export const makeHeldRows = (db: DatabaseSync): HeldRows => {
  const due = prepare<StoredRow>(db, DUE);
  const sample = prepare<StoredRow>(db, SAMPLE);
  const nextAt = prepare<{ at: Instant | null }>(db, NEXT_AT);
  return {
    due: (tool, now, limit) => due.all(tool, now, limit).map(toRow),
    sample: (tool, limit) => sample.all(tool, limit).map(toRow),
    nextAt: (tool) => nextAt.get(tool)?.at ?? null,
  };
};
