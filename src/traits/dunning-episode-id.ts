import { defineTrait } from './trait.ts';

/** The lead episode; null when none is open (semantics C5). */
export const dunningEpisodeId = defineTrait('dunning_episode_id', ({ standing }) => standing.lead?.episode.id ?? null);
