import { aliasesOf } from '../ledger/identity.ts';
import type { View } from './decide.ts';
import type { Effects } from './diff.ts';
import type { AccountCommit } from './ports.ts';
import type { Read } from './read.ts';
import type { Ruleset } from './rules.ts';

/** What the commit writes of each account that the profile owns, in the claim's order. Pure. */
export const toAccountCommits = (
  { accounts }: Read,
  view: View,
  effects: Effects,
  { rules }: { readonly rules: Ruleset },
): readonly AccountCommit[] => {
  const read = accounts.filter(({ role }) => role === 'owner');
  const owned = view.accounts.filter(({ role }) => role === 'owner');
  return effects.accounts.map((events, index) => ({
    ...events,
    facts: read[index]?.news.map(({ fact }) => fact) ?? [],
    references: read[index]?.references ?? [],
    aliases: owned[index] === undefined ? [] : aliasesOf(owned[index].ledger, rules.policy),
    contactUserIds: owned[index]?.ledger.contactUserIds ?? [],
    wanted: [],
  }));
};
