import type { CredentialCheck } from './define-tool.ts';

const TIME_OUT = 408;
const TOO_MANY = 429;

/**
 * What a check of credentials that failed means: the tool said no and would say it again, or nobody knows.
 * @param reason without secrets.
 * @param status of the answer; null where none came.
 */
export const toFailedCheck = (reason: string, status: number | null): CredentialCheck => {
  const isRefusal = status !== null && status >= 400 && status < 500 && status !== TIME_OUT && status !== TOO_MANY;
  return { ok: false, reason, unanswered: !isRefusal };
};
