import { askJson } from '../../src/destination-kit/ask-json.ts';
import type { HttpAnswer } from '../../src/destination-kit/define-tool.ts';
import { toUsable } from '../../src/destination-kit/to-usable.ts';
import { type IntercomSettings, toHeaders, toUrl } from './settings.ts';

/**
 * Asks Intercom for what is not a delivery; with a body it is a POST.
 * @returns any answer below status 500 but 401, 403, 429 and a redirect.
 * @throws Error with the `status` of the answer, if there was one; its message holds no secret.
 */
export const askIntercom = async (
  settings: IntercomSettings,
  path: `/${string}`,
  timeoutMs: number,
  body?: unknown,
): Promise<HttpAnswer> => {
  const method = body === undefined ? 'GET' : 'POST';
  const question = { method, url: toUrl(settings, path), headers: toHeaders(settings), body } as const;
  return toUsable(await askJson(question, timeoutMs), 'check the token, its rights and its region');
};
