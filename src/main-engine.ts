import { constants, setPriority } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { AUDIENCES } from '../audiences/index.ts';
import { type LogLevel, makeLog } from './config/log.ts';
import { type Instant, instant } from './domain/instant.ts';
import type { Policy } from './domain/policy.ts';
import { openTools, type ToolCredentials } from './main-tools.ts';
import type { BillingApi } from './pipeline/api/api-ports.ts';
import { makeApiRunners } from './pipeline/api/runners.ts';
import { makeEngine } from './pipeline/engine.ts';
import { toCallHappening, toToolHappening } from './pipeline/happenings.ts';
import type { Clock, SegmentSink } from './pipeline/ports.ts';
import { makeLeakWatch } from './pipeline/suppressions/watch-leaks.ts';
import { makeSweeper } from './pipeline/sweep.ts';
import { PROVIDERS } from './providers/index.ts';
import { EVENT_TYPES } from './providers/stripe/event-types.ts';
import { stripe } from './providers/stripe/stripe.ts';
import { SUBSCRIBE_EVENTS } from './providers/stripe/subscribe.ts';
import { makeRecorderSink } from './segment/recorder-sink.ts';
import { openStore } from './store/index.ts';
import { makeLiveFeed } from './thread/live-feed.ts';
import { type Notice, toFault } from './thread/messages.ts';
import { serve } from './thread/serve.ts';

/** The second composition root: what a running relay joins on the store's thread. `main.ts` starts it. */

export interface EngineData {
  readonly databaseUrl: string;
  readonly namespace: string;
  readonly policy: Policy;
  /** Identifies the code that decides. */
  readonly code: string;
  readonly deliverTestMode: boolean;
  readonly logLevel: LogLevel;
  /** Somebody watches what goes out. */
  readonly live?: boolean;
  /** Null: nothing leaves. */
  readonly segment: { readonly writeKey: string; readonly host: string } | null;
  readonly tools: ToolCredentials;
  /** Null: what Stripe's API would tell is waited for. */
  readonly stripeApi: { readonly apiKey: string; readonly base: string } | null;
}

const clock: Clock = { now: () => instant(Date.now()) };

const makeSegment = async (segment: EngineData['segment']): Promise<SegmentSink | null> => {
  if (segment === null) return null;
  const { makeSegmentSink } = await import('./segment/segment-sink.ts');
  return makeSegmentSink({ ...segment, clock, random: Math.random });
};

const openStripeApi = async ({ stripeApi, policy }: EngineData): Promise<BillingApi | null> => {
  if (stripeApi === null) return null;
  const { makeStripeApi } = await import('./billing-api/stripe-api.ts');
  // A pause that Stripe asked for must not keep a thread alive that was told to stop.
  const sleepUntil = (at: Instant): Promise<void> => delay(Math.max(0, at - clock.now()), undefined, { ref: false });
  return makeStripeApi({ ...stripeApi, requestsPerSecond: policy.stripe.requestsPerSecond, clock, sleepUntil });
};

const run = async (port: NonNullable<typeof parentPort>, data: EngineData): Promise<void> => {
  const tell = (notice: Notice): void => port.postMessage(notice);
  try {
    const store = await openStore(data.databaseUrl, { lock: true, namespace: data.namespace });
    const segment = await makeSegment(data.segment);
    const tools = await openTools({ clock, credentials: data.tools, policy: data.policy });
    const log = makeLog(data.logLevel);
    const feed = data.live ? makeLiveFeed(tell) : null;
    const engine = makeEngine({
      ...data,
      store,
      segment,
      tools,
      audiences: AUDIENCES,
      providers: PROVIDERS,
      recorder: makeRecorderSink(),
      clock,
      random: Math.random,
      log,
      onCommit: (profiles) => tell({ kind: 'decided', profiles }),
      onStoreFault: (error) => tell({ kind: 'store_fault', fault: toFault(error) }),
      ...(feed && {
        onSettled: (settled) => feed(settled.flatMap((each) => toCallHappening(each, clock.now()) ?? [])),
        onToolSettled: (settled) => feed(settled.flatMap((each) => toToolHappening(each, clock.now()) ?? [])),
      }),
    });
    const beside = [
      makeApiRunners({
        store,
        api: await openStripeApi(data),
        provider: stripe,
        eventTypes: SUBSCRIBE_EVENTS,
        isEventType: (type) => Object.hasOwn(EVENT_TYPES, type),
        policy: data.policy,
        clock,
        random: Math.random,
        log,
        onStored: engine.wake,
      }),
      makeLeakWatch({ store, clock, log }),
      makeSweeper({ store, retention: data.policy.retention, clock, log }),
    ];
    await engine.start();
    for (const { start } of beside) await start();
    const stop = async (): Promise<void> => {
      await Promise.all([engine.stop(), ...beside.map((runner) => runner.stop())]);
      await Promise.all([segment?.close(), ...tools.map(({ live }) => live?.close())]);
      await store.close();
    };
    serve(port, { store, onAccepted: engine.wake, stop });
    tell({ kind: 'ready' });
  } catch (error) {
    tell({ kind: 'refused', fault: toFault(error) });
  }
};

// On Linux this is about the calling thread alone. The door answers templates and webhooks; deciding can wait for it.
if (parentPort !== null && process.platform === 'linux') setPriority(0, constants.priority.PRIORITY_BELOW_NORMAL);

if (parentPort !== null) await run(parentPort, workerData as EngineData);
