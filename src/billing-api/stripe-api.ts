import { setTimeout as delay } from 'node:timers/promises';
import { RecoupError } from '../domain/errors.ts';
import type { Instant } from '../domain/instant.ts';
import type { ApiAnswer, BillingApi } from '../pipeline/api/api-ports.ts';
import type { Clock } from '../pipeline/ports.ts';
import { keyMode } from './key-mode.ts';
import { makePace } from './pace.ts';
import { type Json, parsePage } from './parse-answer.ts';
import { makeStripeTransport } from './stripe-transport.ts';
import { toAnswer } from './to-answer.ts';

export interface StripeApiOptions {
  /** `sk_…` or `rk_…`, of live or test mode. */
  readonly apiKey: string;
  /** Scheme, host and port, e.g. `https://api.stripe.com`. */
  readonly base: string;
  readonly requestsPerSecond: number;
  readonly clock: Clock;
  readonly sleepUntil?: (at: Instant) => Promise<void>;
  /** Uniform in [0, 1), for the jitter of retries. */
  readonly random?: () => number;
  /** For a silence of the connection and, four times as long, for the whole answer; in ms. */
  readonly timeoutMs?: number;
}

type Query = Parameters<BillingApi['list']>[1];

/**
 * Reads Stripe's API with one key. Nothing is tried again here: whoever asks is told when to, and until then nobody's call leaves.
 * @throws RecoupError `stripe_key_mode` for a key that names neither live nor test mode.
 */
export const makeStripeApi = (options: StripeApiOptions): BillingApi => {
  const { apiKey, base, requestsPerSecond, clock, random = Math.random, timeoutMs = 20_000 } = options;
  const mode = keyMode(apiKey);
  if (mode === null) throw new RecoupError('stripe_key_mode', {});
  const sleepUntil = options.sleepUntil ?? ((at) => delay(Math.max(0, at - clock.now()), undefined, { ref: true }));
  const pace = makePace({ perSecond: requestsPerSecond, clock, sleepUntil });
  const transport = makeStripeTransport({ apiKey, base, timeoutMs });
  let failures = 0;

  const get = async (path: string, query: Query, merchant: string): Promise<ApiAnswer<Json>> => {
    await pace.turn();
    const answer = await transport.get(withQuery(path, query), merchant);
    if (answer.ok) {
      failures = 0;
      return { result: 'found', value: answer.body };
    }
    const verdict = toAnswer(answer.failure, { now: clock.now(), failures: failures + 1, random });
    failures = verdict.result === 'retry' ? failures + 1 : 0;
    if (verdict.result === 'retry') pace.pause(verdict.at);
    return verdict;
  };

  return {
    provider: 'stripe',
    mode,
    fetch: get,
    list: async (path, query, merchant) => {
      const answer = await get(path, query, merchant);
      if (answer.result !== 'found') return answer;
      const page = parsePage(answer.value);
      return page === null ? { result: 'stopped', reason: NO_LIST } : { result: 'found', value: page };
    },
    close: async () => transport.close(),
  };
};

const NO_LIST = 'an answer that is no list. Check STRIPE_API_BASE, and proxies on the way.';

/** Lists repeat their name with `[]`, as Stripe reads them. */
const withQuery = (path: string, query: Query): string => {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (typeof value === 'object') for (const each of value) params.append(`${name}[]`, each);
    else params.append(name, String(value));
  }
  return params.size === 0 ? path : `${path}?${params}`;
};
