import { HOUR_MS, type Instant, MINUTE_MS, plus } from '../../domain/instant.ts';
import { isFirstHeardOf } from './subjects/subject.ts';
import type { ToolRow } from './tool-ports.ts';

/**
 * After how long a tool that did not know a subject is asked again: contact and company may be on their way by two tools at
 * once, the company found through the contact; and sales may be about to make it.
 */
const ASKED_AGAIN_MS = [MINUTE_MS, HOUR_MS] as const;

/** Only people and accounts: of a task that was deleted nothing is asked. */
const isMinded = ({ desired, delivered }: ToolRow, asked: number): boolean =>
  desired.in_dunning === true ||
  isFirstHeardOf(String(desired.dunning_status)) ||
  (Object.hasOwn(desired, 'in_dunning') && (delivered !== null || asked > 0));

/** Remembers who was absent. What is forgotten at a restart is asked for once more. */
export const makeAbsences = () => {
  const times = new Map<string, number>();
  return {
    /**
     * When the subject is to be asked for again, while it is in dunning, held or before it, or where the tool knew it until
     * now: a search that lags must not keep somebody flagged who paid. Null: not before something changes.
     */
    againAt: (row: ToolRow, now: Instant): Instant | null => {
      const key = row.userId;
      const asked = times.get(key) ?? 0;
      const waitMs = isMinded(row, asked) ? ASKED_AGAIN_MS[asked] : undefined;
      if (waitMs === undefined) times.delete(key);
      else times.set(key, asked + 1);
      return waitMs === undefined ? null : plus(now, waitMs);
    },
    /** The tool knows it. */
    known: (row: ToolRow): void => void times.delete(row.userId),
  };
};
