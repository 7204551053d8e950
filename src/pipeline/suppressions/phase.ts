/** What a tool that holds these attributes would do: write about an episode, about a card, or have a person call. */
export type Phase =
  | { readonly about: 'episode'; readonly episodeId: string | null }
  | { readonly about: 'card' }
  | { readonly about: 'task' };

type Held = Readonly<Record<string, string | number | boolean | null>>;

/** Null: the tool has no reason to write to anybody. */
export const phaseOf = (held: Held | null): Phase | null => {
  if (held === null) return null;
  const episode = held.dunning_episode_id;
  if (held.in_dunning === true) return { about: 'episode', episodeId: typeof episode === 'string' ? episode : null };
  if (held.dunning_status === 'pre_dunning') return { about: 'card' };
  const task = held.task_state ?? null;
  return task === null || task === 'closed' ? null : { about: 'task' };
};

/** Whether something ended between the two; a card that failed goes on as an episode, and one episode as another. */
export const hasEnded = (before: Phase | null, after: Phase | null): boolean => {
  if (before === null) return false;
  if (after === null) return true;
  return before.about === 'episode' && after.about === 'card';
};
