import type { HttpAnswer, Instant, WholeAnswer } from '../../src/destination-kit/define-tool.ts';
import { toReason } from '../../src/destination-kit/reason.ts';
import { resetAt, toStatusAnswer } from '../../src/destination-kit/status-answer.ts';
import { parseTrackAnswer } from './track-answer.ts';

/** Braze's words for more objects than its contract takes; the same status 400 as for a fault in the data. */
const TOO_MANY = /max(imum)? (input )?(length|number)|too many|limit(ed)? (of|to) \d+/i;

/** What Braze's answer to `/users/track` means for the whole call; null: it was taken, up to errors of single objects. */
export const toAnswer = (answer: HttpAnswer, now: Instant): WholeAnswer | null => {
  const whole = toStatusAnswer(answer);
  if (whole === null)
    return parseTrackAnswer(answer.body) === null ? { answer: 'unknown', reason: unreadable(answer) } : null;
  if (whole.answer === 'throttled') return { ...whole, until: resetAt(answer.header('x-ratelimit-reset'), now) };
  if (whole.answer === 'refused')
    return {
      answer: 'refused',
      reason: toRefusal(whole.reason, answer),
      tooLarge: whole.tooLarge || TOO_MANY.test(whole.reason),
    };
  return whole;
};

/** With the first error of a single object, if Braze names one: its message alone is the same for many mistakes. */
const toRefusal = (reason: string, { body }: HttpAnswer): string => {
  const [first] = parseTrackAnswer(body)?.errors ?? [];
  return first === undefined ? reason : `${reason.replace(/\.+$/, '')}: ${toReason(first.type)}`;
};

const unreadable = ({ status }: HttpAnswer): string => `status ${status} with an answer that is not one of Braze`;
