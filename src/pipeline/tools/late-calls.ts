import { type Instant, plus, SECOND_MS } from '../../domain/instant.ts';
import type { ToolRow } from './tool-ports.ts';

/**
 * For so long a call without an answer may still be applied, behind one that was answered since: a stale flag would then
 * stand for good. Half of the two minutes that a tool may hold a flag of an ended episode.
 */
export const LATE_MS = 60 * SECOND_MS;

/**
 * Remembers calls of unknown outcome, by the tool's external id: an account that moves to another profile meanwhile takes
 * its doubt along. `startedAt`: when this process began; what it does not remember was sent before.
 */
export const makeLateCalls = (startedAt: Instant) => {
  const lateUntil = new Map<string, Instant>();

  return {
    /** The row's call has no answer. */
    unknown: (row: ToolRow, now: Instant): void => void lateUntil.set(row.userId, plus(now, LATE_MS)),
    /** When a row that was just acknowledged is to be asserted once more; null when nothing of it can arrive late. */
    againAt: (row: ToolRow, now: Instant): Instant | null => {
      const until = row.uncertain.length === 0 ? now : (lateUntil.get(row.userId) ?? plus(startedAt, LATE_MS));
      if (until > now) return until;
      lateUntil.delete(row.userId);
      return null;
    },
  };
};
