import { type Instant, plus } from '../domain/instant.ts';
import type { Episode } from '../ledger/episode.ts';
import type { Standing } from '../ledger/standing.ts';
import type { TraitContext } from './trait.ts';

/** The episode that is out of retries, or was lost, and is still owed; null while access is not in question. */
const unpaid = ({ lead, stage, episode }: Standing): Episode | null => {
  if (lead !== null) return lead.stage === 'exhausted' ? lead.episode : null;
  return stage === 'lost' ? episode : null;
};

/** Access after the retries ran out (semantics D3). */
export interface Grace {
  /** Null: there is none, and access ends at once. */
  readonly endsAt: Instant | null;
}

/**
 * Grace from the first time that the retries ran out; null while access is not in question. What was only observed cuts
 * nobody off: after the switch to enforce it lasts at least as long as the floor.
 */
export const graceOf = ({ standing, policy: { grace }, enforcedSince }: TraitContext): Grace | null => {
  const episode = unpaid(standing);
  if (episode === null) return null;
  const { exhaustion, endedAt, attempts, openedAt } = episode;
  const from = exhaustion?.at ?? endedAt ?? attempts.at(-1)?.at ?? openedAt;
  const ends = plus(from, grace.lastsMs ?? 0);
  const floor = enforcedSince === null ? ends : plus(enforcedSince, grace.floorMs);
  const endsAt = ends > floor ? ends : floor;
  return { endsAt: endsAt > from ? endsAt : null };
};
