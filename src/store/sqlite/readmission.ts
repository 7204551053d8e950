import type { DatabaseSync } from 'node:sqlite';
import type { Instant } from '../../domain/instant.ts';
import type { Delivery, NewDelivery } from '../../pipeline/ports.ts';
import { ownerOf } from './accept.ts';
import { makeLookUps } from './api/look-ups.ts';
import type { Customers } from './customers.ts';
import { prepare } from './statement.ts';
import { makeWaiting } from './waiting.ts';

const TWIN = `SELECT seq FROM deliveries WHERE event_id = ? AND provider = ? AND merchant = ? AND mode = ? AND seq <> ?`;
const REWRITE = `UPDATE deliveries SET provider = ?, merchant = ?, mode = ?, event_id = ?, event_type = ?,
  occurred_at = ?, customer_id = ?, ending = ?, detail = ?, read_at = NULL WHERE seq = ?`;
const END = 'UPDATE deliveries SET ending = ?, detail = ?, read_at = ? WHERE seq = ?';

/**
 * Takes a delivery that the door could not assign through the door again, as it reads it now.
 * @returns false when it is not understood this time either: nothing is changed.
 */
export const makeReadmission = (
  db: DatabaseSync,
  customers: Customers,
): ((stored: Delivery, again: Pick<NewDelivery, 'keys' | 'end' | 'detail' | 'lookUp'>, now: Instant) => boolean) => {
  const twin = prepare(db, TWIN);
  const rewrite = prepare(db, REWRITE);
  const end = prepare(db, END);
  const waiting = makeWaiting(db);
  const lookUps = makeLookUps(db);
  return (stored, again, now) => {
    const { keys } = again;
    const { provider, merchant, mode, eventId, eventType, occurredAt } = keys;
    if (again.end === 'dead_letter') return false;
    // The provider sent it again under its own id while this one lay under a content hash.
    if (twin.get(eventId, provider, merchant, mode, stored.seq) !== undefined) {
      end.run('ignored', 'duplicate', now, stored.seq);
      return true;
    }
    const owner = ownerOf(customers, { ...again, receivedAt: stored.receivedAt });
    const place = [provider, merchant, mode, eventId, eventType, occurredAt] as const;
    rewrite.run(...place, owner?.id ?? null, again.end, again.detail, stored.seq);
    if (again.end === 'unread' && owner !== undefined) customers.wake(owner.profileId, now);
    if (again.end === 'unread' && owner === undefined) {
      if (again.lookUp === undefined) waiting.add(keys, stored.seq);
      lookUps.askAbout({ ...again, source: stored.source }, stored.seq, now);
    }
    return true;
  };
};
