import type { Instant } from '../domain/instant.ts';
import { aliasesOf } from '../ledger/identity.ts';
import { findWanted } from './api/wanted.ts';
import type { Braked } from './brakes/apply-brakes.ts';
import { toViewJson, type View } from './decide.ts';
import type { Effects } from './diff.ts';
import type { AccountCommit, Claim, Commit } from './ports.ts';
import { allFacts, type Read } from './read.ts';
import type { Ruleset } from './rules.ts';
import { findSuppressions } from './suppressions/find-suppressions.ts';

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

interface Decided {
  readonly read: Read;
  readonly view: View;
  readonly braked: Braked;
  readonly effects: Effects;
}

/** Everything that a decision writes. Pure. */
export const toCommit = (
  claim: Claim,
  { read, view, braked, effects }: Decided,
  { rules, now }: { readonly rules: Ruleset; readonly now: Instant },
): Commit => ({
  outcome: 'decided',
  profileId: claim.profileId,
  version: claim.version + 1,
  at: now,
  ruleset: rules.hash,
  readings: read.readings,
  ...effects,
  suppressions: findSuppressions({ claim, read, view: braked.messaging, effects, now }),
  accounts: toAccountCommits(read, view, effects, { rules }),
  deadLetters: [...read.deadLetters, ...effects.deadLetters],
  commitments: {
    ...effects.commitments,
    ...(braked.entries.length > 0 && { entries: braked.entries }),
    ...(braked.dunned.length > 0 && { dunned: braked.dunned }),
  },
  brake: braked.brake,
  inDunning: view.traits.in_dunning,
  // People, and the guard, are told what holds messages back.
  view: toViewJson(braked.messaging),
  dueAt: braked.messaging.until,
});
