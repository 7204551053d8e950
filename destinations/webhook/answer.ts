import type { HttpAnswer, Instant, WholeAnswer } from '../../src/destination-kit/define-tool.ts';
import { retryAfter, toStatusAnswer } from '../../src/destination-kit/status-answer.ts';

/** The receiver refuses us, not the event: a person must mend the address or the secret. 410 is its word for "no more". */
const STOPPING = new Set([401, 403, 404, 405, 407, 410]);
/** Standard Webhooks reads these two as too much at once, too; whether the event arrived is not known. */
const NOT_A_VERDICT_OF_THE_EVENT = new Set([408, 413, 429]);

/** Whether a status refuses the event for what it is, so that the next may be sent. */
export const refusesEvent = (status: number): boolean =>
  status >= 400 && status < 500 && !STOPPING.has(status) && !NOT_A_VERDICT_OF_THE_EVENT.has(status);

/** What the answer to a record's first request means for the call, which is that one record. */
export const toAnswer = (answer: HttpAnswer, now: Instant): WholeAnswer | null => {
  const { status } = answer;
  if (refusesEvent(status)) return { answer: 'refused', reason: `status ${status}`, tooLarge: false };
  const whole = toStatusAnswer(answer);
  if (whole?.answer === 'throttled') return { ...whole, until: retryAfter(answer.header('retry-after'), now) };
  if (status === 410) return { answer: 'stopped', reason: 'status 410: the receiver wants no more events' };
  return whole;
};
