import type { DatabaseSync } from 'node:sqlite';
import type { CustomerKey, Mode } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import type { Claim, Commitments, CommittedEvent, Delivery } from '../../pipeline/ports.ts';
import { makeCustomerFacts } from './customer-facts.ts';
import { prepare } from './statement.ts';
import { readStoreId } from './store-id.ts';

/** A claim with what its commit must know of the moment at which it was read. */
export interface ReadClaim {
  readonly claim: Claim;
  readonly customerId: number;
  /** The profile's count of wake-ups: a higher one at commit means that there is news. */
  readonly wakes: number;
}

export interface Claims {
  /** Due profiles, the longest due first. */
  readonly due: (now: Instant, limit: number) => readonly DueRow[];
  readonly read: (due: DueRow) => ReadClaim;
}

export interface DueRow extends CustomerKey {
  readonly profileId: number;
  readonly customerId: number;
  readonly mode: Mode;
  readonly version: number;
  readonly wakes: number;
  readonly failures: number;
  readonly dueAt: Instant;
  readonly decidedAt: Instant | null;
  readonly ruleset: string | null;
  readonly commitments: string | null;
}

interface EventRow {
  readonly messageId: string;
  readonly event: string;
  readonly refuted: number;
  readonly unsaid: number;
}

/** One claim's share of a backlog: what is left keeps the profile due. Bounds memory and the length of one decision. */
const MAX_DELIVERIES = 1_000;
const NOTHING_SAID: Omit<Commitments, 'events'> = {
  episodes: [],
  traits: null,
  accountTraits: null,
  userId: null,
  channel: null,
  segment: null,
  audiences: [],
  untold: [],
  tools: {},
};

const DUE = `SELECT p.id AS profileId, c.id AS customerId, c.provider, c.merchant, c.mode, c.customer, p.version,
  p.wakes, p.failures, p.due_at AS dueAt, p.decided_at AS decidedAt, p.ruleset, p.commitments
  FROM profiles p JOIN customers c ON c.profile_id = p.id
  WHERE p.due_at <= ? ORDER BY p.due_at, p.id LIMIT ?`;
const UNREAD = `SELECT d.seq, d.provider, d.event_id AS eventId, d.event_type AS eventType, b.raw_body AS rawBody,
  d.received_at AS receivedAt
  FROM deliveries d JOIN delivery_bodies b ON b.delivery_seq = d.seq
  WHERE d.customer_id = ? AND d.ending = 'unread' ORDER BY d.seq LIMIT ${MAX_DELIVERIES}`;
const EVENTS = 'SELECT message_id AS messageId, event, refuted, unsaid FROM committed_events WHERE profile_id = ?';

const NO_AUDIENCES = { audiences: [], untold: [] } as const;

/** What an older release wrote knew of no audiences and no tools. */
const parseCommitments = (json: string | null): Omit<Commitments, 'events'> => {
  if (json === null) return NOTHING_SAID;
  const stored = JSON.parse(json) as Omit<Commitments, 'events'>;
  const segment = stored.segment === null ? null : { ...NO_AUDIENCES, ...stored.segment };
  return { ...NOTHING_SAID, ...stored, segment };
};
const toCommittedEvent = ({ refuted, unsaid, ...event }: EventRow): CommittedEvent => ({
  ...event,
  refuted: refuted === 1,
  unsaid: unsaid === 1,
});

/** Reads due profiles with all that a decision needs: four statements for each. For use inside a read transaction. */
export const makeClaims = (db: DatabaseSync): Claims => {
  const storeId = readStoreId(db);
  const due = prepare<DueRow>(db, DUE);
  const unread = prepare<Delivery>(db, UNREAD);
  const facts = makeCustomerFacts(db);
  const events = prepare<EventRow>(db, EVENTS);

  const readClaim = (row: DueRow): Claim => {
    const { profileId, customerId, version, failures, provider, merchant, mode, customer, decidedAt, ruleset } = row;
    return {
      storeId,
      profileId,
      version,
      failures,
      dueAt: row.dueAt,
      customer: { provider, merchant, mode, customer },
      deliveries: unread.all(customerId),
      facts: facts(customerId),
      commitments: {
        ...parseCommitments(row.commitments),
        events: events.all(profileId).map(toCommittedEvent),
      },
      decided: decidedAt === null || ruleset === null ? null : { at: decidedAt, ruleset },
    };
  };

  return {
    due: (now, limit) => due.all(now, limit),
    read: (row) => ({ claim: readClaim(row), customerId: row.customerId, wakes: row.wakes }),
  };
};
