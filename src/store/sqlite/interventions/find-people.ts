import type { DatabaseSync } from 'node:sqlite';
import type { Mode } from '../../../domain/ids.ts';
import type { WholePerson } from '../../../pipeline/interventions/intervention-ports.ts';
import { makeEnforcedSince } from '../brakes/modes.ts';
import { makeCustomerFacts } from '../customer-facts.ts';
import { makeAccounts } from '../people/accounts.ts';
import { makeAliases, userIdOf } from '../people/aliases.ts';
import { prepare } from '../statement.ts';
import { makeUnread } from '../unread.ts';

// Whoever was absorbed is found as the person that it turned out to be.
const FIND = `SELECT p.id AS profileId, p.mode FROM profiles p
  WHERE p.id IN (SELECT profile_id FROM profile_aliases WHERE alias = 'user:' || ?1
    UNION SELECT coalesce(merged_into, id) FROM profiles WHERE user_id = ?1
    UNION SELECT coalesce(merged_into, id) FROM profiles WHERE anonymous_id = ?1
    UNION SELECT profile_id FROM customers WHERE customer = ?1)
  ORDER BY p.id`;

/** Finds whom an intervention is about, with what is known and what is unread of them. For use inside a read transaction. */
export const makeFindPeople = (db: DatabaseSync): ((id: string) => readonly WholePerson[]) => {
  const find = prepare<{ readonly profileId: number; readonly mode: Mode }>(db, FIND);
  const accountsOf = makeAccounts(db);
  const aliases = makeAliases(db);
  const facts = makeCustomerFacts(db);
  const unread = makeUnread(db);
  const enforcedSince = makeEnforcedSince(db);
  return (id) =>
    find.all(id).map(({ profileId, mode }) => ({
      mode,
      userId: userIdOf(aliases.of(profileId)),
      accounts: accountsOf(profileId).map(({ customerId, customer, role }) => ({
        customer,
        role,
        facts: facts(customerId),
        deliveries: unread(customerId),
      })),
      enforcedSince: enforcedSince(),
    }));
};
