import { toReason } from '../../src/destination-kit/reason.ts';
import { type IntercomSettings, toHeaders, toUrl } from './settings.ts';

/** An answer that was read. */
export interface IntercomAnswer {
  readonly status: number;
  readonly body: unknown;
}

/**
 * Asks Intercom for what is not a delivery.
 * @returns any answer below status 500 but 401, 403 and 429.
 * @throws Error whose message holds no secret.
 */
export const askIntercom = async (
  settings: IntercomSettings,
  path: `/${string}`,
  timeoutMs: number,
  post?: unknown,
): Promise<IntercomAnswer> => {
  const headers = { ...toHeaders(settings), 'Content-Type': 'application/json' };
  const sent = post === undefined ? {} : { method: 'POST', body: JSON.stringify(post) };
  try {
    const signal = AbortSignal.timeout(timeoutMs);
    const response = await fetch(toUrl(settings, path), { headers, redirect: 'manual', signal, ...sent });
    return toChecked({ status: response.status, body: await response.json().catch(() => null) });
  } catch (error) {
    throw Object.assign(new Error(describe(error, settings)), { status: statusOf(error) });
  }
};

/** The status of the answer that an error of `askIntercom` tells of; null where none came. */
export const statusOf = (error: unknown): number | null =>
  error instanceof Error && 'status' in error && typeof error.status === 'number' ? error.status : null;

const failed = (status: number, reason: string): Error => Object.assign(new Error(reason), { status });

const toChecked = (answer: IntercomAnswer): IntercomAnswer => {
  const { status } = answer;
  if (status === 401 || status === 403)
    throw failed(status, `status ${status}: check the token, its rights and its region`);
  if (status >= 500 || status === 429) throw failed(status, `status ${status}`);
  if (status >= 300 && status < 400) throw failed(status, `status ${status}: check the address`);
  return answer;
};

const describe = (error: unknown, { access_token }: IntercomSettings): string => {
  if (!(error instanceof Error)) return 'a fault without a name';
  const { cause } = error;
  if (cause instanceof Error && 'code' in cause) return `cannot connect (${String(cause.code)})`;
  return error.name === 'TimeoutError' ? 'no answer in time' : toReason(error.message, [access_token]);
};
