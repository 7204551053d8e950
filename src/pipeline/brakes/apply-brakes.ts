import { findMemberships } from '../../audience-kit/membership.ts';
import { DAY_MS, earliest, type Instant, plus } from '../../domain/instant.ts';
import type { Policy } from '../../domain/policy.ts';
import type { UserTraits } from '../../generated/tracking-plan.ts';
import type { View } from '../decide.ts';
import type { Channel, Claim, TraitValues } from '../ports.ts';
import type { Ruleset } from '../rules.ts';
import type { BrakeLimit, CommitBrake } from './brake-ports.ts';

/** What the brakes make of a decision. */
export interface Braked {
  /** As whoever writes to people may see it: the same view unless entries are held back. */
  readonly messaging: View;
  readonly brake: CommitBrake;
  /** When the person entered messaging within the last 24 h, oldest first. */
  readonly entries: readonly Instant[];
}

interface BrakeInput {
  readonly claim: Pick<Claim, 'commitments' | 'brake'>;
  readonly view: View;
  readonly rules: Ruleset;
  readonly channel: Channel;
  readonly now: Instant;
}

/** Names what starts messages: messaging audiences, and the stage of an episode in dunning. */
const startsOf = (
  traits: Readonly<TraitValues>,
  audiences: readonly string[],
  { byKey }: Ruleset['audiences'],
): readonly string[] => [
  ...audiences.filter((key) => byKey.get(key)?.messaging ?? false),
  ...(traits.in_dunning === true ? [`${traits.dunning_episode_id}:${traits.dunning_stage}`] : []),
];

/** What Segment knows of the person; what a recorder took in its place started nothing. */
const toldToSegment = ({ commitments }: BrakeInput['claim']) =>
  commitments.channel === 'segment' ? commitments : commitments.segment;

/** Whether the decision starts messages that were not started: the one thing that brakes hold back. */
const isEntry = ({ claim, view, rules }: BrakeInput): boolean => {
  // A payment came in: who recovered was in dunning, and hears that it is over.
  if (view.traits.dunning_status === 'recovered') return false;
  const told = toldToSegment(claim);
  const before = new Set(told === null ? [] : startsOf(told.traits ?? {}, told.audiences, rules.audiences));
  return startsOf(view.traits, view.audiences, rules.audiences).some((start) => !before.has(start));
};

const FLAGGED: ReadonlySet<string> = new Set(['pre_dunning', 'active', 'exhausted']);

/** What is said of somebody whose entry waits, as if suppressed. */
export const heldBackTraits = (traits: UserTraits): UserTraits => ({
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
  const entries = (claim.commitments.entries ?? []).filter((at) => at > now - DAY_MS);
  if (channel === 'recorder' || !isEntry(input))
    return { messaging: view, brake: { held: null, counts: null }, entries };
  const roomAt = roomFrom(entries, brakes);
  const held = claim.brake === 'engaged' && brakes.shareAtOnce !== null ? 'share' : roomAt === null ? null : 'person';
  if (held !== null) {
    const messaging = holdBack(view, rules, now, held === 'person' ? roomAt : null);
    return { messaging, brake: { held, counts: null }, entries };
  }
  const isCounting = claim.brake !== 'released' && !isCounted(entries, brakes, now);
  return {
    messaging: view,
    brake: { held: null, counts: isCounting ? limitOf(brakes) : null },
    entries: [...entries, now],
  };
};
