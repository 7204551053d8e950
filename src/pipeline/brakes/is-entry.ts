import type { UserTraits } from '../../generated/tracking-plan.ts';
import type { Commitments, Told, TraitValues } from '../commitments.ts';
import type { View } from '../decide.ts';
import type { Ruleset } from '../rules.ts';

interface EntryInput {
  readonly commitments: Commitments;
  readonly view: Pick<View, 'audiences' | 'episodes'> & { readonly traits: UserTraits };
  readonly rules: Ruleset;
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
const toldToSegment = (commitments: Commitments): Told | null =>
  commitments.channel === 'segment' ? commitments : commitments.segment;

/** Episodes of which messaging was told that the person is in dunning, as far as they are known still. */
export const dunnedIn = (commitments: Commitments, { episodes }: Pick<View, 'episodes'>): readonly string[] => {
  const told = toldToSegment(commitments)?.traits ?? {};
  const known = new Set(episodes.map(({ id }) => id));
  const dunned = [...(commitments.dunned ?? []), ...(told.in_dunning === true ? [told.dunning_episode_id] : [])];
  return [...new Set(dunned.filter((id) => typeof id === 'string'))].filter((id) => known.has(id));
};

/** Whether whoever recovered had been told of the failure: thanks for one that nobody heard of are an entry. */
const heardOfFailure = (commitments: Commitments, view: Pick<View, 'episodes'>): boolean => {
  // A late arrival may have given the episode another id since.
  if (toldToSegment(commitments)?.traits?.in_dunning === true) return true;
  const recovered = view.episodes.filter(({ outcome }) => outcome === 'recovered');
  const endedAt = recovered.map(({ ended_at }) => ended_at ?? '').toSorted();
  const last = recovered.filter(({ ended_at }) => ended_at === endedAt.at(-1)).map(({ id }) => id);
  return dunnedIn(commitments, view).some((id) => last.includes(id));
};

/** Whether a decision starts messages that were not started: the one thing that brakes hold back (semantics G10). Pure. */
export const isEntry = ({ commitments, view, rules }: EntryInput): boolean => {
  const hasRecovered = view.traits.dunning_status === 'recovered';
  if (hasRecovered && heardOfFailure(commitments, view)) return false;
  // On the switch to enforce nothing is told anew of whoever is not in dunning (semantics G9).
  const told = toldToSegment(commitments) ?? (hasRecovered ? commitments : null);
  const before = new Set(told === null ? [] : startsOf(told.traits ?? {}, told.audiences, rules.audiences));
  return startsOf(view.traits, view.audiences, rules.audiences).some((start) => !before.has(start));
};
