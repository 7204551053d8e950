import { createHash } from 'node:crypto';
import type { DeliveryKeys } from '../domain/fact.ts';
import type { Instant } from '../domain/instant.ts';
import type { Admission, Provider, VerifyInput } from '../providers/provider.ts';
import { makeGroupCommit } from './group-commit.ts';
import type { Clock, DeliverySource, NewDelivery, Store } from './ports.ts';

/** Step 1 of the pipeline: verify, admit, store. Nothing is decided here, and no 2xx leaves before the row is durable. */

export interface WebhookRequest {
  /** As in `/webhooks/:provider`. */
  readonly provider: string;
  /** Lower-case names. */
  readonly headers: VerifyInput['headers'];
  /**
   * The bytes as sent, or how to read them: a request that is refused for other reasons is never read. Null: it was
   * given up to make room for others.
   */
  readonly rawBody: Uint8Array | (() => Promise<Uint8Array | null>);
}

export interface WebhookAnswer {
  readonly status: 200 | 400 | 404 | 503;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON text. */
  readonly body: string;
}

/** What became of a request, for counters and the log; `off` is a provider that is unknown or has no secret. */
export type WebhookOutcome = 'stored' | 'duplicate' | 'ignored' | 'dead_letter' | 'refused' | 'busy' | 'failed' | 'off';

export interface WebhookReport {
  /** The provider's name, or `other` for one that is off: what a stranger typed must not become a label. */
  readonly provider: string;
  readonly outcome: WebhookOutcome;
  /** Why the signature was refused, or `erased` where it is about somebody who was; null otherwise. */
  readonly reason: string | null;
  /** What a genuine body says that it is about; undefined for one that was not read. */
  readonly keys?: Pick<DeliveryKeys, 'eventType' | 'customer' | 'mode'>;
  /** What the store threw; undefined otherwise. */
  readonly error?: unknown;
}

export interface ReceiverOptions {
  readonly store: Pick<Store, 'accept'>;
  readonly providers: readonly Provider[];
  /** Every active secret of a provider, by name; none: the provider is off. */
  readonly secretsOf: (provider: string) => readonly string[];
  readonly clock: Clock;
  /** Called after each delivery that the loop has to read. */
  readonly onStored?: () => void;
  readonly onReport?: (report: WebhookReport) => void;
  /**
   * Complete requests being stored at once, 512 by default; above it the answer is 503. Each may hold 512 KB. One whose
   * body is still coming in does not count, or slow clients would take all places.
   */
  readonly maxInFlight?: number;
}

export interface Receiver {
  /** Answers 2xx only for what is durable. Rejects only when `rawBody` does. */
  readonly receive: (request: WebhookRequest) => Promise<WebhookAnswer>;
  /** Stores what is under way. */
  readonly stop: () => Promise<void>;
}

/** A signed body that a provider's adapter failed on: by design it keeps, answers 2xx and waits for a person. */
const unreadable = (provider: string, rawBody: string, now: Instant): Admission => {
  const eventId = `sha256:${createHash('sha256').update(rawBody).digest('hex')}`;
  const keys = { provider, merchant: '', mode: 'test', customer: null, objects: [], eventId } as const;
  const error = `The ${provider} adapter failed on this body. It is kept; replay it when the adapter is mended.`;
  return { end: 'dead_letter', keys: { ...keys, eventType: 'unknown', occurredAt: now }, error };
};

const admit = (provider: Provider, rawBody: string, now: Instant): Admission => {
  try {
    return provider.admit(rawBody, now);
  } catch {
    return unreadable(provider.name, rawBody, now);
  }
};

/** The reason of a refusal, or null. A verifier that throws refuses: a malformed header is no fault of the server. */
const refusalOf = (provider: Provider, input: VerifyInput): string | null => {
  try {
    const verification = provider.verify(input);
    return verification.ok ? null : verification.reason;
  } catch {
    return 'the signature could not be read';
  }
};

/**
 * A genuine body as it is to be stored: under which keys, and whether the loop has to read it. Also what a replay of a
 * dead letter asks again, after the adapter was mended. Never throws.
 */
