import type { HttpAnswer } from './define-tool.ts';
import { toTimeOutReason } from './within.ts';

/** One question to a tool that is not a delivery. */
export interface JsonQuestion {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly url: string;
  /** Beside the type of content. */
  readonly headers: Readonly<Record<string, string>>;
  /** undefined: none. */
  readonly body?: unknown;
}

/**
 * Asks once, for tools without a client of their own.
 * @returns the answer, whatever its status; its body is null where it is no JSON.
 * @throws Error when no answer came in time; its message holds no secret.
 */
export const askJson = async ({ method, url, headers, body }: JsonQuestion, timeoutMs: number): Promise<HttpAnswer> => {
  try {
    const response = await fetch(url, {
      method,
      headers: { ...headers, 'Content-Type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      // A redirect is for people to read, not to follow with a key.
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
    });
    const text = await response.text();
    return { status: response.status, header: (name) => response.headers.get(name), body: parse(text) };
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

/** By codes alone: the message of `fetch` may quote an address or a header. */
const describe = (error: unknown, timeoutMs: number): string => {
  if (!(error instanceof Error)) return 'a fault without a name';
  if (error.name === 'TimeoutError') return toTimeOutReason(timeoutMs);
  const { cause } = error;
  return cause instanceof Error && 'code' in cause ? `cannot connect (${String(cause.code)})` : 'cannot connect';
};
