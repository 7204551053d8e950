import { fullJitterMs } from '../domain/backoff.ts';
import { HOUR_MS, type Instant, plus, SECOND_MS, toIso } from '../domain/instant.ts';
import type { OutboxRow, Outcome } from './ports.ts';

/** How long Segment is asked to take a call before it goes to the dead letters. */
export const RETRY_WINDOW_MS = 96 * HOUR_MS;
/** A refused key is tried again this often, and told as often. */
const STOPPED_RETRY_MS = 60 * SECOND_MS;

export interface DeliveryLog {
  readonly warn: (details: object, message: string) => void;
  readonly error: (details: object, message: string) => void;
}

/** While it lasts nothing goes to Segment. */
export interface Pause {
  readonly until: Instant;
  readonly reason: string;
}

/** Remembers when Segment does not take calls, and since when a call's time is running. `random`: uniform in [0, 1). */
export const makePauses = (random: () => number, log: DeliveryLog) => {
  let pause: Pause | null = null;
  let unanswered = 0;
  // The window runs while we ask and Segment takes nothing. Not while this process was down or our key was refused, or a
  // week with a wrong key would end with a thousand dead letters at the first hiccup after its repair; and a dead letter
  // that is replayed gets a window of its own.
  let askingSince: Instant | null = null;

  const toPause = (outcome: Outcome, now: Instant): Pause | null => {
    switch (outcome.result) {
      case 'retry':
        return { until: outcome.at, reason: outcome.reason };
      case 'unknown':
        return { until: plus(now, fullJitterMs(unanswered, random)), reason: outcome.reason };
      case 'stopped':
        return { until: plus(now, STOPPED_RETRY_MS), reason: outcome.reason };
      default:
        return null;
    }
  };

  return {
    open: (now: Instant): void => {
      askingSince ??= now;
    },
    current: () => pause,
    until: (now: Instant): Instant | null => (pause !== null && pause.until > now ? pause.until : null),
    /** Turns one more refusal of a call whose window is over into its rejection. */
    expire: (row: OutboxRow, outcome: Outcome, now: Instant): Outcome => {
      if (outcome.result !== 'retry' && outcome.result !== 'unknown') return outcome;
      const since = Math.max(row.committedAt, askingSince ?? row.committedAt);
      if (now - since < RETRY_WINDOW_MS) return outcome;
      return { result: 'rejected', reason: `not taken for 96 hours, last: ${outcome.reason}` };
    },
    /** Sets the pause that these outcomes ask for, the longest of them; none if all calls were taken or refused. */
    note: (outcomes: readonly Outcome[], now: Instant): Pause | null => {
      unanswered = outcomes.some(({ result }) => result === 'unknown') ? unanswered + 1 : 0;
      pause = null;
      for (const outcome of outcomes) {
        const next = toPause(outcome, now);
        if (next !== null && (pause === null || next.until > pause.until)) pause = next;
      }
      const stopped = outcomes.find(({ result }) => result === 'stopped');
      if (stopped !== undefined || outcomes.some(({ result }) => result === 'delivered')) askingSince = now;
      if (pause === null) return null;
      const details = { reason: pause.reason, until: toIso(pause.until) };
      if (stopped === undefined) log.warn(details, 'Segment does not take calls now; they wait in the outbox');
      else log.error(details, 'Segment refuses this relay; nothing is sent until this is mended, nothing is lost');
      return pause;
    },
  };
};
