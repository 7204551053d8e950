import { HOUR_MS, type Instant, MINUTE_MS, plus } from '../../domain/instant.ts';
import { rowKey } from './row-key.ts';
import { isFirstHeardOf } from './subjects/subject.ts';
import type { ToolRow } from './tool-ports.ts';

/**
 * After how long a tool that did not know a subject is asked again: contact and company may be on their way by two tools at
 * once, the company found through the contact; and sales may be about to make it.
 */
const ASKED_AGAIN_MS = [MINUTE_MS, HOUR_MS] as const;

/** Remembers who was absent. What is forgotten at a restart is asked for once more. */
export const makeAbsences = () => {
  const times = new Map<string, number>();
  return {
    /** When the subject is to be asked for again, while it is in dunning, held or before it; null: not before something changes. */
    againAt: (row: ToolRow, now: Instant): Instant | null => {
      if (row.desired.in_dunning !== true && !isFirstHeardOf(String(row.desired.dunning_status))) return null;
      const key = rowKey(row);
      const asked = times.get(key) ?? 0;
      const waitMs = ASKED_AGAIN_MS[asked];
      if (waitMs === undefined) times.delete(key);
      else times.set(key, asked + 1);
      return waitMs === undefined ? null : plus(now, waitMs);
    },
    /** The tool knows it. */
    known: (row: ToolRow): void => void times.delete(rowKey(row)),
  };
};
