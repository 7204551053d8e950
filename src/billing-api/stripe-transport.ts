import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { Stripe } from 'stripe';
import { type Json, parseJsonObject } from './parse-answer.ts';
import type { ApiFailure } from './to-answer.ts';

export interface StripeTransportOptions {
  readonly apiKey: string;
  /** Scheme, host and port, e.g. `https://api.stripe.com`. */
  readonly base: string;
  /** For a silence of the connection and, four times as long, for the whole answer; in ms. */
  readonly timeoutMs: number;
}

type TransportAnswer =
  | { readonly ok: true; readonly body: Json }
  | { readonly ok: false; readonly failure: ApiFailure };

export interface StripeTransport {
  /** One GET. Never rejects. */
  readonly get: (pathWithQuery: string, merchant: string) => Promise<TransportAnswer>;
  readonly close: () => void;
}

/**
 * The one door to the `stripe` package's calls, loaded with the first of them. The SDK speaks Stripe's dialect (version,
 * accounts, errors); retries are left to whoever knows the common budget, but for the single one that it makes over a
 * kept-alive connection that had been closed meanwhile.
 */
export const makeStripeTransport = ({ apiKey, base, timeoutMs }: StripeTransportOptions): StripeTransport => {
  const { protocol, hostname, port } = new URL(base);
  const isPlain = protocol === 'http:';
  // Of its own: the SDK's is shared by the process and could not be closed.
  const agent = isPlain ? new HttpAgent({ keepAlive: true }) : new HttpsAgent({ keepAlive: true });
  let client: Promise<Stripe> | null = null;
  const open = async (): Promise<Stripe> => {
    const { Stripe } = await import('stripe');
    return new Stripe(apiKey, {
      host: hostname,
      port: port === '' ? (isPlain ? 80 : 443) : Number(port),
      protocol: isPlain ? 'http' : 'https',
      httpClient: Stripe.createNodeHttpClient(agent),
      timeout: timeoutMs,
      maxNetworkRetries: 0,
      telemetry: false,
    });
  };
  return {
    get: async (pathWithQuery, merchant) => {
      client ??= open();
      const { rawRequest } = bound(await client);
      const options = merchant === '' ? {} : { stripeAccount: merchant };
      return within(timeoutMs * 4, toTransportAnswer(rawRequest('GET', pathWithQuery, undefined, options)));
    },
    close: () => agent.destroy(),
  };
};

const bound = (stripe: Stripe): Pick<Stripe, 'rawRequest'> => ({ rawRequest: stripe.rawRequest.bind(stripe) });

const toTransportAnswer = async (request: Promise<unknown>): Promise<TransportAnswer> => {
  try {
    const body = parseJsonObject(await request);
    if (body === null) return { ok: false, failure: UNREADABLE };
    const status = statusOf(body);
    // The SDK takes every answer without an `error` for a good one, a proxy's redirect too.
    return status >= 200 && status < 300 ? { ok: true, body } : { ok: false, failure: { ...NOTHING, status } };
  } catch (error) {
    return { ok: false, failure: toFailure(error) };
  }
};

/** As the SDK hangs it on the body, where `JSON.stringify` does not see it. */
const statusOf = ({ lastResponse }: Json): number => {
  const status = parseJsonObject(lastResponse)?.statusCode;
  return typeof status === 'number' ? status : 0;
};

const NOTHING: ApiFailure = { status: null, code: null, param: null, retryAfter: null, shouldRetry: null };
const UNREADABLE: ApiFailure = { ...NOTHING, code: 'not JSON' };

/** The SDK's own limit counts from the last byte that came: whoever sends one now and then would hold it for ever. */
const within = async (limitMs: number, answer: Promise<TransportAnswer>): Promise<TransportAnswer> => {
  let timer: NodeJS.Timeout | undefined;
  const tooLong = new Promise<TransportAnswer>((resolve) => {
    timer = setTimeout(() => resolve({ ok: false, failure: { ...NOTHING, code: 'too slow' } }), limitMs);
  });
  const first = await Promise.race([answer, tooLong]);
  clearTimeout(timer);
  return first;
};

/** The SDK's error by its codes; its message is left behind, since it may quote what was asked or answered. */
const toFailure = (error: unknown): ApiFailure => {
  const { statusCode, code, param, headers, detail } = parseJsonObject(error) ?? {};
  const { code: cause } = parseJsonObject(detail) ?? {};
  const { 'retry-after': retryAfter, 'stripe-should-retry': shouldRetry } = parseJsonObject(headers) ?? {};
  return {
    status: typeof statusCode === 'number' ? statusCode : null,
    code: textOf(code) ?? textOf(cause),
    param: textOf(param),
    retryAfter: textOf(retryAfter),
    shouldRetry: shouldRetry === 'true' ? true : shouldRetry === 'false' ? false : null,
  };
};

/** A word of a fixed vocabulary; anything longer is not one. */
const textOf = (value: unknown): string | null =>
  typeof value === 'string' && value !== '' && value.length <= 80 ? value : null;
