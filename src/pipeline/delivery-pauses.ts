import { fullJitterMs } from '../domain/backoff.ts';
import { type Instant, plus, SECOND_MS, toIso } from '../domain/instant.ts';
import { isWindowOver, makeAskingWindow, notTaken } from './asking-window.ts';
import type { OutboxRow, Outcome } from './ports.ts';

/** A refused key is tried again this often, and told as often. */
export const STOPPED_RETRY_MS = 60 * SECOND_MS;

export interface DeliveryLog {
  readonly warn: (details: object, message: string) => void;
  readonly error: (details: object, message: string) => void;
}

/** While it lasts nothing is sent. */
export interface Pause {
  readonly until: Instant;
  readonly reason: string;
  /** The relay itself is refused: a person is needed. */
  readonly stopped: boolean;
}

/** Remembers when Segment does not take calls, and since when a call's time is running. `random`: uniform in [0, 1). */
export const makePauses = (random: () => number, log: DeliveryLog) => {
  let pause: Pause | null = null;
  let unanswered = 0;
  const window = makeAskingWindow();

  const toPause = (outcome: Outcome, now: Instant): Pause | null => {
    switch (outcome.result) {
      case 'retry':
        return { until: outcome.at, reason: outcome.reason, stopped: false };
      case 'unknown':
        return { until: plus(now, fullJitterMs(unanswered, random)), reason: outcome.reason, stopped: false };
      case 'stopped':
        return { until: plus(now, STOPPED_RETRY_MS), reason: outcome.reason, stopped: true };
      default:
        return null;
    }
  };

  return {
    open: window.open,
    current: () => pause,
    until: (now: Instant): Instant | null => (pause !== null && pause.until > now ? pause.until : null),
    /** Turns one more refusal of a call whose window is over into its rejection. */
    expire: (row: OutboxRow, outcome: Outcome, now: Instant): Outcome => {
      if (outcome.result !== 'retry' && outcome.result !== 'unknown') return outcome;
      return isWindowOver(row.committedAt, window.since(), now) ? notTaken(outcome.reason) : outcome;
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
      if (stopped !== undefined || outcomes.some(({ result }) => result === 'delivered')) window.restart(now);
      if (pause === null) return null;
      const details = { reason: pause.reason, until: toIso(pause.until) };
      if (stopped === undefined) log.warn(details, 'Segment does not take calls now; they wait in the outbox');
      else log.error(details, 'Segment refuses this relay; nothing is sent until this is mended, nothing is lost');
      return pause;
    },
  };
};
