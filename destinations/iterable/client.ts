import { askJson, type JsonQuestion } from '../../src/destination-kit/ask-json.ts';
import type { HttpAnswer } from '../../src/destination-kit/define-tool.ts';
import { toReason } from '../../src/destination-kit/reason.ts';
import { toAnswer } from './answer.ts';
import { type IterableSettings, toUrl } from './settings.ts';

/** One question to Iterable that is not a delivery. */
export interface Question extends Pick<JsonQuestion, 'method' | 'body'> {
  readonly path: `/${string}`;
}

/** Iterable said no. */
export class IterableRefusal extends Error {
  readonly answer: HttpAnswer;
  readonly status: number;
  constructor(message: string, answer: HttpAnswer) {
    super(message);
    this.answer = answer;
    this.status = answer.status;
  }
}

/**
 * Asks Iterable, once.
 * @throws IterableRefusal on a status other than 2xx, Error when no answer came in time; neither holds a secret.
 */
export const askIterable = async (
  settings: IterableSettings,
  timeoutMs: number,
  { path, ...question }: Question,
): Promise<HttpAnswer> => {
  const headers = { 'Api-Key': settings.api_key };
  const answer = await askJson({ ...question, url: toUrl(settings, path), headers }, timeoutMs);
  const whole = toAnswer(answer);
  if (whole === null) return answer;
  throw new IterableRefusal(toReason(whole.reason, [settings.api_key]), answer);
};
