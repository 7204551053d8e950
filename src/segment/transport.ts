import type { Analytics, HTTPClientRequest, HTTPResponse } from '@segment/analytics-node';
import type { SegmentCall } from '../pipeline/ports.ts';
import type { Answer } from './answer.ts';

interface TransportOptions {
  readonly writeKey: string;
  readonly host: string;
  readonly fetch: typeof fetch;
  /** Until the whole answer is read, in ms. */
  readonly timeoutMs: number;
}

/** Sends one batch and tells what was answered, by message id. An id that is missing was never put on the wire. */
export type Transport = (batch: readonly SegmentCall[]) => Promise<ReadonlyMap<string, Answer>>;

/**
 * The one door to `@segment/analytics-node`. The SDK shapes the events; everything else about it is kept away:
 * - its callbacks and events are not read: it reports what it could not serialise, and 3xx, as delivered, and what a
 *   busy event loop delayed as failed. The truth is taken from the answer that its `httpClient` sees.
 * - it is always told 200, so that it neither sleeps nor retries nor shares a rate-limit pause between batches.
 * - it lives for one batch, so that no timer, listener or half-filled batch is left for the next.
 */
export const makeTransport =
  (options: TransportOptions): Transport =>
  async (batch) => {
    const { Analytics } = await import('@segment/analytics-node');
    const answers = new Map<string, Answer>();
    const analytics = new Analytics({
      writeKey: options.writeKey,
      host: options.host,
      flushAt: batch.length,
      // Only for a call that the SDK lost on the way: then the rest leaves after this long, in ms.
      flushInterval: 2_000,
      maxRetries: 0,
      httpClient: { makeRequest: (request) => recordAnswer(request, options, answers) },
    });
    await analytics.ready;
    for (const call of batch) enqueue(analytics, call);
    await analytics.closeAndFlush({ timeout: 0 });
    return answers;
  };

const recordAnswer = async (
  request: HTTPClientRequest,
  options: TransportOptions,
  answers: Map<string, Answer>,
): Promise<HTTPResponse> => {
  const answer = await post(request, options);
  const { batch }: { batch: readonly { messageId: string }[] } = JSON.parse(request.body);
  for (const { messageId } of batch) answers.set(messageId, answer);
  return { status: 200, statusText: 'OK' };
};

const post = async (request: HTTPClientRequest, { fetch, timeoutMs }: TransportOptions): Promise<Answer> => {
  try {
    const response = await fetch(request.url, {
      method: request.method,
      headers: request.headers,
      body: request.body,
      // A redirect is an answer for people to read, not to follow with a write key.
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
    });
    const answer: Answer = { kind: 'status', status: response.status, retryAfter: response.headers.get('retry-after') };
    // An unread body keeps its connection from being used again. The status stands, even if the body breaks off.
    await response.arrayBuffer().catch(() => {});
    return answer;
  } catch (error) {
    return toFailure(error);
  }
};

/** Errors of making a connection: nothing was sent. */
const BEFORE_SENDING = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

const toFailure = (error: unknown): Answer => {
  const code = errorCode(error) ?? 'unknown error';
  return { kind: BEFORE_SENDING.has(code) ? 'unreachable' : 'none', code };
};

/** The system's code below fetch's `TypeError: fetch failed`, or the error's name; never its message (it may quote a URL). */
const errorCode = (error: unknown): string | null => {
  if (!(error instanceof Error)) return null;
  if (error.cause !== undefined) return errorCode(error.cause) ?? error.name;
  if ('code' in error && typeof error.code === 'string') return error.code;
  if (error instanceof AggregateError) return errorCode(error.errors[0]) ?? error.name;
  return error.name;
};

const enqueue = (analytics: Analytics, call: SegmentCall): void => {
  const { messageId, timestamp, context, integrations, properties, traits } = call;
  const identity =
    call.userId === undefined
      ? { anonymousId: call.anonymousId ?? '' }
      : { userId: call.userId, ...(call.anonymousId === undefined ? {} : { anonymousId: call.anonymousId }) };
  const common = { ...identity, messageId, timestamp, context, integrations };
  switch (call.type) {
    case 'track':
      analytics.track({ ...common, event: call.event ?? '', properties: { ...properties } });
      break;
    case 'identify':
      analytics.identify({ ...common, traits: { ...traits } });
      break;
    case 'group':
      analytics.group({ ...common, groupId: call.groupId ?? '', traits: { ...traits } });
      break;
  }
};
