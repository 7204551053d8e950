import { type Instant, instant } from '../domain/instant.ts';
import type { HttpAnswer, WholeAnswer } from './define-tool.ts';
import { toFailure } from './failure.ts';
import type { ActionOutcome } from './multi-status.ts';

interface RawResponse {
  readonly status: number;
  readonly headers: { readonly get: (name: string) => string | null };
  readonly data?: unknown;
}

const isResponse = (value: unknown): value is RawResponse =>
  typeof value === 'object' &&
  value !== null &&
  'status' in value &&
  typeof value.status === 'number' &&
  'headers' in value &&
  typeof value.headers === 'object';

/** The answer that made the framework's client throw; null where there was none. */
export const answerOf = (error: unknown): HttpAnswer | null => {
  const response = error instanceof Error && 'response' in error ? error.response : null;
  if (!isResponse(response)) return null;
  const { status, headers, data } = response;
  return { status, header: (name) => headers.get(name), body: data };
};

const NO_CLOCK = instant(0);

/**
 * What a request that failed means for the one record that it was about, for actions of several requests.
 * @param toAnswer the tool's own; its `until` is dropped, for one record's limit does not pause the tool.
 */
export const toCaughtOutcome = (
  error: unknown,
  toAnswer: (answer: HttpAnswer, now: Instant) => WholeAnswer | null,
): ActionOutcome => {
  const answer = answerOf(error);
  const whole = answer === null ? toFailure(error) : toAnswer(answer, NO_CLOCK);
  if (whole === null) return { result: 'unknown', reason: 'an answer that tells nothing' };
  const { reason } = whole;
  if (whole.answer === 'refused') return { result: 'rejected', reason };
  return whole.answer === 'unknown' ? { result: 'unknown', reason } : { result: 'retry', at: null, reason };
};
