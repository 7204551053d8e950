import type { Instant } from '../domain/instant.ts';
import type { View } from './decide.ts';
import type { Claim, Part } from './ports.ts';

/** The accounts of one profile name several people: they part, and are decided afterwards (semantics F2); else null. Pure. */
export const toPart = (claim: Claim, view: View, now: Instant): Part | null => {
  const owned = view.accounts.filter(({ role }) => role === 'owner');
  const named = new Set(owned.flatMap(({ ledger }) => ledger.userId ?? []));
  if (named.size < 2) return null;
  const accounts = owned.map(({ customer, ledger }) => ({ customer, userId: ledger.userId }));
  return { outcome: 'parted', profileId: claim.profileId, version: claim.version, at: now, accounts };
};
