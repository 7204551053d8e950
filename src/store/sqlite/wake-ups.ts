import type { DatabaseSync } from 'node:sqlite';
import type { Instant } from '../../domain/instant.ts';
import type { Customers } from './customers.ts';
import { prepare } from './statement.ts';

/** What makes many profiles due at once. Each answers how many; for use inside a write transaction. */
export interface WakeUps {
  readonly forEnforce: (now: Instant) => number;
  readonly forTool: (tool: string, now: Instant) => number;
  readonly forRuleset: (hash: string, now: Instant, limit: number) => number;
  /** These are the rules from here on: what was searched for others is to be searched again when they come back. */
  readonly startRuleset: (hash: string) => void;
}

/** Last told to a recorder, while Segment should know: in dunning now, or Segment was told something before. */
const TOLD_TO_RECORDER = `SELECT id FROM profiles WHERE channel = 'recorder'
  AND (in_dunning = 1 OR json_extract(commitments, '$.segment') IS NOT NULL)`;
// By number of commit, which tells what came last whether or not it has been sent: a row that still waits for the live
// tool with what was wanted before the recorder is out of date, too.
// A person and each account by themselves: accounts come from other profiles with what was told of them there.
const TOLD_TO_TOOL_RECORDER = `SELECT r.profile_id AS id FROM tool_states r
  WHERE r.tool = ?1 AND r.channel = 'recorder'
  GROUP BY r.profile_id, r.customer_id HAVING max(r.version) > (SELECT max(version) FROM tool_states l
    WHERE l.profile_id = r.profile_id AND l.tool = ?1 AND l.channel = 'live' AND l.customer_id IS r.customer_id)`;
const LIVE_ROWS = `SELECT 1 FROM tool_states l WHERE l.profile_id = p.id AND l.tool = ?1 AND l.channel = 'live'`;
// Of a tool that is told of accounts: one of them. Which of them is in dunning, the decision knows.
const IN_DUNNING_UNHEARD_OF = `SELECT p.id FROM profiles p WHERE p.in_dunning = 1 AND (NOT EXISTS (${LIVE_ROWS})
  OR EXISTS (${LIVE_ROWS} AND l.customer_id IS NOT NULL) AND EXISTS (SELECT 1 FROM customers c
    WHERE c.profile_id = p.id AND NOT EXISTS (${LIVE_ROWS} AND l.customer_id = c.id)))`;
// What the tool was last told is not what holds: without its key, and without a recorder, nobody noted that there was more
// to tell. Of several accounts one may differ from the person: the decision finds that there is nothing to say.
const ALERTED = `EXISTS (SELECT 1 FROM tool_edges e WHERE e.tool_state_id = l.id AND e.role = 'entry' AND e.status = 'delivered')
  AND NOT EXISTS (SELECT 1 FROM tool_edges e WHERE e.tool_state_id = l.id AND e.role = 'exit')`;
const DIFFERS = ['dunning_status', 'dunning_stage', 'dunning_episode_id', 'next_retry_date']
  .map((name) => `l.desired ->> '${name}' IS NOT p.view ->> '$.traits.${name}'`)
  .join(' OR ');
const TOLD_OTHERWISE = `SELECT p.id FROM tool_states l JOIN profiles p ON p.id = l.profile_id
  WHERE l.tool = ?1 AND l.channel = 'live' AND p.decided_at IS NOT NULL AND CASE p.in_dunning
    WHEN 0 THEN l.desired ->> 'in_dunning' = 1 OR l.desired ->> 'task_state' = 'open' OR (${ALERTED})
    ELSE p.view IS NOT NULL AND l.desired ->> 'dunning_status' IS NOT NULL AND (${DIFFERS}) END`;
const UNDER_OTHER_RULES = 'SELECT id FROM profiles WHERE id > ? AND ruleset <> ? ORDER BY id LIMIT ?';
// One search at a time, kept in the store: it goes forward only with the wake-ups that it found, and one that was done
// is not made again by the next start. Another ruleset takes its place, so that a release that was half applied and
// rolled back is searched again.
const SEARCH = `SELECT value ->> 'searchedTo' AS searchedTo FROM meta
  WHERE name = 'ruleset_search' AND value ->> 'hash' = ?`;
const SAVE_SEARCH = `INSERT INTO meta (name, value) VALUES ('ruleset_search', ?)
  ON CONFLICT DO UPDATE SET value = excluded.value`;
const END_OTHER_SEARCH = `DELETE FROM meta WHERE name = 'ruleset_search' AND value ->> 'hash' <> ?`;

/** How far the profiles were searched for those decided under other rules. */
interface Search {
  /** A profile id; null once all were searched. */
  readonly searchedTo: number | null;
}

const NOT_SEARCHED: Search = { searchedTo: 0 };

export const makeWakeUps = (db: DatabaseSync, customers: Customers): WakeUps => {
  const toldToRecorder = prepare<{ id: number }>(db, TOLD_TO_RECORDER);
  const missedByTool = prepare<{ id: number }>(
    db,
    `${TOLD_TO_TOOL_RECORDER} UNION ${IN_DUNNING_UNHEARD_OF} UNION ${TOLD_OTHERWISE}`,
  );
  const underOtherRules = prepare<{ id: number }>(db, UNDER_OTHER_RULES);
  const search = prepare<Search>(db, SEARCH);
  const saveSearch = prepare(db, SAVE_SEARCH);
  const endOtherSearch = prepare(db, END_OTHER_SEARCH);

  const wakeAll = (profiles: readonly { readonly id: number }[], now: Instant): number => {
    for (const { id } of profiles) customers.wake(id, now);
    return profiles.length;
  };

  return {
    forEnforce: (now) => wakeAll(toldToRecorder.all(), now),
    forTool: (tool, now) => wakeAll(missedByTool.all(tool), now),
    forRuleset: (hash, now, limit) => {
      const { searchedTo } = search.get(hash) ?? NOT_SEARCHED;
      if (searchedTo === null) return 0;
      const profiles = underOtherRules.all(searchedTo, hash, limit);
      saveSearch.run(JSON.stringify({ hash, searchedTo: profiles.at(-1)?.id ?? null }));
      return wakeAll(profiles, now);
    },
    startRuleset: (hash) => {
      endOtherSearch.run(hash);
    },
  };
};
