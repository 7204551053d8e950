import type { Mode } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import type { Provider } from '../../providers/provider.ts';
import { applyBrakes } from '../brakes/apply-brakes.ts';
import type { Channel } from '../commitments.ts';
import { decide, type View } from '../decide.ts';
import { allFacts, readDeliveries } from '../read.ts';
import type { Ruleset } from '../rules.ts';
import type { Guarded, GuardStore } from './guard-ports.ts';

/** What is true of a person at the instant asked, as far as a guard tells of it. */
export type Present = Pick<View, 'traits' | 'episodes'>;

export interface PresentOptions {
  readonly store: GuardStore;
  readonly rules: Ruleset;
  readonly providers: Readonly<Record<string, Provider>>;
  /** Where the loop sends calls now: brakes hold nothing back from a recorder. */
  readonly channelFor: (mode: Mode) => Channel;
}

/** Finds what is true of a user; null: nobody is known by the id. Rejects when the store fails or the decision throws. */
export type FindPresent = (userId: string, now: Instant) => Promise<Present | null>;

/** Accounts that are another user's by what was not read yet: the loop will move them away (semantics F2). */
const leavingOf = (view: View, userId: string): ReadonlySet<View['accounts'][number]> => {
  const owned = view.accounts.filter(({ role }) => role === 'owner');
  const named = new Set(owned.flatMap(({ ledger }) => ledger.userId ?? []));
  if (!named.has(userId) && named.size === 1) return new Set(owned);
  return new Set(owned.filter(({ ledger }) => ledger.userId !== null && ledger.userId !== userId));
};

/** Something is unread, or the committed view is out of date. */
type NotHeld = Extract<Guarded, { holds: false }>;

/** As the loop would decide it at `now`, written nowhere. Pure. */
const decideAfresh = (
  { rules, providers }: PresentOptions,
  userId: string,
  { accounts: stored, enforcedSince }: NotHeld,
  now: Instant,
): View | null => {
  const claimed = stored.map((account) => ({ ...account, events: [] }));
  const read = readDeliveries({ accounts: claimed }, providers, rules.policy);
  const accounts = read.accounts.map((account) => ({ ...account, facts: allFacts(account) }));
  const view = decide({ userId, accounts, rules, enforcedSince, now });
  const leaving = leavingOf(view, userId);
  if (leaving.size === 0) return view;
  const staying = accounts.filter(
    (_, index) => view.accounts[index] === undefined || !leaving.has(view.accounts[index]),
  );
  return staying.length === 0 ? null : decide({ userId, accounts: staying, rules, enforcedSince, now });
};

/** The committed view is this release's own JSON: rules of another release have another hash. */
const parseView = (json: string): Present => JSON.parse(json) as Present;

/**
 * Joins what is stored to what is true now. The committed view holds by definition while nothing is unread and its `until`
 * is not reached; else the same pure decision as the loop's is made over the facts and what is unread,
 * its brakes included.
 */
export const makeFindPresent = (options: PresentOptions): FindPresent => {
  const { store, rules, channelFor } = options;
  return async (userId, now) => {
    const stored = await store.readGuarded({ userId, now, ruleset: rules.hash });
    if (stored === null) return null;
    if (stored.holds) return parseView(stored.view);
    const view = decideAfresh(options, userId, stored, now);
    if (view === null) return null;
    return applyBrakes({ claim: stored, view, rules, channel: channelFor(stored.mode), now }).messaging;
  };
};
