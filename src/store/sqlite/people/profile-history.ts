import type { DatabaseSync } from 'node:sqlite';
import type { Mode } from '../../../domain/ids.ts';
import type { Instant } from '../../../domain/instant.ts';
import type { ProfileHistory } from '../../../pipeline/ports.ts';
import { makeEnforcedSince } from '../brakes/modes.ts';
import { makeCustomerFacts } from '../customer-facts.ts';
import { prepare } from '../statement.ts';
import { makeAccounts } from './accounts.ts';
import { makeAliases, userIdOf } from './aliases.ts';

const MODE = 'SELECT mode FROM profiles WHERE id = ?';
// The profile's own row first: a decision that said nothing leaves no line in the log.
const RULESET = `SELECT r.hash, r.json FROM rulesets r WHERE r.hash = coalesce(
  (SELECT ruleset FROM profiles WHERE id = ?1 AND decided_at <= ?2),
  (SELECT ruleset FROM decisions WHERE profile_id = ?1 AND at <= ?2 ORDER BY version DESC LIMIT 1))`;

/** All that was learned of a profile's accounts of now, and the rules of the last decision up to an instant. */
export const makeProfileHistory = (
  db: DatabaseSync,
): ((profileId: number, at: Instant) => ProfileHistory | undefined) => {
  const findMode = prepare<{ mode: Mode }>(db, MODE);
  const ruleset = prepare<{ hash: string; json: string }>(db, RULESET);
  const accounts = makeAccounts(db);
  const aliases = makeAliases(db);
  const facts = makeCustomerFacts(db);
  const enforcedSince = makeEnforcedSince(db);
  return (profileId, at) => {
    const row = findMode.get(profileId);
    if (row === undefined) return undefined;
    const since = enforcedSince();
    return {
      mode: row.mode,
      userId: userIdOf(aliases.of(profileId)),
      accounts: accounts(profileId).map(({ customerId, customer, role }) => ({
        customer,
        role,
        facts: facts(customerId),
      })),
      ruleset: ruleset.get(profileId, at) ?? null,
      enforcedSince: since !== null && since <= at ? since : null,
    };
  };
};
