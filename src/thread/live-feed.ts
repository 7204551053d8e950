import type { Happening } from '../domain/happening.ts';
import type { Notice } from './messages.ts';

/** What crosses the thread of one batch: nobody reads more of it, and a message must not delay the answers to the door. */
const MOST = 40;

/** Posts what happened, as far as somebody could read it, and how much more there was. */
export const makeLiveFeed =
  (tell: (notice: Notice) => void): ((happenings: readonly Happening[]) => void) =>
  (happenings) => {
    if (happenings.length === 0) return;
    const shown = happenings.slice(0, MOST);
    tell({ kind: 'live', happenings: shown, omitted: happenings.length - shown.length });
  };
