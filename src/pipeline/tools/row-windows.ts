import { earliest, type Instant } from '../../domain/instant.ts';
import { isWindowOver, makeAskingWindow } from '../asking-window.ts';
import type { ToolRow } from './tool-ports.ts';

/**
 * Since when each row is asked for in vain: since the tool takes nothing at all, or, where it takes others, since this
 * one was first sent.
 */
export const makeRowWindows = () => {
  const tool = makeAskingWindow();
  const firstAsked = new Map<string, Instant>();

  return {
    asked: (row: ToolRow, now: Instant): void => {
      tool.open(now);
      if (!firstAsked.has(row.userId)) firstAsked.set(row.userId, now);
    },
    /** The tool took something. */
    taken: tool.restart,
    /** The row waits no more. */
    ended: (row: ToolRow): void => void firstAsked.delete(row.userId),
    /** The tool refuses us: no row's time runs. */
    stopped: (now: Instant): void => {
      tool.restart(now);
      firstAsked.clear();
    },
    isOver: (row: ToolRow, now: Instant): boolean =>
      isWindowOver(row.waitingSince, earliest(tool.since(), firstAsked.get(row.userId) ?? null), now),
  };
};