export const toDelivery = (
  provider: Provider,
  rawBody: string,
  receivedAt: Instant,
  source: DeliverySource = 'webhook',
): NewDelivery => {
  const admission = admit(provider, rawBody, receivedAt);
  const delivery = { keys: admission.keys, source, rawBody, receivedAt, detail: null };
  switch (admission.end) {
    case 'unread':
      return { ...delivery, end: 'unread' };
    case 'look_up':
      return { ...delivery, end: 'unread', lookUp: JSON.stringify(admission.thin) };
    case 'ignored':
      return { ...delivery, end: 'ignored', detail: admission.reason };
    case 'dead_letter':
      return { ...delivery, end: 'dead_letter', detail: admission.error };
  }
};

const JSON_HEADERS = { 'content-type': 'application/json; charset=utf-8' } as const;
/** The sender tries again by itself; this keeps it from trying at once. */
const UNAVAILABLE: WebhookAnswer = {
  status: 503,
  headers: { ...JSON_HEADERS, 'retry-after': '30' },
  body: '{"error":"The webhook was not stored. Send it again later."}',
};
/** One answer for whatever is wrong with a signature: the difference would help only who forges one. */
const REFUSED: WebhookAnswer = { status: 400, headers: JSON_HEADERS, body: '{"error":"The signature is not valid."}' };
const OFF: WebhookAnswer = { status: 404, headers: JSON_HEADERS, body: '{"error":"Not found."}' };
const RECEIVED: WebhookAnswer = { status: 200, headers: JSON_HEADERS, body: '{"received":true}' };

const ANSWERS: Readonly<Record<WebhookOutcome, WebhookAnswer>> = {
  stored: RECEIVED,
  duplicate: RECEIVED,
  ignored: RECEIVED,
  dead_letter: RECEIVED,
  refused: REFUSED,
  busy: UNAVAILABLE,
  failed: UNAVAILABLE,
  off: OFF,
};

type Handled = Omit<WebhookReport, 'provider'>;

export const makeReceiver = (options: ReceiverOptions): Receiver => {
  const { store, clock, secretsOf, onStored, onReport, maxInFlight = 512 } = options;
  const providers = new Map(options.providers.map((provider) => [provider.name, provider]));
  const group = makeGroupCommit(store.accept);
  let inFlight = 0;

  const storeDelivery = async (delivery: NewDelivery): Promise<Handled> => {
    const { keys } = delivery;
    try {
      const acceptance = await group.add(delivery);
      if (acceptance === 'duplicate') return { outcome: 'duplicate', reason: null, keys };
      if (acceptance === 'erased') return { outcome: 'ignored', reason: 'erased', keys: { ...keys, customer: null } };
      if (delivery.end === 'unread') onStored?.();
      return { outcome: delivery.end === 'unread' ? 'stored' : delivery.end, reason: null, keys };
    } catch (error) {
      return { outcome: 'failed', reason: null, keys, error };
    }
  };

  const handle = async (
    provider: Provider,
    { headers, rawBody }: { readonly headers: WebhookRequest['headers']; readonly rawBody: Uint8Array },
  ): Promise<Handled> => {
    const secrets = secretsOf(provider.name);
    const now = clock.now();
    const reason = refusalOf(provider, { rawBody, headers, secrets, now });
    if (reason !== null) return { outcome: 'refused', reason };
    const text = Buffer.from(rawBody.buffer, rawBody.byteOffset, rawBody.byteLength).toString('utf8');
    return storeDelivery(toDelivery(provider, text, now));
  };

  /** Holds a place from the moment at which the body is complete. */
  const inPlace = async (provider: Provider, request: WebhookRequest): Promise<Handled> => {
    const { headers } = request;
    const rawBody = typeof request.rawBody === 'function' ? await request.rawBody() : request.rawBody;
    if (rawBody === null || inFlight >= maxInFlight) return { outcome: 'busy', reason: null };
    inFlight += 1;
    try {
      return await handle(provider, { headers, rawBody });
    } finally {
      inFlight -= 1;
    }
  };

  const answer = (report: WebhookReport): WebhookAnswer => {
    onReport?.(report);
    return ANSWERS[report.outcome];
  };

  return {
    receive: async (request) => {
      const provider = providers.get(request.provider);
      if (provider === undefined || secretsOf(provider.name).length === 0)
        return answer({ provider: 'other', outcome: 'off', reason: null });
      return answer({ provider: provider.name, ...(await inPlace(provider, request)) });
    },
    stop: group.drain,
  };
};
