import type { DatabaseSync } from 'node:sqlite';
import type { CustomerKey } from '../../../domain/ids.ts';
import type { ClaimedAccount } from '../../../pipeline/ports.ts';
import { prepare } from '../statement.ts';

/** A billing customer of a profile, by its row. */
export interface AccountRow {
  readonly customerId: number;
  readonly customer: CustomerKey;
  readonly role: ClaimedAccount['role'];
  /** Ids of the profiles that are told about it besides its owner; none of a contact's. */
  readonly contacts: readonly number[];
}

interface StoredRow extends CustomerKey {
  readonly customerId: number;
  readonly role: ClaimedAccount['role'];
  /** JSON. */
  readonly contacts: string;
}

const ACCOUNTS = `SELECT c.id AS customerId, c.provider, c.merchant, c.mode, c.customer, 'owner' AS role,
    (SELECT json_group_array(a.profile_id) FROM account_contacts a WHERE a.customer_id = c.id) AS contacts
    FROM customers c WHERE c.profile_id = ?1
  UNION ALL SELECT c.id, c.provider, c.merchant, c.mode, c.customer, 'contact', '[]'
    FROM account_contacts a JOIN customers c ON c.id = a.customer_id WHERE a.profile_id = ?1
  ORDER BY role DESC, customerId`;

const NOBODY = '[]';

const toAccount = ({ customerId, provider, merchant, mode, customer, role, contacts }: StoredRow): AccountRow => ({
  customerId,
  customer: { provider, merchant, mode, customer },
  role,
  contacts: contacts === NOBODY ? [] : (JSON.parse(contacts) as readonly number[]),
});

/** The accounts of a profile, its own first, then by age. */
export const makeAccounts = (db: DatabaseSync): ((profileId: number) => readonly AccountRow[]) => {
  const accounts = prepare<StoredRow>(db, ACCOUNTS);
  return (profileId) => accounts.all(profileId).map(toAccount);
};
