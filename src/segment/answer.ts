import { fullJitterMs } from '../domain/backoff.ts';
import { HOUR_MS, type Instant, instant, plus, SECOND_MS } from '../domain/instant.ts';
import type { Outcome } from '../pipeline/ports.ts';

/** What came back for one request, as seen on the wire and not as the SDK tells it. */
export type Answer =
  | { readonly kind: 'status'; readonly status: number; readonly retryAfter: string | null }
  /** The request never left: no connection was made. `code` is a system error code. */
  | { readonly kind: 'unreachable'; readonly code: string }
  /** It may have left; nothing came back. */
  | { readonly kind: 'none'; readonly code: string };

/** `suspect`: at least one event of the batch is what Segment refuses. */
export type Verdict =
  | Exclude<Outcome, { readonly result: 'recorded' | 'rejected' }>
  | { readonly result: 'suspect'; readonly reason: string };

/** Longer waits than this are taken for a mistake of the server. */
const MAX_RETRY_AFTER_MS = HOUR_MS;
/** `Retry-After: 0` and dates gone by must not make a tight loop. */
const MIN_RETRY_AFTER_MS = SECOND_MS;

const RETRYABLE = new Set([408, 425, 429, 460]);
const ABOUT_THE_BATCH = new Set([400, 413, 422]);

interface AnswerContext {
  readonly now: Instant;
  /** Consecutive failures including this one, should it be one. */
  readonly failures: number;
  readonly random: () => number;
}

/**
 * What an answer means for the batch that it answers. Only 2xx is delivered: a redirect has not stored anything, though
 * the SDK counts it as success. Statuses that speak of the key, the host or the path stop the sink, since the calls are
 * not at fault and would otherwise all end as dead letters.
 */
export const toVerdict = (answer: Answer, context: AnswerContext): Verdict => {
  if (answer.kind === 'none') return { result: 'unknown', reason: `no answer (${answer.code})` };
  if (answer.kind === 'unreachable') return retry(`cannot connect (${answer.code})`, null, context);
  const { status } = answer;
  if (status >= 200 && status < 300) return { result: 'delivered' };
  if (RETRYABLE.has(status) || status >= 500) return retry(`status ${status}`, answer.retryAfter, context);
  if (ABOUT_THE_BATCH.has(status)) return { result: 'suspect', reason: `Segment refuses it with status ${status}` };
  return { result: 'stopped', reason: `status ${status}: ${adviceFor(status)}` };
};

/**
 * How long a `Retry-After` header asks to wait: whole seconds or an HTTP date.
 * @returns milliseconds from `now`, between 1 s and 1 h; null when the header is absent or cannot be read.
 */
const parseRetryAfterMs = (header: string | null, now: Instant): number | null => {
  const text = header?.trim() ?? '';
  const ms = /^\d+$/.test(text) ? Number(text) * SECOND_MS : httpDateMs(text) - now;
  return Number.isNaN(ms) ? null : Math.min(MAX_RETRY_AFTER_MS, Math.max(MIN_RETRY_AFTER_MS, ms));
};

const retry = (reason: string, retryAfter: string | null, { now, failures, random }: AnswerContext): Verdict => {
  const waitMs = parseRetryAfterMs(retryAfter, now) ?? fullJitterMs(failures, random);
  return { result: 'retry', at: plus(instant(now), Math.ceil(waitMs)), reason };
};

/** Only the forms that HTTP allows: `Date.parse` alone would read "-5" or "tomorrow 1" as some year. */
const httpDateMs = (text: string): number =>
  /^[A-Z][a-z]+,? .*\d{2}:\d{2}:\d{2}/.test(text) ? Date.parse(text) : Number.NaN;

const adviceFor = (status: number): string =>
  status === 401 || status === 403
    ? 'check SEGMENT_WRITE_KEY, and that the source is enabled'
    : 'check SEGMENT_HOST (region, scheme, proxy): this is no answer of the Tracking API';
