import type { DatabaseSync } from 'node:sqlite';
import type { Instant } from '../../domain/instant.ts';
import type { Customers } from './customers.ts';
import { prepare } from './statement.ts';

/** What makes many profiles due at once. Each answers how many; for use inside a write transaction. */
export interface WakeUps {
  readonly forEnforce: (now: Instant) => number;
  readonly forRuleset: (hash: string, now: Instant) => number;
}

/** Last told to a recorder, while Segment should know: in dunning now, or Segment was told something before. */
const TOLD_TO_RECORDER = `SELECT id FROM profiles WHERE channel = 'recorder'
  AND (in_dunning = 1 OR json_extract(commitments, '$.segment') IS NOT NULL)`;
const UNDER_OTHER_RULES = 'SELECT id FROM profiles WHERE ruleset <> ?';
// Who was woken stays due over a restart, so that the profiles need not be searched at every start.
const WOKEN_FOR = `SELECT 1 AS yes FROM meta WHERE name = 'woken_for_ruleset' AND value = ?`;
const SAVE_WOKEN_FOR = `INSERT INTO meta (name, value) VALUES ('woken_for_ruleset', ?)
  ON CONFLICT DO UPDATE SET value = excluded.value`;

export const makeWakeUps = (db: DatabaseSync, customers: Customers): WakeUps => {
  const toldToRecorder = prepare<{ id: number }>(db, TOLD_TO_RECORDER);
  const underOtherRules = prepare<{ id: number }>(db, UNDER_OTHER_RULES);
  const wokenFor = prepare(db, WOKEN_FOR);
  const saveWokenFor = prepare(db, SAVE_WOKEN_FOR);

  const wakeAll = (profiles: readonly { readonly id: number }[], now: Instant): number => {
    for (const { id } of profiles) customers.wake(id, now);
    return profiles.length;
  };

  return {
    forEnforce: (now) => wakeAll(toldToRecorder.all(), now),
    forRuleset: (hash, now) => {
      if (wokenFor.get(hash) !== undefined) return 0;
      saveWokenFor.run(hash);
      return wakeAll(underOtherRules.all(hash), now);
    },
  };
};
