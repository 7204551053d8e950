import type { HttpAnswer } from './define-tool.ts';

/**
 * An answer that the question itself can be judged by: below status 500, and neither about the key, a limit nor a redirect.
 * @param mendKey what to do when the key is refused, e.g. `check the token and its rights`.
 * @throws Error with the `status`, and words fit to be shown, for any other answer.
 */
export const toUsable = (answer: HttpAnswer, mendKey: string): HttpAnswer => {
  const { status } = answer;
  if (status === 401 || status === 403) throw failed(status, `: ${mendKey}`);
  if (status >= 500 || status === 429) throw failed(status, '');
  if (status >= 300 && status < 400) throw failed(status, ': check the address');
  return answer;
};

const failed = (status: number, words: string): Error =>
  Object.assign(new Error(`status ${status}${words}`), { status });
