import type { DatabaseSync } from 'node:sqlite';
import type { Instant } from '../../domain/instant.ts';
import type { Customers } from './customers.ts';
import { prepare } from './statement.ts';

/** What makes many profiles due at once. Each answers how many; for use inside a write transaction. */
export interface WakeUps {
  readonly forEnforce: (now: Instant) => number;
  readonly forRuleset: (hash: string, now: Instant, limit: number) => number;
}

/** Last told to a recorder, while Segment should know: in dunning now, or Segment was told something before. */
const TOLD_TO_RECORDER = `SELECT id FROM profiles WHERE channel = 'recorder'
  AND (in_dunning = 1 OR json_extract(commitments, '$.segment') IS NOT NULL)`;
const UNDER_OTHER_RULES = 'SELECT id FROM profiles WHERE id > ? AND ruleset <> ? ORDER BY id LIMIT ?';
// Once all were woken the profiles need not be searched again, not even by the next start.
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

  let searchedTo = 0;
  return {
    forEnforce: (now) => wakeAll(toldToRecorder.all(), now),
    forRuleset: (hash, now, limit) => {
      if (wokenFor.get(hash) !== undefined) return 0;
      const profiles = underOtherRules.all(searchedTo, hash, limit);
      searchedTo = profiles[profiles.length - 1]?.id ?? 0;
      if (profiles.length === 0) saveWokenFor.run(hash);
      return wakeAll(profiles, now);
    },
  };
};
