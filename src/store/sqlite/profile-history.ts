import type { DatabaseSync } from 'node:sqlite';
import type { CustomerKey } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import type { ProfileHistory } from '../../pipeline/ports.ts';
import { makeCustomerFacts } from './customer-facts.ts';
import { prepare } from './statement.ts';

interface CustomerRow extends CustomerKey {
  readonly id: number;
}

const CUSTOMER = 'SELECT id, provider, merchant, mode, customer FROM customers WHERE profile_id = ?';
// The profile's own row first: a decision that said nothing leaves no line in the log.
const RULESET = `SELECT r.hash, r.json FROM rulesets r WHERE r.hash = coalesce(
  (SELECT ruleset FROM profiles WHERE id = ?1 AND decided_at <= ?2),
  (SELECT ruleset FROM decisions WHERE profile_id = ?1 AND at <= ?2 ORDER BY version DESC LIMIT 1))`;

/** All that was learned of a profile, and the rules of the last decision up to an instant. */
export const makeProfileHistory = (
  db: DatabaseSync,
): ((profileId: number, at: Instant) => ProfileHistory | undefined) => {
  const findCustomer = prepare<CustomerRow>(db, CUSTOMER);
  const ruleset = prepare<{ hash: string; json: string }>(db, RULESET);
  const facts = makeCustomerFacts(db);
  return (profileId, at) => {
    const row = findCustomer.get(profileId);
    if (row === undefined) return undefined;
    const { id, ...customer } = row;
    return { customer, facts: facts(id), ruleset: ruleset.get(profileId, at) ?? null };
  };
};
