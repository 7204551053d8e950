import { DatabaseSync } from 'node:sqlite';
import { makeStripeApi } from '../../src/billing-api/stripe-api.ts';
import { DAY_MS, type Instant, instant, plus } from '../../src/domain/instant.ts';
import { type BackfillEnd, runBackfill } from '../../src/pipeline/api/backfill.ts';
import type { BackfillRequest } from '../../src/pipeline/api/backfill-begin.ts';
import type { PageReport } from '../../src/pipeline/api/backfill-part.ts';
import type { Store } from '../../src/pipeline/ports.ts';
import { stripe as stripeProvider } from '../../src/providers/stripe/stripe.ts';
import { SUBSCRIBE_EVENTS } from '../../src/providers/stripe/subscribe.ts';
import type { StripeBook, StripeStandIn } from '../../src/simulate/vendors/stripe.ts';
import { startStripeStandIn } from '../../src/simulate/vendors/stripe.ts';
import { openSqliteStore } from '../../src/store/sqlite/open.ts';

/** When the backfills of the tests run. */
export const NOW: Instant = instant(Date.UTC(2026, 5, 1));
const KEY = 'rk_test_backfill';

export interface BackfillRig {
  readonly stripe: StripeStandIn;
  readonly store: Store;
  /** The instants until which it slept. */
  readonly slept: readonly Instant[];
  readonly pages: readonly PageReport[];
  /** Runs one backfill of 90 days. `stopAfter`: it is told to stop after so many pages of this run. */
  readonly run: (request?: Partial<BackfillRequest>, limits?: { readonly stopAfter?: number }) => Promise<BackfillEnd>;
  readonly close: () => Promise<void>;
}

interface RigOptions {
  readonly book: StripeBook;
  readonly connected?: Readonly<Record<string, StripeBook>>;
  readonly key?: string;
  /** In place of a store in memory. */
  readonly store?: Store;
  readonly wrap?: (store: Store) => Store;
}

/** A backfill of a stand-in over HTTP into a real store, on a clock that stands but for what it sleeps. */
export const backfillRig = async (options: RigOptions): Promise<BackfillRig> => {
  const { book, connected = {}, key = KEY, wrap = (store) => store } = options;
  const stripe = await startStripeStandIn({ apiKey: KEY, book, connected });
  const store = options.store ?? openSqliteStore({ path: ':memory:', lock: false, busyTimeoutMs: 1_000 });
  const slept: Instant[] = [];
  const pages: PageReport[] = [];
  let now = NOW;
  const clock = { now: () => now };
  const sleepUntil = async (at: Instant): Promise<void> => {
    slept.push(at);
    if (at > now) now = at;
  };
  const dials = { apiKey: key, base: stripe.url, requestsPerSecond: 1_000, clock, sleepUntil, random: () => 0.5 };
  const api = makeStripeApi(dials);
  return {
    stripe,
    store,
    slept,
    pages,
    run: (request = {}, { stopAfter = Number.POSITIVE_INFINITY } = {}) => {
      const stop = new AbortController();
      let left = stopAfter;
      return runBackfill({
        request: {
          merchant: '',
          sinceText: '90d',
          since: plus(NOW, -90 * DAY_MS),
          emit: 'none',
          again: false,
          ...request,
        },
        api,
        store: wrap(store),
        provider: stripeProvider,
        eventTypes: SUBSCRIBE_EVENTS,
        clock,
        sleepUntil,
        signal: stop.signal,
        onPage: (report) => {
          pages.push(report);
          left -= 1;
          if (left <= 0) stop.abort();
        },
      });
    },
    close: async () => {
      await api.close();
      await stripe.close();
      await store.close();
    },
  };
};

export interface StoredDelivery {
  readonly eventId: string;
  readonly type: string;
  readonly source: string;
  readonly ending: string;
  readonly customer: string | null;
  readonly merchant: string;
  readonly occurredAt: number;
  readonly body: string;
}

const DELIVERIES = `SELECT event_id AS eventId, event_type AS type, source, ending, customer, d.merchant,
  occurred_at AS occurredAt, raw_body AS body
  FROM deliveries d JOIN delivery_bodies b ON b.delivery_seq = d.seq LEFT JOIN customers c ON c.id = d.customer_id
  ORDER BY event_id`;

/** Everything that a store on disk holds of deliveries, in order of their event ids. */
export const deliveriesIn = (path: string): readonly StoredDelivery[] => {
  const db = new DatabaseSync(path, { readOnly: true });
  try {
    return db.prepare(DELIVERIES).all() as unknown as readonly StoredDelivery[];
  } finally {
    db.close();
  }
};
