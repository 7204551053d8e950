import type { View } from '../decide.ts';
import type { SuppressionEnd } from './suppression-ports.ts';

/** Why nobody is to be written to about this episode any more; null: about the card that was to expire. */
export const reasonFor = (view: View, episodeId: string | null): SuppressionEnd => {
  if (episodeId === null) return view.traits.suppression_reason ?? 'card_no_longer_expiring';
  const episode = view.episodes.find(({ id }) => id === episodeId);
  if (episode === undefined) return 'superseded';
  if (episode.outcome !== 'open') return episode.outcome;
  if (view.traits.suppression_reason === 'brake') return 'brake';
  const account = view.accounts.find(({ ledger }) => ledger.episodes.some(({ id }) => id === episodeId));
  return account?.ledger.suppressions.get(episode.subscription) ?? 'superseded';
};
