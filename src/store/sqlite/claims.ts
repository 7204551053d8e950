import type { DatabaseSync } from 'node:sqlite';
import type { Mode } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import type { Claim, ClaimedAccount, CommittedEvent } from '../../pipeline/ports.ts';
import type { Brakes } from './brakes/brakes.ts';
import type { Modes } from './brakes/modes.ts';
import { makeCustomerFacts } from './customer-facts.ts';
import { type AccountRow, makeAccounts } from './people/accounts.ts';
import { userIdOf } from './people/aliases.ts';
import { parseCommitments } from './people/stored-commitments.ts';
import { prepare } from './statement.ts';
import { readStoreId } from './store-id.ts';
import { MAX_DELIVERIES, makeUnread } from './unread.ts';

/** A claim with what its commit must know of the moment at which it was read. */
export interface ReadClaim {
  readonly claim: Claim;
  readonly accounts: readonly AccountRow[];
  /** By what the profile is known. */
  readonly aliases: readonly string[];
  /** The profile's count of wake-ups: a higher one at commit means that there is news. */
  readonly wakes: number;
}

export interface Claims {
  /** Due profiles, the longest due first. */
  readonly due: (now: Instant, limit: number) => readonly DueRow[];
  readonly read: (due: DueRow) => ReadClaim;
}

export interface DueRow {
  readonly profileId: number;
  readonly mode: Mode;
  readonly version: number;
  readonly wakes: number;
  readonly failures: number;
  readonly dueAt: Instant;
  readonly decidedAt: Instant | null;
  readonly ruleset: string | null;
  readonly anonymousId: string | null;
  readonly commitments: string | null;
  /** JSON. */
  readonly aliases: string;
}

interface EventRow {
  readonly messageId: string;
  readonly event: string;
  readonly refuted: number;
  readonly unsaid: number;
}

const DUE = `SELECT p.id AS profileId, p.mode, p.version, p.wakes, p.failures, p.due_at AS dueAt,
  p.decided_at AS decidedAt, p.ruleset, p.anonymous_id AS anonymousId, p.commitments,
  (SELECT json_group_array(a.alias) FROM profile_aliases a WHERE a.profile_id = p.id) AS aliases
  FROM profiles p WHERE p.due_at <= ? ORDER BY p.due_at, p.id LIMIT ?`;
const EVENTS = 'SELECT message_id AS messageId, event, refuted, unsaid FROM committed_events WHERE customer_id = ?';

const toCommittedEvent = ({ refuted, unsaid, ...event }: EventRow): CommittedEvent => ({
  ...event,
  refuted: refuted === 1,
  unsaid: unsaid === 1,
});

/** Reads due profiles with all that a decision needs: one statement for each, and three for each account. For use inside a read transaction. */
export const makeClaims = (db: DatabaseSync, { brakes, modes }: { brakes: Brakes; modes: Modes }): Claims => {
  const storeId = readStoreId(db);
  const due = prepare<DueRow>(db, DUE);
  const accountsOf = makeAccounts(db);
  const unread = makeUnread(db);
  const facts = makeCustomerFacts(db);
  const events = prepare<EventRow>(db, EVENTS);

  const readAccounts = (rows: readonly AccountRow[]): readonly ClaimedAccount[] => {
    let left = MAX_DELIVERIES;
    return rows.map(({ customerId, customer, role }) => {
      if (role === 'contact') return { customer, role, deliveries: [], facts: facts(customerId), events: [] };
      const deliveries = left === 0 ? [] : unread(customerId).slice(0, left);
      left -= deliveries.length;
      return {
        customer,
        role,
        deliveries,
        facts: facts(customerId),
        events: events.all(customerId).map(toCommittedEvent),
      };
    });
  };

  const read = (row: DueRow): ReadClaim => {
    const { profileId, mode, version, failures, dueAt, decidedAt, ruleset, anonymousId, wakes } = row;
    const accounts = accountsOf(profileId);
    const aliases = JSON.parse(row.aliases) as readonly string[];
    const claim: Claim = {
      storeId,
      profileId,
      version,
      mode,
      userId: userIdOf(aliases),
      anonymousId,
      accounts: readAccounts(accounts),
      commitments: parseCommitments(row.commitments),
      decided: decidedAt === null || ruleset === null ? null : { at: decidedAt, ruleset },
      failures,
      brake: brakes.stateOf(profileId),
      enforcedSince: modes.enforcedSince(),
      dueAt,
    };
    return { claim, accounts, aliases, wakes };
  };

  return { due: (now, limit) => due.all(now, limit), read };
};
