import type { DatabaseSync } from 'node:sqlite';
import type { CustomerKey, Mode } from '../../../domain/ids.ts';
import { prepare } from '../statement.ts';
import type { ErasedRows } from './erase-rows.ts';
import type { Buried } from './tombstones.ts';

/** All by which the persons found under one id are known. */
export interface Person extends ErasedRows {
  readonly keys: readonly CustomerKey[];
  readonly userIds: readonly string[];
  /** Users whom they were linked to before: maybe their own old ids, maybe somebody else's by mistake. */
  readonly formerUserIds: readonly string[];
  readonly anonymousIds: readonly string[];
  readonly emails: readonly string[];
  /** Addresses of pages that the provider made for them. */
  readonly links: readonly string[];
  /** Ids of their objects at the provider. */
  readonly objects: readonly { readonly scope: Omit<CustomerKey, 'customer'>; readonly id: string }[];
  readonly modes: readonly Mode[];
}

interface CustomerRow extends CustomerKey {
  readonly id: number;
}
interface IdRow {
  readonly id: string | null;
}

const PROFILES = `WITH RECURSIVE person (id) AS (
    SELECT id FROM profiles WHERE user_id = ?1 OR anonymous_id = ?1
    UNION SELECT profile_id FROM profile_aliases WHERE alias IN ('user:' || ?1, 'email:' || ?1, 'email:' || lower(?1))
    UNION SELECT profile_id FROM customers WHERE customer = ?1
    UNION SELECT c.profile_id FROM facts f JOIN customers c ON c.id = f.customer_id
      WHERE instr(?1, '@') > 0 AND lower(f.fact ->> '$.email') = lower(?1)
  ), absorbed (id) AS (
    SELECT coalesce(merged_into, id) FROM profiles WHERE id IN (SELECT id FROM person)
    UNION SELECT p.id FROM profiles p JOIN absorbed a ON p.merged_into = a.id
  ) SELECT id FROM absorbed`;
const IN_PROFILES = 'IN (SELECT value FROM json_each(?1))';
const CUSTOMERS = `SELECT id, provider, merchant, mode, customer FROM customers WHERE profile_id ${IN_PROFILES}`;
const MODES = `SELECT DISTINCT mode FROM profiles WHERE id ${IN_PROFILES}`;
const USERS = `SELECT substr(alias, 6) AS id FROM profile_aliases WHERE profile_id ${IN_PROFILES} AND alias LIKE 'user:%'`;
const TOLD_USERS = `SELECT user_id AS id FROM profiles WHERE id ${IN_PROFILES}
  UNION SELECT commitments ->> '$.userId' FROM profiles WHERE id ${IN_PROFILES}
  UNION SELECT commitments ->> '$.segment.userId' FROM profiles WHERE id ${IN_PROFILES}
  UNION SELECT user_id FROM tool_states WHERE customer_id IS NULL AND profile_id ${IN_PROFILES}
  UNION SELECT call ->> 'userId' FROM outbox WHERE profile_id ${IN_PROFILES}`;
// A former user may have become a person of their own since: then they stay.
const IS_ANOTHERS_USER = `SELECT 1 AS yes FROM profiles p LEFT JOIN profile_aliases a ON a.profile_id = p.id
  WHERE p.id NOT ${IN_PROFILES} AND (p.user_id = ?2 OR a.alias = 'user:' || ?2) LIMIT 1`;
const ANONYMOUS = `SELECT anonymous_id AS id FROM profiles WHERE id ${IN_PROFILES}
  UNION SELECT a.value ->> 'anonymousId' FROM profiles p, json_each(p.commitments, '$.absorbed') a WHERE p.id ${IN_PROFILES}
  UNION SELECT call ->> 'anonymousId' FROM outbox WHERE profile_id ${IN_PROFILES}`;
const EMAILS = `SELECT fact ->> '$.email' AS id FROM facts WHERE customer_id ${IN_PROFILES}
  UNION SELECT substr(alias, 7) FROM profile_aliases WHERE profile_id IN (SELECT value FROM json_each(?2)) AND alias LIKE 'email:%'`;
// Whoever shares an address and is not this person keeps it.
const IS_ANOTHERS_EMAIL = `SELECT 1 AS yes FROM facts WHERE customer_id NOT ${IN_PROFILES}
  AND lower(fact ->> '$.email') = lower(?2) LIMIT 1`;
