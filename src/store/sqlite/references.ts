import type { DatabaseSync } from 'node:sqlite';
import type { Instant } from '../../domain/instant.ts';
import type { CustomerRow, Scope } from './customers.ts';
import { prepare } from './statement.ts';
import { makeWaiting } from './waiting.ts';

export interface References {
  /** Remembers whose the objects are and gives the owner what waited for that, unread; the first writer wins. */
  readonly save: (scope: Scope, objectIds: readonly string[], owner: CustomerRow, now: Instant) => void;
}

const ADD = `INSERT INTO object_references (object_id, provider, merchant, mode, customer_id, created_at)
  VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`;

/** The index from object id to customer. For use inside a write transaction. */
export const makeReferences = (db: DatabaseSync): References => {
  const add = prepare(db, ADD);
  const waiting = makeWaiting(db);
  return {
    save: (scope, objectIds, owner, now) => {
      for (const objectId of objectIds) {
        // Known before: then nothing can wait for it, since the door finds it.
        if (add.run(objectId, scope.provider, scope.merchant, scope.mode, owner.id, now) === 0) continue;
        waiting.release(scope, objectId, owner);
      }
    },
  };
};
