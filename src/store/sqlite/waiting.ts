import type { DatabaseSync } from 'node:sqlite';
import type { DeliveryKeys } from '../../domain/fact.ts';
import { HOUR_MS, type Instant, plus } from '../../domain/instant.ts';
import type { CustomerRow, Scope } from './customers.ts';
import { prepare } from './statement.ts';

/** After this long a delivery whose customer is unknown is reported as ignored; it still joins later (semantics A3). */
export const UNRESOLVED_AFTER_MS = 72 * HOUR_MS;

export interface Waiting {
  /** The delivery waits under each of its object ids. */
  readonly add: (keys: Pick<DeliveryKeys, 'provider' | 'merchant' | 'mode' | 'objects'>, seq: number) => void;
  /** Gives what waits under the object to its owner, unread. Whoever calls makes the owner's profile due. */
  readonly release: (scope: Scope, objectId: string, owner: CustomerRow) => void;
  /** When the oldest that waits is to be reported as ignored; null when none waits. */
  readonly nextReportAt: () => Instant | null;
  /** Reports those that waited too long as ignored. */
  readonly report: (now: Instant) => void;
}

const ADD = `INSERT INTO waiting (object_id, provider, merchant, mode, delivery_seq) VALUES (?, ?, ?, ?, ?)
  ON CONFLICT DO NOTHING`;
const FIND =
  'SELECT delivery_seq AS seq FROM waiting WHERE object_id = ? AND provider = ? AND merchant = ? AND mode = ?';
const RELEASE = `UPDATE deliveries SET customer_id = ?, ending = 'unread', detail = NULL, read_at = NULL
  WHERE seq = ? AND customer_id IS NULL`;
const OLDEST = `SELECT min(received_at) AS receivedAt FROM deliveries WHERE ending = 'unread' AND customer_id IS NULL`;
const REPORT = `UPDATE deliveries SET ending = 'ignored', detail = 'unresolved', read_at = ?
  WHERE ending = 'unread' AND customer_id IS NULL AND received_at <= ?`;

/** Deliveries that name no customer, until a reference tells whose their object is. */
export const makeWaiting = (db: DatabaseSync): Waiting => {
  const add = prepare(db, ADD);
  const find = prepare<{ seq: number }>(db, FIND);
  const release = prepare(db, RELEASE);
  const remove = prepare(db, 'DELETE FROM waiting WHERE delivery_seq = ?');
  const oldest = prepare<{ receivedAt: Instant | null }>(db, OLDEST);
  const report = prepare(db, REPORT);
  return {
    add: ({ provider, merchant, mode, objects }, seq) => {
      for (const objectId of objects) add.run(objectId, provider, merchant, mode, seq);
    },
    release: ({ provider, merchant, mode }, objectId, owner) => {
      for (const { seq } of find.all(objectId, provider, merchant, mode)) {
        release.run(owner.id, seq);
        remove.run(seq);
      }
    },
    nextReportAt: () => {
      const receivedAt = oldest.get()?.receivedAt ?? null;
      return receivedAt === null ? null : plus(receivedAt, UNRESOLVED_AFTER_MS);
    },
    report: (now) => {
      report.run(now, now - UNRESOLVED_AFTER_MS);
    },
  };
};
