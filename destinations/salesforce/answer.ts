import type { HttpAnswer, WholeAnswer } from '../../src/destination-kit/define-tool.ts';
import { toStatusAnswer } from '../../src/destination-kit/status-answer.ts';
import { type ApiError, describeError, isSetUpError, parseApiErrors, SET_UP_ADVICE } from './api-error.ts';

/** What an answer of Salesforce means for a whole call of which nothing was taken; null: it was taken. */
export const toAnswer = (answer: HttpAnswer): WholeAnswer | null => {
  const [error] = parseApiErrors(answer.body);
  const told = error === undefined ? null : toTold(answer.status, error);
  if (told !== null) return told;
  const reason = `status ${answer.status}${error === undefined ? '' : `: ${describeError(error)}`}`;
  // Several records carry the id that a single record was addressed by.
  if (answer.status === 300)
    return { answer: 'refused', reason: `${reason}: several records carry this id`, tooLarge: false };
  if (answer.status === 414 || answer.status === 431) return { answer: 'refused', reason, tooLarge: true };
  const whole = toStatusAnswer(answer);
  if (whole === null || error === undefined) return whole;
  return whole.answer === 'throttled' || whole.answer === 'refused'
    ? { ...whole, reason }
    : { answer: whole.answer, reason };
};

/** The session is over and nothing was taken. */
export const isSessionOver = ({ body }: HttpAnswer): boolean =>
  parseApiErrors(body).some(({ code }) => code === 'INVALID_SESSION_ID');

const toTold = (status: number, error: ApiError): WholeAnswer | null => {
  const reason = `status ${status}: ${describeError(error)}`;
  // Neither the allocation of 24 hours nor the limit of long calls says when it is over.
  if (error.code === 'REQUEST_LIMIT_EXCEEDED') return { answer: 'throttled', until: null, reason };
  if (error.code === 'EXCEEDED_ID_LIMIT') return { answer: 'refused', reason, tooLarge: true };
  if (error.code === 'SERVER_UNAVAILABLE') return { answer: 'unavailable', reason };
  if (status < 500 && isSetUpError(error)) return { answer: 'stopped', reason: `${reason}; ${SET_UP_ADVICE}` };
  if (status === 401 || status === 403)
    return { answer: 'stopped', reason: `${reason}; check the app's run-as user and its permissions` };
  return null;
};
