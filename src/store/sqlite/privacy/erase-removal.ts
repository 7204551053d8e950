import type { DatabaseSync } from 'node:sqlite';
import { type Instant, plus } from '../../../domain/instant.ts';
import type { Erased } from '../../../pipeline/privacy-ports.ts';
import type { ToolRowKey } from '../../../pipeline/tools/tool-ports.ts';
import { prepare } from '../statement.ts';
import { parseSettlements } from '../tools/tool-json.ts';
import type { Names } from './erase-names.ts';
import { buriedOf, type Person } from './erase-person.ts';
import { makeEraseRows, type RowCounts } from './erase-rows.ts';
import { makeTombstones } from './tombstones.ts';

/** Longer than a call to a tool lasts with its answer. */
const CALL_LASTS_MS = 60_000;

const BEGIN = 'INSERT INTO erasures (at, deleted, names) VALUES (?, ?, ?)';
// Of the person: what is told of accounts and of their episodes is told under their ids.
const TOLD_TOOLS = `SELECT DISTINCT tool FROM tool_states WHERE channel = 'live' AND customer_id IS NULL
  AND profile_id IN (SELECT value FROM json_each(?1))`;
// Of an account and of an episode, what is told is told under their own ids.
const TOLD_OF_ACCOUNTS = `SELECT DISTINCT tool, user_id AS id FROM tool_states WHERE channel = 'live'
  AND customer_id IS NOT NULL AND profile_id IN (SELECT value FROM json_each(?1))`;
const TOLD_SEGMENT = `SELECT 1 AS yes FROM profiles WHERE id IN (SELECT value FROM json_each(?1))
    AND (channel = 'segment' OR commitments ->> '$.segment' IS NOT NULL)
  UNION ALL SELECT 1 FROM outbox WHERE channel = 'segment' AND profile_id IN (SELECT value FROM json_each(?1)) LIMIT 1`;
// While the person has no user id, and in calls that linked the two. What was linked longer ago than calls are kept is
// Segment's to find by the user id.
const TOLD_ANONYMOUS = `SELECT anonymous_id AS id FROM profiles WHERE id IN (SELECT value FROM json_each(?1))
    AND anonymous_id IS NOT NULL AND commitments ->> '$.userId' IS NULL AND channel = 'segment'
  UNION SELECT call ->> 'anonymousId' FROM outbox WHERE channel = 'segment' AND call ->> 'anonymousId' IS NOT NULL
    AND profile_id IN (SELECT value FROM json_each(?1))`;
const WAKE_CONTACTS = `UPDATE profiles SET version = version + 1, wakes = wakes + 1,
  due_at = max(min(coalesce(due_at, ?3), ?3), coalesce(parked_until, 0))
  WHERE id NOT IN (SELECT value FROM json_each(?1)) AND id IN (SELECT profile_id FROM account_contacts
    WHERE customer_id IN (SELECT value FROM json_each(?2)))`;
const OWNER = `SELECT profile_id AS id FROM tool_states WHERE user_id = ? AND tool = ? AND channel = ?
  AND customer_id IS NOT NULL`;
const CALLS = `SELECT tool, channel, settlements FROM tool_calls`;
const SAVE_CALL = 'UPDATE tool_calls SET settlements = ? WHERE tool = ? AND channel = ?';
const ADD_DELETION = `INSERT INTO tool_deletions (tool, kind, id, not_before) VALUES (?, ?, ?, ?)
  ON CONFLICT DO UPDATE SET not_before = max(not_before, excluded.not_before)`;

const namesOf = ({ keys, userIds, formerUserIds, anonymousIds, emails, links, objects }: Person): Names => ({
  persons: [
    ...new Set([
      ...keys.map(({ customer }) => customer),
      ...userIds,
      ...formerUserIds,
      ...anonymousIds,
      ...emails,
      ...links,
    ]),
  ],
  objects: [...new Set(objects.map(({ id }) => id))],
});

/** What the port tells of a person. */
export const toErased = ({ keys, userIds, formerUserIds, anonymousIds, emails }: Person, rows: RowCounts): Erased => ({
  customers: keys,
  userIds,
  formerUserIds,
  anonymousIds,
  emails,
  rows,
});

/** Takes the person out of the calls under way; answers the tools that one of them may still reach. */
const makeLeaveCalls = (db: DatabaseSync): ((profiles: readonly number[]) => ReadonlySet<string>) => {
  const calls = prepare<{ tool: string; channel: string; settlements: string }>(db, CALLS);
  const save = prepare(db, SAVE_CALL);
  const owner = prepare<{ id: number }>(db, OWNER);
  /** The account may have moved since the call left. */
  const profileOf = ({ userId, tool, channel, profileId }: ToolRowKey): number =>
    owner.get(userId, tool, channel)?.id ?? profileId;
  return (profiles) => {
    const reached = new Set<string>();
    for (const { tool, channel, settlements } of calls.all()) {
      const call = parseSettlements(settlements);
      const others = call.filter(({ row }) => !profiles.includes(profileOf(row)));
      if (others.length === call.length) continue;
      save.run(JSON.stringify(others), tool, channel);
      if (channel === 'live') reached.add(tool);
    }
    return reached;
  };
};

/** What has to be deleted elsewhere, and from when on. */
const makeOweDeletions = (db: DatabaseSync) => {
  const toldTools = prepare<{ tool: string }>(db, TOLD_TOOLS);
  const toldOfAccounts = prepare<{ tool: string; id: string }>(db, TOLD_OF_ACCOUNTS);
  const toldSegment = prepare<{ yes: 1 }>(db, TOLD_SEGMENT);
  const toldAnonymous = prepare<{ id: string }>(db, TOLD_ANONYMOUS);
  const leaveCalls = makeLeaveCalls(db);
  const add = prepare(db, ADD_DELETION);
  return ({ profiles, userIds }: Person, tools: readonly string[], now: Instant): void => {
    const ids = JSON.stringify(profiles);
    const isToldSegment = toldSegment.get(ids) !== undefined;
    const told = [...toldTools.all(ids).map(({ tool }) => tool), ...(isToldSegment ? ['segment'] : [])];
    const reached = leaveCalls(profiles);
    const from = (tool: string): Instant => (reached.has(tool) ? plus(now, CALL_LASTS_MS) : now);
    for (const tool of new Set([...tools, ...told])) for (const id of userIds) add.run(tool, 'user', id, from(tool));
    for (const { tool, id } of toldOfAccounts.all(ids)) add.run(tool, 'user', id, from(tool));
    // Tools hear of nobody without a user id.
    for (const { id } of toldAnonymous.all(ids)) add.run('segment', 'anonymous', id, now);
  };
};

export interface Removal {
  /** For use inside a write transaction: whoever looks afterwards finds nobody, and what is owed elsewhere is written down. */
  readonly remove: (person: Person, now: Instant, tools: readonly string[]) => Erased;
}

export const makeRemoval = (db: DatabaseSync): Removal => {
  const rows = makeEraseRows(db);
  const tombstones = makeTombstones(db);
  const oweDeletions = makeOweDeletions(db);
  const wakeContacts = prepare(db, WAKE_CONTACTS);
  const begin = prepare(db, BEGIN);
  return {
    remove: (person, now, tools) => {
      oweDeletions(person, tools, now);
      tombstones.add(buriedOf(person), now);
      // They were told of an account that is no more.
      wakeContacts.run(JSON.stringify(person.profiles), JSON.stringify(person.customers), now);
      const removed = rows.remove(person);
      begin.run(now, JSON.stringify(removed), JSON.stringify(namesOf(person)));
      return toErased(person, removed);
    },
  };
};
