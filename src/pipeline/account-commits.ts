import { aliasesOf } from '../ledger/identity.ts';
import { findWanted } from './api/wanted.ts';
import type { View } from './decide.ts';
import type { Effects } from './diff.ts';
import type { AccountCommit } from './ports.ts';
import { allFacts, type Read } from './read.ts';
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
  return effects.accounts.map((events, index) => {
    const account = read[index];
    const ledger = owned[index]?.ledger;
    return {
      ...events,
      facts: account?.news.map(({ fact }) => fact) ?? [],
      references: account?.references ?? [],
      aliases: ledger === undefined ? [] : aliasesOf(ledger, rules.policy),
      contactUserIds: ledger?.contactUserIds ?? [],
      wanted: account === undefined || ledger === undefined ? [] : findWanted(ledger, allFacts(account), ledger.now),
    };
  });
};
