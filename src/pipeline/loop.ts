import type { Mode } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import type { Provider } from '../providers/provider.ts';
import { findBaseline } from './baseline.ts';
import { applyBrakes } from './brakes/apply-brakes.ts';
import { decide } from './decide.ts';
import { diff } from './diff.ts';
import { park } from './park.ts';
import { toPart } from './part.ts';
import type { Channel, Claim, Commit, Part, Store } from './ports.ts';
import { allFacts, readDeliveries } from './read.ts';
import type { Ruleset } from './rules.ts';
import { toCommit } from './to-commit.ts';
import { handedOffIn } from './tools/subjects/hand-offs.ts';
import type { ActiveTool } from './tools/tool-ports.ts';

export interface World {
  readonly store: Store;
  readonly rules: Ruleset;
  readonly providers: Readonly<Record<string, Provider>>;
  /** Where the calls of a live or test-mode profile go. */
  readonly channelFor: (mode: Mode) => Channel;
  /** Which tools hear of a live or test-mode profile. */
  readonly toolsFor: (mode: Mode) => readonly ActiveTool[];
}

/** Claims what is due, decides it, commits it. The whole product runs through here. Answers how many profiles. */
export const runDue = (world: World, now: Instant, limit = 64): Promise<number> =>
  world.store.work(now, limit, (claim) => {
    try {
      return step(world, claim, now);
    } catch (error) {
      return park(claim, now, error);
    }
  });

/** One profile: read its deliveries, decide on all facts, say what changed. Pure. */
export const step = (
  { rules, providers, channelFor, toolsFor }: Omit<World, 'store'>,
  claim: Claim,
  now: Instant,
): Commit | Part => {
  const read = readDeliveries(claim, providers, rules.policy);
  const accounts = read.accounts.map((account) => ({ ...account, facts: allFacts(account) }));
  const handedOff = handedOffIn(claim.commitments);
  const { userId, enforcedSince } = claim;
  const decided = decide({ userId, accounts, rules, handedOff, enforcedSince, now });
  // An account that joined may be older than the one that the id was derived from: who was told by it stays the same.
  const view = { ...decided, anonymousId: claim.anonymousId ?? decided.anonymousId };
  const parted = toPart(claim, view, now);
  if (parted !== null) return parted;
  const to = { channel: channelFor(claim.mode), tools: toolsFor(claim.mode) };
  const braked = applyBrakes({ claim, view, rules, channel: to.channel, now });
  const { messaging } = braked;
  const effects = diff({ claim, view, messaging, rules, now, ...to, baseline: findBaseline(claim, read, rules, now) });
  return toCommit(claim, { read, view, braked, effects }, { rules, now });
};
