import type { DatabaseSync } from 'node:sqlite';
import type { Delivery } from '../../pipeline/ports.ts';
import { prepare } from './statement.ts';

/** One claim's share of a backlog: what is left keeps the profile due. Bounds memory and the length of one decision. */
export const MAX_DELIVERIES = 1_000;

// Unless told, SQLite walks over everything that was ever received of the customer. The limit is a constant, since a bound
// one has the statement compiled again each time.
const UNREAD = `SELECT d.seq, d.provider, d.event_id AS eventId, d.event_type AS eventType, b.raw_body AS rawBody,
  d.received_at AS receivedAt, d.source
  FROM deliveries d INDEXED BY deliveries_unread JOIN delivery_bodies b ON b.delivery_seq = d.seq
  WHERE d.customer_id = ? AND d.ending = 'unread' ORDER BY d.seq LIMIT ${MAX_DELIVERIES}`;

/** The unread deliveries of a customer, by its row id, in order of arrival; the first `MAX_DELIVERIES` of them. */
export const makeUnread = (db: DatabaseSync): ((customerId: number) => readonly Delivery[]) => {
  const unread = prepare<Delivery>(db, UNREAD);
  return (customerId) => unread.all(customerId);
};
