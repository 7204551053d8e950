import type { DatabaseSync } from 'node:sqlite';
import type { Instant } from '../../../domain/instant.ts';
import type { AccountCommit } from '../../../pipeline/ports.ts';
import type { Customers } from '../customers.ts';
import { makeTombstones } from '../privacy/tombstones.ts';
import { prepare } from '../statement.ts';
import type { AccountRow } from './accounts.ts';
import type { Aliases } from './aliases.ts';

/** Who is told about an account besides its own user (semantics F1). For use inside a write transaction. */
export interface Contacts {
  /**
   * Remembers whom the commit names, and wakes them, and whoever is named no more, when that or the account's facts are
   * news. A decision about a contact brings no news of the account, so that no wake-up causes another.
   */
  readonly save: (account: AccountRow, commit: AccountCommit, ownerId: number, now: Instant) => void;
}

const ADD = 'INSERT INTO account_contacts (customer_id, profile_id) VALUES (?, ?) ON CONFLICT DO NOTHING';
const REMOVE = 'DELETE FROM account_contacts WHERE customer_id = ? AND profile_id = ?';

export const makeContacts = (db: DatabaseSync, aliases: Aliases, customers: Customers): Contacts => {
  const add = prepare(db, ADD);
  const remove = prepare(db, REMOVE);
  const tombstones = makeTombstones(db);
  return {
    save: ({ customerId, customer, contacts: before }, { contactUserIds, facts }, ownerId, now) => {
      if (before.length === 0 && contactUserIds.length === 0) return;
      const living = contactUserIds.filter((id) => !tombstones.has({ kind: 'user', mode: customer.mode, id }));
      const named = new Set(living.map((userId) => aliases.findOrMakeUser(customer.mode, userId)));
      named.delete(ownerId);
      const added = [...named].filter((id) => !before.includes(id));
      const removed = before.filter((id) => !named.has(id));
      for (const id of added) add.run(customerId, id);
      for (const id of removed) remove.run(customerId, id);
      for (const id of facts.length > 0 ? [...named, ...removed] : [...added, ...removed]) customers.wake(id, now);
    },
  };
};
