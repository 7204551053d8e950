import { fullJitterMs } from '../../domain/backoff.ts';
import { type Instant, MINUTE_MS, plus, SECOND_MS, toIso } from '../../domain/instant.ts';
import type { DeliveryLog } from '../delivery-pauses.ts';

/** A tool that refuses to tell is asked again so often, and people are told as often: deliveries go on without. */
const REFUSED_PAUSE_MS = 10 * MINUTE_MS;

/** What a question without an answer means. */
type ReadFailure =
  /** The tool lets this key not ask. */
  | 'stopped'
  /** The question itself: a subject that cannot be asked for. */
  | 'refused'
  /** Too many questions, an outage, no answer in time. */
  | 'unanswered';

const STOPPED = new Set([401, 403]);
const PASSING = new Set([408, 425, 429]);

/** @param status of the answer; null where none came. */
export const toReadFailure = (status: number | null): ReadFailure => {
  if (status === null || status < 400 || status >= 500 || PASSING.has(status)) return 'unanswered';
  return STOPPED.has(status) ? 'stopped' : 'refused';
};

interface ReadPausesOptions {
  readonly tool: string;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly log: DeliveryLog;
}

/** Remembers until when a tool is not asked what it holds. Its deliveries know nothing of this. */
export const makeReadPauses = ({ tool, random, log }: ReadPausesOptions) => {
  let until: Instant | null = null;
  let failures = 0;

  const pauseMs = (failure: ReadFailure): number =>
    failure === 'stopped' ? REFUSED_PAUSE_MS : Math.max(SECOND_MS, fullJitterMs(failures, random));

  return {
    until: (now: Instant): Instant | null => (until !== null && until > now ? until : null),
    answered: (): void => {
      failures = 0;
      until = null;
    },
    /** @param reason free of secrets. */
    failed: (failure: ReadFailure, reason: string, now: Instant): void => {
      failures += 1;
      until = plus(now, pauseMs(failure));
      const details = { tool, reason, until: toIso(until), failures };
      if (failure === 'stopped') log.error(details, REFUSED);
      else log.warn(details, 'The tool did not tell what it holds; it is asked again');
    },
  };
};

const REFUSED =
  'The tool does not let this relay read back what it holds: give its key the permission. Until then nobody sees whether ' +
  'a suppression holds there; deliveries go on';
