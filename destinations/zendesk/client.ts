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
    throw new Error(describe(error, settings));
  }
};

const toChecked = (answer: ZendeskAnswer): ZendeskAnswer => {
  const { status } = answer;
  if (status === 401 || status === 403) throw new Error(`status ${status}: check the email, the token and its rights`);
  if (status >= 500 || status === 429) throw new Error(`status ${status}`);
  if (status >= 300 && status < 400) throw new Error(`status ${status}: check the address`);
  return answer;
};

const describe = (error: unknown, { api_token }: ZendeskSettings): string => {
  if (!(error instanceof Error)) return 'a fault without a name';
  const { cause } = error;
  if (cause instanceof Error && 'code' in cause) return `cannot connect (${String(cause.code)})`;
  return error.name === 'TimeoutError' ? 'no answer in time' : toReason(error.message, [api_token]);
};
