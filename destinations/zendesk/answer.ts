import type { HttpAnswer, Instant, WholeAnswer } from '../../src/destination-kit/define-tool.ts';
import { toReason } from '../../src/destination-kit/reason.ts';
import { retryAfter, toStatusAnswer } from '../../src/destination-kit/status-answer.ts';

/** What Zendesk's answer means: limits tell `Retry-After` in seconds, so does a maintenance with status 503. */
export const toAnswer = (answer: HttpAnswer, now: Instant): WholeAnswer | null => {
  // Without the body: what is told of it is picked below.
  const whole = toStatusAnswer({ ...answer, body: null });
  if (whole === null) return null;
  const words = wordsOf(answer.body);
  const told = words === null ? whole : { ...whole, reason: `${whole.reason}: ${words}` };
  return told.answer === 'throttled' ? { ...told, until: retryAfter(answer.header('retry-after'), now) } : told;
};

/** Words that can be no token and no address. */
const PLAIN = /^[A-Za-z][A-Za-z' ]{1,60}$/;

/**
 * Zendesk's own words: `{error: "RecordInvalid", description, details: {field: [{description}]}}`, or `{error: {title, message}}`.
 * Descriptions quote values, so the code and the names of the fields are told alone.
 */
const wordsOf = (body: unknown): string | null => {
  if (typeof body !== 'object' || body === null || !('error' in body)) return null;
  const { error } = body;
  const code = typeof error === 'object' && error !== null && 'title' in error ? error.title : error;
  if (typeof code !== 'string' || !PLAIN.test(code)) return null;
  const details = 'details' in body && typeof body.details === 'object' ? Object.keys(body.details ?? {}) : [];
  return toReason([code, ...details.filter((name) => /^\w{1,60}$/.test(name))].join(' '));
};
