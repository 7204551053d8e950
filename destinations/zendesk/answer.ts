import type { HttpAnswer, Instant, WholeAnswer } from '../../src/destination-kit/define-tool.ts';
import { toReason } from '../../src/destination-kit/reason.ts';
import { retryAfter, toStatusAnswer } from '../../src/destination-kit/status-answer.ts';

/** What Zendesk's answer means: limits tell `Retry-After` in seconds, so does a maintenance with status 503. */
export const toAnswer = (answer: HttpAnswer, now: Instant): WholeAnswer | null => {
  const whole = toStatusAnswer(answer);
  if (whole === null) return null;
  const words = wordsOf(answer.body);
  const told = words === null ? whole : { ...whole, reason: `${whole.reason}: ${words}` };
  return told.answer === 'throttled' ? { ...told, until: retryAfter(answer.header('retry-after'), now) } : told;
};

/**
 * Zendesk's own words: `{error: "RecordInvalid", description, details: {field: [{description}]}}`, or `{error: {title, message}}`.
 * Descriptions of `details` quote values, so only the names of the fields are told.
 */
const wordsOf = (body: unknown): string | null => {
  if (typeof body !== 'object' || body === null || !('error' in body)) return null;
  const { error } = body;
  if (typeof error === 'object' && error !== null && 'message' in error) return toReason(String(error.message));
  if (typeof error !== 'string') return null;
  const details = 'details' in body && typeof body.details === 'object' ? Object.keys(body.details ?? {}) : [];
  return toReason([error, ...details].join(' '));
};
