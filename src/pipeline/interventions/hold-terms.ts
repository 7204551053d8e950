import { DAY_MS, type Instant, plus } from '../../domain/instant.ts';
import type { Hold } from '../../ledger/hold.ts';
import type { OperatorRequest } from './intervention.ts';

/** How long a hold lasts unless told, in ms: long enough for a ticket, short enough not to be forgotten. */
export const HOLD_MS = 7 * DAY_MS;
/** The longest that a hold may last, in ms; what is meant for longer is an exclusion. */
export const MOST_HOLD_MS = 366 * DAY_MS;

/** A word of a resume: every hold of operators. */
export const ALL_HOLDS = 'all';
const USUAL = { hold: 'hold', exclude: 'exclusion', resume: 'hold', mark_recovered: 'hold' } as const;

/** Which hold a request places or lifts; null: all of operators. */
export const holdIdOf = ({ action, holdId }: Pick<OperatorRequest, 'action' | 'holdId'>): string | null =>
  action === 'resume' && holdId === ALL_HOLDS ? null : (holdId ?? USUAL[action]);

/** Whether a resume of this name ends it; null, all, is of operators' own. */
export const isNamed = ({ source, holdId }: Pick<Hold, 'source' | 'holdId'>, name: string | null): boolean =>
  name === null ? source === 'operator' : holdId === name;

/** When what is placed at `at` lapses; null: when it is lifted. */
export const expiryOf = (
  { action, expiry }: Pick<OperatorRequest, 'action' | 'expiry'>,
  at: Instant,
): Instant | null => {
  if (expiry !== null) return 'until' in expiry ? expiry.until : plus(at, expiry.forMs);
  return action === 'hold' ? plus(at, HOLD_MS) : null;
};
