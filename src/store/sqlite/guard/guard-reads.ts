import type { DatabaseSync } from 'node:sqlite';
import type { Mode } from '../../../domain/ids.ts';
import type { Instant } from '../../../domain/instant.ts';
import type { Guarded, GuardedAccount, GuardRead } from '../../../pipeline/guard/guard-ports.ts';
import { makeBrakeState } from '../brakes/brakes.ts';
import { makeEnforcedSince } from '../brakes/modes.ts';
import { makeCustomerFacts } from '../customer-facts.ts';
import { makeAccounts } from '../people/accounts.ts';
import { userAlias } from '../people/aliases.ts';
import { parseCommitments } from '../people/stored-commitments.ts';
import { prepare } from '../statement.ts';
import { MAX_DELIVERIES, makeUnread } from '../unread.ts';

interface PersonRow {
  readonly profileId: number;
  readonly mode: Mode;
  readonly view: string | null;
  readonly dueAt: Instant | null;
  readonly failures: number;
  readonly ruleset: string | null;
  readonly hasUnread: number;
  readonly commitments: string | null;
}

// The owner of an account is woken by its deliveries, its contacts only by the decision on them: so what is unread is
// looked for, whatever the person's due instant says. `live` sorts before `test`.
const PERSON = `SELECT p.id AS profileId, p.mode, p.view, p.due_at AS dueAt, p.failures, p.ruleset, p.commitments,
  EXISTS (SELECT 1 FROM deliveries d INDEXED BY deliveries_unread WHERE d.ending = 'unread' AND d.customer_id IN (
    SELECT c.id FROM customers c WHERE c.profile_id = p.id
    UNION ALL SELECT t.customer_id FROM account_contacts t WHERE t.profile_id = p.id)) AS hasUnread
  FROM profile_aliases a JOIN profiles p ON p.id = a.profile_id
  WHERE a.alias = ? ORDER BY a.mode LIMIT 1`;

const viewThatHolds = (person: PersonRow, { now, ruleset }: GuardRead): string | null => {
  const isDue = person.dueAt !== null && person.dueAt <= now;
  const isOutdated = person.hasUnread === 1 || person.failures > 0 || person.ruleset !== ruleset;
  return isDue || isOutdated ? null : person.view;
};

/** Reads what the guard asks of one person. For use inside a read transaction. */
export const makeReadGuarded = (db: DatabaseSync): ((read: GuardRead) => Guarded | null) => {
  const findPerson = prepare<PersonRow>(db, PERSON);
  const accountsOf = makeAccounts(db);
  const unread = makeUnread(db);
  const facts = makeCustomerFacts(db);
  const enforcedSince = makeEnforcedSince(db);
  const brakeOf = makeBrakeState(db);

  const readAccounts = (profileId: number): readonly GuardedAccount[] => {
    const accounts = accountsOf(profileId).map(({ customerId, customer, role }) => ({
      customer,
      role,
      deliveries: unread(customerId),
      facts: facts(customerId),
    }));
    const count = accounts.reduce((sum, { deliveries }) => sum + deliveries.length, 0);
    // The one that was left out could be the payment.
    if (count >= MAX_DELIVERIES) throw new RangeError('More is unread of the person than one decision takes');
    return accounts;
  };

  return (read) => {
    const person = findPerson.get(userAlias(read.userId));
    if (person === undefined) return null;
    const view = viewThatHolds(person, read);
    if (view !== null) return { holds: true, view };
    return {
      holds: false,
      accounts: readAccounts(person.profileId),
      enforcedSince: enforcedSince(),
      mode: person.mode,
      brake: brakeOf(person.profileId),
      commitments: parseCommitments(person.commitments),
    };
  };
};
