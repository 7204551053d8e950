import { setTimeout as sleep } from 'node:timers/promises';
import { makeStripeApi } from '../src/billing-api/stripe-api.ts';
import { DAY_MS, instant, plus } from '../src/domain/instant.ts';
import { runBackfill } from '../src/pipeline/api/backfill.ts';
import { stripe } from '../src/providers/stripe/stripe.ts';
import { SUBSCRIBE_EVENTS } from '../src/providers/stripe/subscribe.ts';
import { openStore } from '../src/store/index.ts';

/** What a backfill tells the bench, after each page and at its end. */
export type BackfillWord =
  | { readonly kind: 'page'; readonly objects: number; readonly stored: number }
  | { readonly kind: 'end'; readonly result: string; readonly peakBytes: number; readonly cpuMs: number };

/** One backfill of the stand-in, as `recoup backfill stripe` runs it, until it ends or is killed. */
const clock = { now: () => instant(Date.now()) };
const since = plus(instant(Number(process.env.STRIPE_NOW)), -90 * DAY_MS);
const store = await openStore(process.env.DATABASE_URL ?? '', { lock: true, namespace: 'bench' });
const api = makeStripeApi({
  apiKey: process.env.STRIPE_API_KEY ?? '',
  base: process.env.STRIPE_URL ?? '',
  // What is measured is Recoup: Stripe itself allows 100 calls a second.
  requestsPerSecond: 100_000,
  clock,
});

const tell = (word: BackfillWord): void => void process.send?.(word);

const end = await runBackfill({
  request: { merchant: '', sinceText: '90d', since, emit: 'none', again: false },
  api,
  store,
  provider: stripe,
  eventTypes: SUBSCRIBE_EVENTS,
  clock,
  sleepUntil: (at) => sleep(Math.max(0, at - Date.now())),
  signal: new AbortController().signal,
  // Beside no relay it would only look in vain for one.
  onPage: ({ objects, stored }) => tell({ kind: 'page', objects, stored }),
});
const { user, system } = process.cpuUsage();
const peakBytes = process.resourceUsage().maxRSS * 1_024;
const result = 'reason' in end ? `${end.result}: ${end.reason}` : end.result;
tell({ kind: 'end', result, peakBytes, cpuMs: (user + system) / 1_000 });
await store.close();
await api.close();
process.disconnect?.();
