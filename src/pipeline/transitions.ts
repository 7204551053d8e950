import { digest } from '../domain/ids.ts';
import { toIso } from '../domain/instant.ts';
import { type DiffInput, edgeId, effectiveAt, envelope } from './calls.ts';
import type { Absorbed } from './commitments.ts';
import type { SegmentCall, Told } from './ports.ts';

/** Does a call tell of an audience, and of nothing else. */
export const isMembership = ({ context }: SegmentCall): boolean => context.personas !== undefined;

/** What the channel of now was last told. */
export interface LastTold extends Told {
  /** It knows nothing of the person yet. */
  readonly afresh: boolean;
  /** Keys of the audiences that a recorder was told of in its place: final, so that entering them is no event any more. */
  readonly recorded: readonly string[];
}

/** An audience that a person entered or exited. */
interface Transition {
  readonly key: string;
  readonly entered: boolean;
  /** Only a change of the rules moved the person, nothing that happened (semantics G4). */
  readonly byDefinition: boolean;
  /** It happened while a recorder stood in for Segment, or a backfill told it: state, and no event (semantics G9, E6). */
  readonly isOld: boolean;
  /**
   * It was entered before and holds still: state, and no event. Segment lets the newest value win where it merges an
   * anonymous id that has left the audience into a person who has not.
   */
  readonly isRestated: boolean;
  /** What it was about: of an exit, the episode that was last told. */
  readonly episodeId: string | null;
  /** The person whom it is said of, where the customer was linked to another before. */
  readonly formerUserId: string | null;
}

/** An exit always: whatever was entered is exited (semantics E1), by a change of the definition too. */
const isAnnounced = ({ rules }: DiffInput, { key, entered, byDefinition, isOld, isRestated }: Transition): boolean =>
  !entered ||
  (!isOld && !isRestated && (!byDefinition || (rules.audiences.byKey.get(key)?.announceDefinitionChanges ?? false)));

/** Who the calls are about: as in every call, or the person linked before. */
const about = (input: DiffInput, { formerUserId }: Transition) => {
  const { context, ...who } = envelope(input);
  if (formerUserId === null) return { context, ...who };
  return { context, userId: formerUserId, integrations: who.integrations };
};

const trackCall = (input: DiffInput, transition: Transition): SegmentCall => ({
  type: 'track',
  event: transition.entered ? 'Audience Entered' : 'Audience Exited',
  messageId: edgeId(input, transition.entered ? 'entered' : 'exited', transition.key, transition.formerUserId ?? ''),
  timestamp: toIso(input.now),
  properties: {
    audience_key: transition.key,
    [transition.key]: transition.entered,
    dunning_episode_id: transition.episodeId,
    definition_changed: transition.byDefinition,
    effective_at: effectiveAt(input),
  },
  ...about(input, transition),
});

/** What Segment's own audiences put into `context.personas`: destinations decide by it who is added and who removed. */
const personas = ({ rules: { namespace } }: DiffInput, key: string) => ({
  computation_class: 'audience',
  computation_id: `aud_${digest(namespace, key)}`,
  computation_key: key,
  namespace: `rcp_${namespace}`,
  space_id: `rcp_${namespace}`,
});

const withPersonas = (input: DiffInput, key: string, call: SegmentCall): SegmentCall => ({
  ...call,
  context: { ...call.context, personas: personas(input, key) },
});

const identifyCall = (input: DiffInput, transition: Transition): SegmentCall => ({
  type: 'identify',
  messageId: edgeId(input, 'membership', transition.key, transition.formerUserId ?? ''),
  timestamp: toIso(input.now),
  traits: { [transition.key]: transition.entered },
  ...about(input, transition),
});

const toCalls = (input: DiffInput, transition: Transition): readonly SegmentCall[] =>
  [...(isAnnounced(input, transition) ? [trackCall(input, transition)] : []), identifyCall(input, transition)].map(
    (call) => withPersonas(input, transition.key, call),
  );

const episodeTold = ({ traits }: Told): string | null => {
  const told = traits?.dunning_episode_id;
  return typeof told === 'string' ? told : null;
};

/**
 * Anonymous ids to be told to be the person. While nobody is named they wait (semantics F2), and while another channel
 * takes the calls than the one that knows them.
 */
export const toLink = ({ claim, view, channel: now }: DiffInput): readonly Absorbed[] =>
  view.userId === null ? [] : claim.commitments.absorbed.filter(({ channel }) => channel === now);

/** Who entered and who exited since Segment was last told, exits first. */
const findTransitions = (input: DiffInput, before: LastTold): readonly Transition[] => {
  const { view, baseline } = input;
  const isMoved = before.traits !== null && before.userId !== view.userId;
  const held = before.afresh ? [] : before.audiences;
  const links = toLink(input);
  const absorbed = links.flatMap(({ audiences }) => audiences);
  const mayHold = [...new Set([...held, ...before.untold, ...absorbed])];
  const byRules = (key: string, entered: boolean): boolean =>
    !before.afresh &&
    !before.untold.includes(key) &&
    baseline?.because === 'rules' &&
    baseline.audiences.includes(key) === entered;
  const isNew = (key: string): boolean => !held.includes(key) || before.untold.includes(key);
  const isHistory = (key: string): boolean => baseline?.because === 'history' && baseline.audiences.includes(key);
  const toTransition = (key: string, entered: boolean, formerUserId: string | null = null): Transition => ({
    key,
    entered,
    byDefinition: formerUserId === null && !isMoved && byRules(key, entered),
    isOld: before.afresh || (entered && (before.recorded.includes(key) || isHistory(key))),
    isRestated: entered && !isMoved && !isNew(key),
    episodeId: (entered ? null : episodeTold(before)) ?? view.traits.dunning_episode_id,
    formerUserId,
  });
  const isLeft = (key: string): boolean => !view.audiences.includes(key);
  const isRenamed = isMoved && before.userId !== null;
  const former = isRenamed ? [...new Set([...held, ...before.untold])] : [];
  // What an anonymous id had entered is the new person's to leave: a former one never was in it.
  const left = (isRenamed ? [...new Set(absorbed)] : mayHold).filter(isLeft);
  return [
    ...former.map((key) => toTransition(key, false, before.userId)),
    ...left.map((key) => toTransition(key, false)),
    ...view.audiences.filter((key) => isMoved || isNew(key) || links.length > 0).map((key) => toTransition(key, true)),
  ];
};

/** The calls that tell Segment of memberships, as its own audiences would. */
export interface MembershipCalls {
  /** About the person whom the customer was linked to before: they go first (semantics F2). */
  readonly former: readonly SegmentCall[];
  readonly present: readonly SegmentCall[];
  readonly log: readonly string[];
}

/** Each transition once. Pure. */
export const membershipCalls = (input: DiffInput, before: LastTold): MembershipCalls => {
  const transitions = findTransitions(input, before);
  const callsOf = (isFormer: boolean): readonly SegmentCall[] =>
    transitions
      .filter(({ formerUserId }) => (formerUserId !== null) === isFormer)
      .flatMap((transition) => toCalls(input, transition));
  return {
    former: callsOf(true),
    present: callsOf(false),
    log: transitions.map(({ key, entered, isRestated, byDefinition }) =>
      [
        isRestated ? 'still in' : entered ? 'entered' : 'exited',
        key,
        ...(byDefinition ? ['(definition changed)'] : []),
      ].join(' '),
    ),
  };
};
