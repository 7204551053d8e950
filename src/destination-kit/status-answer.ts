import { HOUR_MS, type Instant, instant, plus, SECOND_MS } from '../domain/instant.ts';
import type { HttpAnswer, WholeAnswer } from './define-tool.ts';
import { toReason } from './reason.ts';

/**
 * What a status means where the vendor has no custom of its own; null for 2xx. A redirect is not followed: it has taken
 * nothing. Statuses about the key, the address or the plan stop the tool, since every record would meet them.
 */
export const toStatusAnswer = (answer: HttpAnswer): WholeAnswer | null => {
  const { status } = answer;
  const reason = describe(answer);
  if (status >= 200 && status < 300) return null;
  if (status === 400 || status === 422) return { answer: 'refused', reason, tooLarge: false };
  if (status === 413) return { answer: 'refused', reason, tooLarge: true };
  if (status === 429) return { answer: 'throttled', until: null, reason };
  if (status === 503) return { answer: 'unavailable', reason };
  if (status === 408 || status >= 500) return { answer: 'unknown', reason };
  return { answer: 'stopped', reason: `${reason}; ${adviceFor(status)}` };
};

/** The status with the vendor's `message`, if it sent one. */
const describe = ({ status, body }: HttpAnswer): string => {
  const message = typeof body === 'object' && body !== null && 'message' in body ? body.message : null;
  return typeof message === 'string' ? `status ${status}: ${toReason(message)}` : `status ${status}`;
};

const adviceFor = (status: number): string =>
  status === 401 || status === 403 ? 'check the key, its permissions and its instance' : 'check the address';

/**
 * Until when `Retry-After` asks to wait.
 * @param header seconds from now; the date that HTTP allows in their place is not read.
 * @returns null when it is absent, unreadable or over an hour.
 */
export const retryAfter = (header: string | null, now: Instant): Instant | null => {
  if (header === null || !/^\d{1,6}$/.test(header.trim())) return null;
  const at = plus(now, Number(header) * SECOND_MS);
  return at > now && at <= plus(now, HOUR_MS) ? at : null;
};

/**
 * When a limit is said to reset.
 * @param header seconds since 1970.
 * @returns null when it is absent, gone by or over an hour ahead: hourly limits reset within the hour, so more is a mistake.
 */
export const resetAt = (header: string | null, now: Instant): Instant | null => {
  if (header === null || !/^\d{1,12}(\.\d+)?$/.test(header.trim())) return null;
  const at = instant(Math.ceil(Number(header) * SECOND_MS));
  return at > now && at <= plus(now, HOUR_MS) ? at : null;
};
