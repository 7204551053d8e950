import { createHmac } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import type { DeliveryKeys } from '../../../domain/fact.ts';
import type { Mode } from '../../../domain/ids.ts';
import type { Instant } from '../../../domain/instant.ts';
import type { NewDelivery } from '../../../pipeline/ports.ts';
import { prepare } from '../statement.ts';
import { wordsOf } from './erase-names.ts';

type Scope = Pick<DeliveryKeys, 'provider' | 'merchant' | 'mode'>;

/** What of a person a tombstone can stand for. */
export type Buried =
  | { readonly kind: 'customer' | 'object'; readonly scope: Scope; readonly id: string }
  | { readonly kind: 'user' | 'email'; readonly mode: Mode; readonly id: string }
  /** Any id, wherever it stands: for what names nobody in its keys. */
  | { readonly kind: 'word'; readonly id: string };

export interface Tombstones {
  /** For use inside a write transaction. */
  readonly add: (buried: readonly Buried[], now: Instant) => void;
  readonly has: (buried: Buried) => boolean;
  /** Is the delivery about somebody who was erased. */
  readonly isAbout: (delivery: Pick<NewDelivery, 'keys' | 'rawBody'>) => boolean;
}

const KEY = `SELECT value FROM meta WHERE name = 'tombstone_key'`;
const ADD = 'INSERT INTO tombstones (hash, erased_at) VALUES (?, ?) ON CONFLICT DO NOTHING';

const partsOf = (buried: Buried): readonly string[] => {
  if ('scope' in buried) {
    const { provider, merchant, mode } = buried.scope;
    return [buried.kind, provider, merchant, mode, buried.id];
  }
  return 'mode' in buried ? [buried.kind, buried.mode, buried.id] : [buried.kind, buried.id];
};

/**
 * Who was erased, as keyed hashes. Whoever holds the store holds the key, too: the hashes tell whether a known id was
 * erased, and no id by themselves.
 */
export const makeTombstones = (db: DatabaseSync): Tombstones => {
  const key = prepare<{ value: string }>(db, KEY).get()?.value ?? '';
  const add = prepare(db, ADD);
  const find = prepare<{ yes: 1 }>(db, 'SELECT 1 AS yes FROM tombstones WHERE hash = ?');
  const any = prepare<{ yes: 1 }>(db, 'SELECT 1 AS yes FROM tombstones LIMIT 1');
  const hash = (buried: Buried): string =>
    createHmac('sha256', key)
      .update(JSON.stringify(partsOf(buried)))
      .digest('hex');
  const has = (buried: Buried): boolean => find.get(hash(buried)) !== undefined;

  return {
    add: (all, now) => {
      for (const buried of all) add.run(hash(buried), now);
    },
    has,
    isAbout: ({ keys, rawBody }) => {
      if (any.get() === undefined) return false;
      const { customer, objects } = keys;
      if (customer !== null) return has({ kind: 'customer', scope: keys, id: customer });
      if (objects.length > 0) return objects.some((id) => has({ kind: 'object', scope: keys, id }));
      return wordsOf(rawBody).some((id) => has({ kind: 'word', id }));
    },
  };
};
