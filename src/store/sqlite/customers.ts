import type { DatabaseSync } from 'node:sqlite';
import type { CustomerKey } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import { prepare } from './statement.ts';

export interface CustomerRow {
  readonly id: number;
  readonly profileId: number;
}

/** Who owns which objects: provider, merchant and mode are part of every key. */
export type Scope = Omit<CustomerKey, 'customer'>;

export interface Customers {
  readonly find: (key: CustomerKey) => CustomerRow | undefined;
  /** With a profile of its own when it is new. */
  readonly findOrCreate: (key: CustomerKey, now: Instant) => CustomerRow;
  /** The customer of the first object that has one. */
  readonly findByObject: (scope: Scope, objectIds: readonly string[]) => CustomerRow | undefined;
  /** Makes a profile due at `now`, or when its parking ends. */
  readonly wake: (profileId: number, now: Instant) => void;
}

const FIND = `SELECT id, profile_id AS profileId FROM customers
  WHERE customer = ? AND provider = ? AND merchant = ? AND mode = ?`;
const FIND_BY_OBJECT = `SELECT c.id, c.profile_id AS profileId
  FROM object_references r JOIN customers c ON c.id = r.customer_id
  WHERE r.object_id = ? AND r.provider = ? AND r.merchant = ? AND r.mode = ?`;
const WAKE = `UPDATE profiles SET wakes = wakes + 1, due_at = max(min(coalesce(due_at, ?1), ?1), coalesce(parked_until, 0))
  WHERE id = ?2`;

/** Customers, whose objects are whose, and the wake-up of their profiles. For use inside a write transaction. */
export const makeCustomers = (db: DatabaseSync): Customers => {
  const byKey = prepare<CustomerRow>(db, FIND);
  const byObject = prepare<CustomerRow>(db, FIND_BY_OBJECT);
  const newProfile = prepare(db, 'INSERT INTO profiles (mode) VALUES (?)');
  const newCustomer = prepare(
    db,
    'INSERT INTO customers (profile_id, provider, merchant, mode, customer, created_at) VALUES (?, ?, ?, ?, ?, ?)',
  );
  const wake = prepare(db, WAKE);
  const find = (key: CustomerKey): CustomerRow | undefined =>
    byKey.get(key.customer, key.provider, key.merchant, key.mode);
  return {
    find,
    findOrCreate: (key, now) => {
      const known = find(key);
      if (known !== undefined) return known;
      const profileId = newProfile.insert(key.mode);
      const id = newCustomer.insert(profileId, key.provider, key.merchant, key.mode, key.customer, now);
      return { id, profileId };
    },
    findByObject: (scope, objectIds) => {
      for (const objectId of objectIds) {
        const owner = byObject.get(objectId, scope.provider, scope.merchant, scope.mode);
        if (owner !== undefined) return owner;
      }
      return undefined;
    },
    wake: (profileId, now) => {
      wake.run(now, profileId);
    },
  };
};
