import { z } from 'zod';
import type { HttpAnswer, Instant, WholeAnswer } from '../../src/destination-kit/define-tool.ts';
import { toReason } from '../../src/destination-kit/reason.ts';
import { resetAt, toStatusAnswer } from '../../src/destination-kit/status-answer.ts';

const errorList = z.object({
  type: z.literal('error.list'),
  errors: z.array(z.object({ code: z.string(), message: z.string().nullish() })).min(1),
});

/** Every record would meet this: the attributes are not set up. */
const NOT_SET_UP = /attribute '?[\w .]*'? does not exist/i;

/** What Intercom's answer means: `{type: "error.list", errors: [{code, message}]}`; limits tell `X-RateLimit-Reset`. */
export const toAnswer = (answer: HttpAnswer, now: Instant): WholeAnswer | null => {
  const whole = toStatusAnswer(answer);
  if (whole === null) return null;
  const [error] = errorList.safeParse(answer.body).data?.errors ?? [];
  const words = error === undefined ? null : toReason(`${error.code}: ${error.message ?? ''}`);
  const told = words === null ? whole : { ...whole, reason: `${whole.reason}: ${words}` };
  if (told.answer === 'throttled') return { ...told, until: resetAt(answer.header('x-ratelimit-reset'), now) };
  if (told.answer === 'refused' && NOT_SET_UP.test(told.reason))
    return { answer: 'stopped', reason: `${told.reason}; see "destinations apply"` };
  return told;
};
