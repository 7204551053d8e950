import { toReason } from '../../src/destination-kit/reason.ts';
import { toAuthorization, toUrl, type ZendeskSettings } from './settings.ts';

/** An answer that was read. */
export interface ZendeskAnswer {
  readonly status: number;
  readonly body: unknown;
}

/**
 * Asks Zendesk for what is not a delivery.
 * @returns any answer below status 500 but 401 and 403.
 * @throws Error whose message holds no secret.
 */
export const askZendesk = async (
  settings: ZendeskSettings,
  path: `/${string}`,
  timeoutMs: number,
  post?: unknown,
): Promise<ZendeskAnswer> => {
  const headers = { authorization: toAuthorization(settings), 'content-type': 'application/json' };
  const sent = post === undefined ? {} : { method: 'POST', body: JSON.stringify(post) };
  try {
    const signal = AbortSignal.timeout(timeoutMs);
    const response = await fetch(toUrl(settings, path), { headers, redirect: 'manual', signal, ...sent });
    return toChecked({ status: response.status, body: await response.json().catch(() => null) });
  } catch (error) {
    throw Object.assign(new Error(describe(error, settings)), { status: statusOf(error) });
  }
};

/** The status of the answer that an error of `askZendesk` tells of; null where none came. */
export const statusOf = (error: unknown): number | null =>
  error instanceof Error && 'status' in error && typeof error.status === 'number' ? error.status : null;

const failed = (status: number, reason: string): Error => Object.assign(new Error(reason), { status });

const toChecked = (answer: ZendeskAnswer): ZendeskAnswer => {
  const { status } = answer;
  if (status === 401 || status === 403)
    throw failed(status, `status ${status}: check the email, the token and its rights`);
  if (status >= 500 || status === 429) throw failed(status, `status ${status}`);
  if (status >= 300 && status < 400) throw failed(status, `status ${status}: check the address`);
  return answer;
};

const describe = (error: unknown, { api_token }: ZendeskSettings): string => {
  if (!(error instanceof Error)) return 'a fault without a name';
  const { cause } = error;
  if (cause instanceof Error && 'code' in cause) return `cannot connect (${String(cause.code)})`;
  return error.name === 'TimeoutError' ? 'no answer in time' : toReason(error.message, [api_token]);
};
