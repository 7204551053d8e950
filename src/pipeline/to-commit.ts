import type { Instant } from '../domain/instant.ts';
import { aliasesOf } from '../ledger/identity.ts';
import { findWanted } from './api/wanted.ts';
import { toViewJson, type View } from './decide.ts';
import type { Effects } from './diff.ts';
import type { AccountCommit, Claim, Commit } from './ports.ts';
import { allFacts, type Read } from './read.ts';
import type { Ruleset } from './rules.ts';

/** What the commit writes of each account that the profile owns, in the claim's order. Pure. */
const toAccountCommits = (
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

/** Everything that a decision writes. Pure. */
export const toCommit = (
  claim: Claim,
  { read, view, effects }: { readonly read: Read; readonly view: View; readonly effects: Effects },
  { rules, now }: { readonly rules: Ruleset; readonly now: Instant },
): Commit => ({
  outcome: 'decided',
  profileId: claim.profileId,
  version: claim.version + 1,
  at: now,
  ruleset: rules.hash,
  readings: read.readings,
  ...effects,
  accounts: toAccountCommits(read, view, effects, { rules }),
  deadLetters: [...read.deadLetters, ...effects.deadLetters],
  inDunning: view.traits.in_dunning,
  view: toViewJson(view),
  dueAt: view.until,
});
