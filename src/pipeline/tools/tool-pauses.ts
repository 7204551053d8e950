import type { BatchAnswer } from '../../destination-kit/sink.ts';
import { fullJitterMs } from '../../domain/backoff.ts';
import { HOUR_MS, type Instant, plus, SECOND_MS, toIso } from '../../domain/instant.ts';
import { type DeliveryLog, type Pause, STOPPED_RETRY_MS } from '../delivery-pauses.ts';
import type { ToolChannel } from './tool-ports.ts';

/** From so many failures in a row on, one record alone goes ahead to see whether the tool is back. */
const BREAKER_FAILURES = 5;
/** Added to the instant that a throttling tool names, lest everybody be back on the dot. */
const JITTER_MS = SECOND_MS;

export interface ToolPausesOptions {
  readonly tool: string;
  readonly channel: ToolChannel;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly log: DeliveryLog;
}

/** Remembers when one tool does not take calls, and whether it has to be probed first. */
export const makeToolPauses = ({ tool, channel, random, log }: ToolPausesOptions) => {
  let pause: Pause | null = null;
  let failures = 0;
  let throttles = 0;

  const throttledMs = (until: Instant | null, now: Instant): number =>
    until === null ? fullJitterMs(throttles, random) : until - now + Math.floor(random() * JITTER_MS);

  const count = (answer: BatchAnswer): void => {
    throttles = answer.answer === 'throttled' ? throttles + 1 : 0;
    if (isFailure(answer)) failures += 1;
    else if (isSignOfLife(answer)) failures = 0;
  };

  const pauseMs = (answer: BatchAnswer, now: Instant): number | null => {
    if (answer.answer === 'stopped') return STOPPED_RETRY_MS;
    if (answer.answer === 'throttled') return toBounded(throttledMs(answer.until, now));
    return isFailure(answer) ? fullJitterMs(failures, random) : null;
  };

  const tell = (answer: BatchAnswer, until: Instant, reason: string): void => {
    const details = { tool, channel, reason, until: toIso(until), failures };
    if (answer.answer === 'stopped') log.error(details, STOPPED);
    else log.warn(details, 'The tool does not take calls now; what it is to hold waits');
  };

  return {
    current: () => pause,
    until: (now: Instant): Instant | null => (pause !== null && pause.until > now ? pause.until : null),
    /** Whether one record alone is to go, until one is taken. */
    isProbing: (): boolean => failures >= BREAKER_FAILURES,
    /** Sets the pause that an answer asks for; answers until when, null if it asks for none. */
    note: (answer: BatchAnswer, now: Instant): Instant | null => {
      count(answer);
      const ms = pauseMs(answer, now);
      if (ms === null) {
        pause = null;
        return null;
      }
      pause = { until: plus(now, ms), reason: reasonOf(answer), stopped: answer.answer === 'stopped' };
      tell(answer, pause.until, pause.reason);
      return pause.until;
    },
  };
};

const STOPPED =
  'The tool refuses this relay: mend its key, its permissions or its address. Nothing is sent to this tool until then and ' +
  'nothing is lost; it is asked again every minute, and all else goes on';

/** A record-level wait or a tool's own instant, kept within what is sensible: 1 s to 1 h. */
export const toBounded = (ms: number): number => Math.min(HOUR_MS, Math.max(SECOND_MS, ms));

/** No record was judged, and the tool is not known to be in order. */
const isFailure = (answer: BatchAnswer): boolean =>
  answer.answer === 'unavailable' ||
  answer.answer === 'unknown' ||
  (answer.answer === 'each' && answer.outcomes.every(({ result }) => result === 'unknown'));

/** Records were judged: the tool works. */
const isSignOfLife = (answer: BatchAnswer): boolean =>
  answer.answer === 'refused' ||
  (answer.answer === 'each' && answer.outcomes.some(({ result }) => result !== 'unknown' && result !== 'retry'));

const reasonOf = (answer: BatchAnswer): string => {
  if (answer.answer !== 'each') return answer.reason;
  const [first] = answer.outcomes;
  return first?.result === 'unknown' ? first.reason : 'no outcome';
};
