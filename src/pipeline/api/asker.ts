import type { Instant } from '../../domain/instant.ts';
import type { ApiAnswer, BillingApi } from './api-ports.ts';
import type { Json } from './json.ts';
import { toObservation } from './observation.ts';

/** Who asks, for one look-up. */
export interface Asker {
  readonly api: BillingApi;
  /** The connected account; the empty string for the key's own. */
  readonly merchant: string;
  readonly now: Instant;
  /** Whether the provider's full events have this type. */
  readonly isEventType: (type: string) => boolean;
}

/** An object as the body to be stored of it. */
export const observe = (object: Json, { api, merchant, now: readAt }: Asker): Json =>
  toObservation(object, { cause: 'lookup', readAt, mode: api.mode, merchant });

/** One object as the body to be stored of it. */
export const fetchObject = async (
  path: string,
  query: Readonly<Record<string, readonly string[]>>,
  asker: Asker,
): Promise<ApiAnswer<readonly Json[]>> => {
  const answer = await asker.api.fetch(path, query, asker.merchant);
  return answer.result === 'found' ? { result: 'found', value: [observe(answer.value, asker)] } : answer;
};
