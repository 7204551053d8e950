import type { HttpAnswer, Instant, WholeAnswer } from '../../src/destination-kit/define-tool.ts';
import { retryAfter, toStatusAnswer } from '../../src/destination-kit/status-answer.ts';
import { isConflict, isNotFound, parseError, toSetUpProblem, toWords } from './verdict.ts';

/** Seconds that a limit lasts; that of the day ends at the account's midnight, which the answer does not tell. */
const LIMIT_SECONDS: Readonly<Record<string, number>> = { DAILY: 3_600, TEN_SECONDLY_ROLLING: 10, SECONDLY: 1 };
/** HubSpot asks to wait so long at least for an object that another write holds. */
const LOCK_SECONDS = 2;
/** Its front could not reach it: nothing was taken. */
const UNREACHED = new Set([521, 523]);
const SCOPES = 'give the token the scopes that the recipe lists';

/** What HubSpot's answer means for the whole call; null: it was taken, up to errors of single inputs. */
export const toAnswer = (answer: HttpAnswer, now: Instant): WholeAnswer | null => {
  const whole = toVerdict(answer);
  if (whole?.answer !== 'throttled') return whole;
  const asked = retryAfter(answer.header('retry-after'), now);
  return { ...whole, until: asked ?? retryAfter(limitSecondsOf(answer), now) };
};

const limitSecondsOf = ({ status, body }: HttpAnswer): string | null => {
  const seconds = status === 423 ? LOCK_SECONDS : LIMIT_SECONDS[parseError(body).policyName];
  return seconds === undefined ? null : String(seconds);
};

/** The same without when to come back. */
export const toVerdict = (answer: HttpAnswer): WholeAnswer | null => {
  const { status, body } = answer;
  if (status >= 200 && status < 300) return null;
  const error = parseError(body);
  const reason = [`status ${status}`, toWords(error), error.policyName].filter((word) => word !== '').join(' ');
  // 423: another write holds the object; 477: the account is moving to another data centre.
  if (status === 429 || status === 423 || status === 477) return { answer: 'throttled', until: null, reason };
  if (UNREACHED.has(status)) return { answer: 'unavailable', reason };
  if (status === 403) return { answer: 'stopped', reason: `${reason}; ${SCOPES}` };
  const problem = toSetUpProblem(error);
  if (status === 400 && problem !== null) return { answer: 'stopped', reason: problem };
  // One input's fault: a batch without a verdict for each is refused as a whole.
  const isTheirs = status === 400 || isNotFound(error) || isConflict(error);
  return isTheirs && status < 500 ? { answer: 'refused', reason, tooLarge: false } : toStatusAnswer(answer);
};
