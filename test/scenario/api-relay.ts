import { AUDIENCES } from '../../audiences/index.ts';
import { makeStripeApi } from '../../src/billing-api/stripe-api.ts';
import { type Instant, MINUTE_MS, plus, SECOND_MS } from '../../src/domain/instant.ts';
import type { Policy } from '../../src/domain/policy.ts';
import type { ApiCounts } from '../../src/pipeline/api/api-ports.ts';
import { type ApiRunners, makeApiRunners } from '../../src/pipeline/api/runners.ts';
import { runDue, type World } from '../../src/pipeline/loop.ts';
import type { ProfileRecord, SegmentCall, Store } from '../../src/pipeline/ports.ts';
import { toDelivery } from '../../src/pipeline/receive.ts';
import { makeRules } from '../../src/pipeline/rules.ts';
import { EVENT_TYPES } from '../../src/providers/stripe/event-types.ts';
import { SUBSCRIBE_EVENTS, stripe } from '../../src/providers/stripe/stripe.ts';
import {
  type MemoryBook,
  makeMemoryBook,
  type StripeStandIn,
  startStripeStandIn,
} from '../../src/simulate/vendors/stripe.ts';
import { openStore } from '../../src/store/index.ts';
import { DEFAULT_POLICY } from '../default-policy.ts';

/** A relay that may ask Stripe: real store, loop and client, a stand-in of the API, and a clock that the caller moves. */
export interface ApiRelay {
  readonly book: MemoryBook;
  readonly connected: Readonly<Record<string, MemoryBook>>;
  readonly standIn: StripeStandIn;
  readonly store: Store;
  readonly now: () => Instant;
  /** A webhook comes in and what is due is decided. */
  readonly receive: (...bodies: readonly object[]) => Promise<void>;
  /** Lets time pass second by second, or in larger steps; loop, look-ups and reconciler run at each. */
  readonly pass: (ms: number, stepMs?: number) => Promise<void>;
  /** Another process takes over: what was in memory is gone. `apiKey` null: from now on there is none. */
  readonly restart: (apiKey?: string | null) => void;
  readonly calls: () => Promise<readonly SegmentCall[]>;
  readonly profile: (id: string) => Promise<ProfileRecord | undefined>;
  readonly counts: () => Promise<ApiCounts>;
  /** Lines of the log, with what they say. */
  readonly said: readonly string[];
  readonly close: () => Promise<void>;
}

export interface ApiRelayOptions {
  readonly startAt: Instant;
  readonly apiKey?: string | null;
  readonly policy?: Partial<Policy>;
  readonly merchants?: readonly string[];
}

export const LIVE_KEY = 'rk_live_standin';
const ALL = { calls: 1_000_000, bytes: 1e12 };

export const openApiRelay = async (options: ApiRelayOptions): Promise<ApiRelay> => {
  const policy = { ...DEFAULT_POLICY, ...options.policy };
  const book = makeMemoryBook();
  const connected = Object.fromEntries((options.merchants ?? []).map((id) => [id, makeMemoryBook()]));
  const standIn = await startStripeStandIn({ apiKey: LIVE_KEY, book, connected });
  const store = await openStore('sqlite::memory:', { lock: false, namespace: 'test' });
  const said: string[] = [];
  const write = (details: object, message: string): void => void said.push(`${message} ${JSON.stringify(details)}`);
  let now = options.startAt;
  const clock = { now: () => now };
  const world: World = {
    store,
    rules: makeRules({ policy, namespace: 'test', audiences: AUDIENCES, providers: { stripe } }),
    providers: { stripe },
    channelFor: () => 'segment',
    toolsFor: () => [],
  };
  const openApi = (apiKey: string | null) =>
    apiKey === null
      ? null
      : makeStripeApi({
          apiKey,
          base: standIn.url,
          requestsPerSecond: 1_000,
          clock,
          random: () => 0.5,
          // Waiting is what the caller does: a call is made at once, or not before its pause is over.
          sleepUntil: async (at) => {
            if (at > now) now = at;
          },
        });
  const join = (apiKey: string | null): ApiRunners =>
    makeApiRunners({
      store,
      api: openApi(apiKey),
      provider: stripe,
      eventTypes: SUBSCRIBE_EVENTS,
      isEventType: (type) => Object.hasOwn(EVENT_TYPES, type),
      policy,
      clock,
      random: () => 0.5,
      log: { warn: write, error: write },
      onStored: () => undefined,
    });
  let runners = join(options.apiKey === undefined ? LIVE_KEY : options.apiKey);

  const decideAll = async (): Promise<void> => {
    while ((await runDue(world, now)) > 0);
  };
  const lookUpAll = async (): Promise<void> => {
    for (;;) {
      const { ended } = await runners.lookUpDue(now);
      await decideAll();
      if (ended === 0) return;
    }
  };
  const reconcileAll = async (): Promise<void> => {
    for (let at: Instant | undefined = now; at !== undefined && at <= now; )
      at = (await runners.reconcileDue(now))?.nextAt;
  };

  return {
    book,
    connected,
    standIn,
    store,
    now: clock.now,
    said,
    receive: async (...bodies) => {
      await store.accept(bodies.map((body) => toDelivery(stripe, JSON.stringify(body), now)));
      await decideAll();
    },
    pass: async (ms, stepMs = SECOND_MS) => {
      const until = plus(now, ms);
      while (now < until) {
        now = plus(now, Math.min(stepMs, until - now));
        await reconcileAll();
        await decideAll();
        await lookUpAll();
      }
    },
    restart: (apiKey = LIVE_KEY) => {
      runners = join(apiKey);
    },
    calls: async () => (await store.nextCalls({ channel: 'segment', ...ALL })).map(({ call }) => call),
    profile: async (id) => (await store.findProfiles(id))[0],
    counts: store.apiCounts,
    close: async () => {
      await store.close();
      await standIn.close();
    },
  };
};

/** The thin notice of a full event, as an event destination sends it: what happened to which object, and nothing of it. */
export const thinOf = (
  event: {
    readonly id: string;
    readonly type: string;
    readonly created: number;
    readonly livemode: boolean;
    readonly data: { readonly object: Readonly<Record<string, unknown>> };
  },
  { named = true, type = event.type, merchant }: { named?: boolean; type?: string; merchant?: string } = {},
) => {
  const { id, object } = event.data.object;
  return {
    id: `evt_thin_${event.id}`,
    object: 'v2.core.event',
    type: `v1.${type}`,
    created: new Date(event.created * SECOND_MS + 321).toISOString(),
    livemode: event.livemode,
    context: merchant ?? null,
    reason: null,
    related_object: { id, type: object, url: `/v1/${object}s/${id}` },
    ...(named ? { snapshot_event: event.id } : {}),
  };
};

export const ROUND_MS = 5 * MINUTE_MS;
