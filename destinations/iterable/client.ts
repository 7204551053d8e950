import { toReason } from '../../src/destination-kit/reason.ts';
import { toAnswer } from './answer.ts';
import { type IterableSettings, toUrl } from './settings.ts';

/** One question to Iterable that is not a delivery. */
export interface Question {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: `/${string}`;
  readonly body?: unknown;
}

export interface Answer {
  readonly status: number;
  /** Parsed JSON; null where it is none. */
  readonly body: unknown;
}

/** Iterable said no; `body` is its answer. */
export class IterableRefusal extends Error {
  readonly answer: Answer;
  constructor(message: string, answer: Answer) {
    super(message);
    this.answer = answer;
  }
}

/**
 * Asks Iterable, once.
 * @throws IterableRefusal on a status other than 2xx, Error when no answer came in time; neither holds a secret.
 */
export const askIterable = async (
  settings: IterableSettings,
  timeoutMs: number,
  question: Question,
): Promise<Answer> => {
  const { answer, header } = await ask(settings, timeoutMs, question);
  const whole = toAnswer({ ...answer, header });
  if (whole === null) return answer;
  throw new IterableRefusal(toReason(whole.reason, [settings.api_key]), answer);
};

const ask = async (settings: IterableSettings, timeoutMs: number, { method, path, body }: Question) => {
  try {
    const response = await fetch(toUrl(settings, path), {
      method,
      headers: { 'Api-Key': settings.api_key, 'Content-Type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      // A redirect is for people to read, not to follow with a key.
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
    });
    const answer: Answer = { status: response.status, body: parse(await response.text()) };
    return { answer, header: (name: string) => response.headers.get(name) };
  } catch (error) {
    throw new Error(describe(error, timeoutMs));
  }
};

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
};

const describe = (error: unknown, timeoutMs: number): string => {
  if (!(error instanceof Error)) return 'a fault without a name';
  if (error.name === 'TimeoutError') return `no answer within ${timeoutMs} ms`;
  const { cause } = error;
  return cause instanceof Error && 'code' in cause ? `cannot connect (${String(cause.code)})` : 'cannot connect';
};
