import { fullJitterMs } from '../domain/backoff.ts';
import { HOUR_MS, type Instant, plus, SECOND_MS } from '../domain/instant.ts';
import type { ApiAnswer } from '../pipeline/api/api-ports.ts';

/** What went wrong with one call, without anything that an answer's body said but its codes. */
export interface ApiFailure {
  /** Of the answer; null where none came, or none that can be read. */
  readonly status: number | null;
  /** Stripe's error code, or the system's for a connection that failed. */
  readonly code: string | null;
  /** The parameter that the error is about. */
  readonly param: string | null;
  readonly retryAfter: string | null;
  /** The provider's own word on whether the same call may succeed later; null where it says nothing. */
  readonly shouldRetry: boolean | null;
}

interface AnswerContext {
  readonly now: Instant;
  /** Consecutive failures including this one. */
  readonly failures: number;
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

type Failure = Exclude<ApiAnswer<never>, { readonly result: 'found' }>;

/** Longer waits are taken for a mistake of whoever answered. */
const MAX_RETRY_AFTER_MS = HOUR_MS;
const LONGEST_BACKOFF_MS = 60 * SECOND_MS;

/** 409: a lock on the object is held by another request. */
const RETRYABLE = new Set([408, 409, 425, 429]);

/** What a call that failed means for whoever asked. The reasons hold codes and statuses, never what a body says. */
export const toAnswer = (failure: ApiFailure, context: AnswerContext): Failure => {
  const { status, code } = failure;
  if (status === null) return retry(`no answer (${code ?? 'unreadable'})`, failure, context);
  // A list says so, with status 400, of the object that its cursor names.
  if (status === 404 || code === 'resource_missing') return { result: 'missing' };
  const isBusy = RETRYABLE.has(status) || status >= 500 || code === 'rate_limit' || code === 'lock_timeout';
  if (failure.shouldRetry ?? isBusy)
    return retry(`status ${status}${code === null ? '' : ` ${code}`}`, failure, context);
  return { result: 'stopped', reason: adviceFor(status, failure) };
};

const retry = (reason: string, { retryAfter }: ApiFailure, { now, failures, random }: AnswerContext): Failure => {
  const backoffMs = fullJitterMs(failures, random, { capMs: LONGEST_BACKOFF_MS });
  return { result: 'retry', at: plus(now, Math.max(SECOND_MS, parseSeconds(retryAfter) ?? backoffMs)), reason };
};

/** `Retry-After` in whole seconds, as Stripe writes it, in ms and at most an hour. */
const parseSeconds = (header: string | null): number | null =>
  header !== null && /^\d{1,9}$/.test(header.trim()) ? Math.min(MAX_RETRY_AFTER_MS, Number(header) * SECOND_MS) : null;

const adviceFor = (status: number, { code, param }: ApiFailure): string => {
  const said = [`status ${status}`, code, param].filter((part) => part !== null).join(' ');
  if (status === 401)
    return `Stripe refuses the key (${said}). Check STRIPE_API_KEY: it may be rolled, expired or of another account.`;
  if (status === 403)
    return `the key lacks a permission, or does not reach this account (${said}). Give the restricted key read access to customers, checkout sessions, subscriptions, invoices, payment methods, charges, disputes, refunds and events.`;
  if (status === 400) return `Stripe refuses the call (${said}). This is a fault of Recoup; please report it.`;
  return `an answer that Stripe's API does not give (${said}). Check STRIPE_API_BASE, and proxies on the way.`;
};
