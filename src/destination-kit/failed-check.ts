import type { CredentialCheck } from './define-tool.ts';
import { statusOf } from './status-of.ts';

const TIME_OUT = 408;
const TOO_MANY = 429;

/**
 * What a check of credentials that failed means: the tool said no and would say it again, or nobody knows.
 * @param error whose message holds no secret.
 * @param status of the answer; null where none came.
 */
export const toFailedCheck = (error: unknown, status: number | null = statusOf(error)): CredentialCheck => {
  const reason = error instanceof Error ? error.message : 'a fault without a name';
  const isRefusal = status !== null && status >= 400 && status < 500 && status !== TIME_OUT && status !== TOO_MANY;
  return { ok: false, reason, unanswered: !isRefusal };
};
