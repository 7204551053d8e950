import { findMemberships } from '../../audience-kit/membership.ts';
import { DAY_MS, earliest, type Instant, plus } from '../../domain/instant.ts';
import type { Policy } from '../../domain/policy.ts';
import type { UserTraits } from '../../generated/tracking-plan.ts';
import type { View } from '../decide.ts';
import type { Channel, Claim } from '../ports.ts';
import type { Ruleset } from '../rules.ts';
import type { BrakeLimit, CommitBrake } from './brake-ports.ts';
import { dunnedIn, isEntry } from './is-entry.ts';

/** What the brakes make of a decision. */
export interface Braked {
  /** As whoever writes to people may see it: the same view unless entries are held back. */
  readonly messaging: View;
  readonly brake: CommitBrake;
  /** When the person entered messaging within the last 24 h, oldest first. */
  readonly entries: readonly Instant[];
  /** Episodes of which messaging was told before, to be remembered. */
  readonly dunned: readonly string[];
}

interface BrakeInput {
  readonly claim: Pick<Claim, 'commitments' | 'brake'>;
  readonly view: View;
  readonly rules: Ruleset;
  readonly channel: Channel;
  readonly now: Instant;
}

const FLAGGED: ReadonlySet<string> = new Set(['pre_dunning', 'active', 'exhausted']);

/** What is said of somebody whose entry waits, as if suppressed. */
const heldBackTraits = (traits: UserTraits): UserTraits => ({
  ...traits,
  in_dunning: false,
  dunning_status: FLAGGED.has(traits.dunning_status) ? 'held' : traits.dunning_status,
  dunning_suppressed: true,
  suppression_reason: traits.suppression_reason ?? 'brake',
});

/**
 * The view of somebody whose entry waits, as if suppressed: it is in nothing that the view itself is not in, so that no exit
 * ever waits.
 */
const holdBack = (view: View, { audiences }: Ruleset, now: Instant, roomAt: Instant | null): View => {
  const traits = heldBackTraits(view.traits);
  const subject = { ...view.subject, traits };
  const { members, until } = findMemberships(audiences, subject, now);
  const mayEnter = (key: string): boolean => !(audiences.byKey.get(key)?.messaging ?? false);
  return {
    ...view,
    traits,
    subject,
    audiences: members.filter(mayEnter),
    flow: null,
    until: earliest(view.until, until, roomAt),
  };
};

/** When the person may enter once more; null: now. */
const roomFrom = (entries: readonly Instant[], { entriesPerDay }: Policy['brakes']): Instant | null => {
  const oldest = entriesPerDay === null ? undefined : entries.at(-entriesPerDay);
  return oldest === undefined ? null : plus(oldest, DAY_MS);
};

const limitOf = ({ shareAtOnce, withinMs, fromPeople }: Policy['brakes']): BrakeLimit | null =>
  shareAtOnce === null ? null : { share: shareAtOnce, withinMs, fromPeople };

/** Who entered lately was counted then. */
const isCounted = (entries: readonly Instant[], { withinMs }: Policy['brakes'], now: Instant): boolean =>
  entries.some((at) => at > now - withinMs);

/**
 * Holds back entries into messaging, and nothing else, where one person enters too often or the brake of all is engaged
 * (semantics G10). Pure. What a recorder takes starts no message: nothing is held back there and nothing counts.
 */
export const applyBrakes = (input: BrakeInput): Braked => {
  const { claim, view, rules, channel, now } = input;
  const { brakes } = rules.policy;
  const { commitments } = claim;
  const dunned = dunnedIn(commitments, view);
  const entries = (commitments.entries ?? []).filter((at) => at > now - DAY_MS);
  if (channel === 'recorder' || !isEntry({ commitments, view, rules }))
    return { messaging: view, brake: { held: null, counts: null }, entries, dunned };
  const roomAt = roomFrom(entries, brakes);
  const held = claim.brake === 'engaged' && brakes.shareAtOnce !== null ? 'share' : roomAt === null ? null : 'person';
  if (held !== null) {
    const messaging = holdBack(view, rules, now, held === 'person' ? roomAt : null);
    return { messaging, brake: { held, counts: null }, entries, dunned };
  }
  const isCounting = claim.brake !== 'released' && !isCounted(entries, brakes, now);
  return {
    messaging: view,
    brake: { held: null, counts: isCounting ? limitOf(brakes) : null },
    entries: [...entries, now],
    dunned,
  };
};