const OBJECTS = `SELECT object_id AS id, provider, merchant, mode FROM object_references WHERE customer_id ${IN_PROFILES}
  UNION SELECT w.object_id, w.provider, w.merchant, w.mode FROM waiting w JOIN deliveries d ON d.seq = w.delivery_seq
    WHERE d.customer_id ${IN_PROFILES}`;

const LINKS = `SELECT DISTINCT t.value AS id FROM facts f, json_tree(f.fact) t
  WHERE f.customer_id ${IN_PROFILES} AND t.type = 'text' AND t.value LIKE 'http%://%'`;

const textsOf = (rows: readonly IdRow[]): readonly string[] => [
  ...new Set(rows.flatMap(({ id }) => (id === null || id === '' ? [] : [id]))),
];

export interface Persons {
  /** All that is known of the persons whom an id names; undefined where it names nobody. */
  readonly named: (id: string) => Person | undefined;
  readonly of: (profiles: readonly number[]) => Person;
}

/** Finds what is known of people who are to be erased. */
export const makePersons = (db: DatabaseSync): Persons => {
  const profilesOf = prepare<{ id: number }>(db, PROFILES);
  const customersOf = prepare<CustomerRow>(db, CUSTOMERS);
  const modesOf = prepare<{ mode: Mode }>(db, MODES);
  const usersOf = prepare<IdRow>(db, USERS);
  const toldUsersOf = prepare<IdRow>(db, TOLD_USERS);
  const anonymousOf = prepare<IdRow>(db, ANONYMOUS);
  const emailsOf = prepare<IdRow>(db, EMAILS);
  const linksOf = prepare<IdRow>(db, LINKS);
  const objectsOf = prepare<Omit<CustomerKey, 'customer'> & { id: string }>(db, OBJECTS);
  const isAnothersUser = prepare<{ yes: 1 }>(db, IS_ANOTHERS_USER);
  const isAnothersEmail = prepare<{ yes: 1 }>(db, IS_ANOTHERS_EMAIL);

  const of = (profiles: readonly number[]): Person => {
    const inProfiles = JSON.stringify(profiles);
    const rows = customersOf.all(inProfiles);
    const customers = rows.map((row) => row.id);
    const inCustomers = JSON.stringify(customers);
    const own = (rowsOf: readonly IdRow[]): readonly string[] =>
      textsOf(rowsOf).filter((user) => isAnothersUser.get(inProfiles, user) === undefined);
    const userIds = own(usersOf.all(inProfiles));
    return {
      profiles,
      customers,
      keys: rows.map(({ id: _, ...key }) => key),
      modes: modesOf.all(inProfiles).map(({ mode }) => mode),
      userIds,
      formerUserIds: own(toldUsersOf.all(inProfiles)).filter((user) => !userIds.includes(user)),
      anonymousIds: textsOf(anonymousOf.all(inProfiles)),
      emails: textsOf(emailsOf.all(inCustomers, inProfiles)).filter(
        (email) => isAnothersEmail.get(inCustomers, email) === undefined,
      ),
      links: textsOf(linksOf.all(inCustomers)),
      objects: objectsOf.all(inCustomers).map(({ id: object, ...scope }) => ({ scope, id: object })),
    };
  };

  return {
    of,
    named: (id) => {
      const profiles = profilesOf.all(id).map((row) => row.id);
      return profiles.length === 0 ? undefined : of(profiles);
    },
  };
};

/** With the users whom they were linked to before, as if these were theirs. */
export const withFormer = (person: Person): Person => ({
  ...person,
  userIds: [...person.userIds, ...person.formerUserIds],
  formerUserIds: [],
});

/** What the tombstones of a person stand for. */
export const buriedOf = ({ keys, objects, userIds, anonymousIds, emails, modes }: Person): readonly Buried[] => {
  const words = [...keys.map(({ customer }) => customer), ...objects.map(({ id }) => id), ...userIds, ...anonymousIds];
  return [
    ...keys.map(({ customer, ...scope }): Buried => ({ kind: 'customer', scope, id: customer })),
    ...objects.map(({ scope, id }): Buried => ({ kind: 'object', scope, id })),
    ...modes.flatMap((mode) => userIds.map((id): Buried => ({ kind: 'user', mode, id }))),
    ...modes.flatMap((mode) => emails.map((id): Buried => ({ kind: 'email', mode, id: id.toLowerCase() }))),
    ...[...words, ...emails].map((id): Buried => ({ kind: 'word', id })),
  ];
};
