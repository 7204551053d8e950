import type { DatabaseSync } from 'node:sqlite';
import type { Mode } from '../../../domain/ids.ts';
import type { Instant } from '../../../domain/instant.ts';
import type { ProfileRecord } from '../../../pipeline/ports.ts';
import { parseCall } from '../outbox.ts';
import { prepare } from '../statement.ts';
import { makeToolStates } from '../tools/tool-states.ts';
import { makeAccounts } from './accounts.ts';

interface ProfileRow {
  readonly profileId: number;
  readonly mode: Mode;
  readonly userId: string | null;
  readonly version: number;
  readonly dueAt: Instant | null;
  readonly parkedUntil: Instant | null;
  readonly view: string | null;
}
type CallRow = Omit<ProfileRecord['calls'][number], 'call'> & { readonly call: string };
type DeliveryRow = ProfileRecord['deliveries'][number];
type DecisionRow = Omit<ProfileRecord['log'][number], 'lines'> & { readonly lines: string };

/** The newest of each list: enough to read, and a bound for a customer of many years. */
const NEWEST = 1_000;

// Whoever was absorbed is found as the person that it turned out to be.
const FIND = `SELECT p.id AS profileId, p.mode, coalesce(
    (SELECT substr(a.alias, 6) FROM profile_aliases a WHERE a.profile_id = p.id AND a.alias BETWEEN 'user:' AND 'user;'),
    p.user_id) AS userId,
  p.version, p.due_at AS dueAt, p.parked_until AS parkedUntil, p.view
  FROM profiles p WHERE p.id IN (SELECT profile_id FROM profile_aliases WHERE alias = 'user:' || ?1
    UNION SELECT coalesce(merged_into, id) FROM profiles WHERE user_id = ?1
    UNION SELECT coalesce(merged_into, id) FROM profiles WHERE anonymous_id = ?1
    UNION SELECT profile_id FROM customers WHERE customer = ?1)
  ORDER BY p.id`;
const CALLS = `SELECT call, status, committed_at AS committedAt FROM outbox
  WHERE profile_id = ? ORDER BY seq DESC LIMIT ${NEWEST}`;
const DELIVERIES = `SELECT event_id AS eventId, event_type AS eventType, received_at AS receivedAt, ending AS end, detail
  FROM deliveries WHERE customer_id IN (SELECT id FROM customers WHERE profile_id = ?) ORDER BY seq DESC LIMIT ${NEWEST}`;
const DECISIONS = `SELECT version, at, ruleset, lines FROM decisions
  WHERE profile_id = ? ORDER BY version DESC LIMIT ${NEWEST}`;

const parseLines = (json: string): readonly string[] => JSON.parse(json) as readonly string[];

/** Finds profiles by user id, provider customer id or anonymous id, each with its history, oldest first. */
export const makeFindProfiles = (db: DatabaseSync): ((id: string) => readonly ProfileRecord[]) => {
  const find = prepare<ProfileRow>(db, FIND);
  const calls = prepare<CallRow>(db, CALLS);
  const deliveries = prepare<DeliveryRow>(db, DELIVERIES);
  const decisions = prepare<DecisionRow>(db, DECISIONS);
  const toolStates = makeToolStates(db);
  const accounts = makeAccounts(db);
  const toRecord = (profile: ProfileRow): ProfileRecord => ({
    ...profile,
    accounts: accounts(profile.profileId).map(({ customer, role }) => ({ customer, role })),
    calls: calls
      .all(profile.profileId)
      .map((row) => ({ ...row, call: parseCall(row.call) }))
      .reverse(),
    deliveries: deliveries.all(profile.profileId).toReversed(),
    log: decisions
      .all(profile.profileId)
      .map((row) => ({ ...row, lines: parseLines(row.lines) }))
      .reverse(),
    tools: toolStates(profile.profileId),
  });
  return (id) => find.all(id).map(toRecord);
};
