import type { HttpAnswer, Instant, WholeAnswer } from '../../src/destination-kit/define-tool.ts';
import { retryAfter, toStatusAnswer } from '../../src/destination-kit/status-answer.ts';

/** Slack's codes are words in plain text, e.g. `invalid_payload`; null for a proxy's page. */
const codeOf = ({ body }: HttpAnswer): string | null =>
  typeof body === 'string' && /^[a-z_]{2,60}$/.test(body.trim()) ? body.trim() : null;

/**
 * What Slack's answer means: 400 `invalid_payload` refuses the message; 403 `action_prohibited`, 404 `channel_not_found` or
 * `no_service` and 410 `channel_is_archived` refuse the webhook; 500 `rollup_error` says nothing of the message.
 */
export const toAnswer = (answer: HttpAnswer, now: Instant): WholeAnswer | null => {
  const whole = toStatusAnswer(answer);
  if (whole === null) return null;
  const code = codeOf(answer);
  const told = code === null ? whole : { ...whole, reason: `status ${answer.status}: ${code}${adviceFor(code)}` };
  return told.answer === 'throttled' ? { ...told, until: retryAfter(answer.header('retry-after'), now) } : told;
};

const ADVICE: Readonly<Record<string, string>> = {
  action_prohibited: '; the workspace forbids this webhook to post',
  channel_not_found: '; the channel is gone: make a new webhook',
  channel_is_archived: '; the channel is archived: make a new webhook',
  no_service: '; the webhook was removed: make a new one',
};

const adviceFor = (code: string): string => ADVICE[code] ?? '';

/** Slack's word for a message that it posted. */
export const isPosted = (body: unknown): boolean => typeof body === 'string' && body.trim() === 'ok';
