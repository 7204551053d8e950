import { AUDIENCES } from '../../audiences/index.ts';
import { SILENT_LOG } from '../../src/config/log.ts';
import { HOUR_MS, type Instant, instant, plus } from '../../src/domain/instant.ts';
import { makeEngine } from '../../src/pipeline/engine.ts';
import type { SegmentCall, SegmentSink, Store } from '../../src/pipeline/ports.ts';
import { toDelivery } from '../../src/pipeline/receive.ts';
import { PROVIDERS } from '../../src/providers/index.ts';
import { stripe } from '../../src/providers/stripe/stripe.ts';
import { makeRecorderSink } from '../../src/segment/recorder-sink.ts';
import { type LifecycleName, lifecycle } from '../../src/simulate/lifecycles.ts';
import { DEFAULT_POLICY } from '../default-policy.ts';

export const START = instant(Date.UTC(2026, 10, 1, 12));

/** The bodies of a live customer's webhooks that happen in hours `from <= h < to` after `START`. */
export const webhooksOf = (name: LifecycleName, person: string, from: number, to: number): readonly string[] =>
  lifecycle(name, {
    account: { shape: 'basil', livemode: true, customer: `cus_${person}`, userId: person, priceId: 'price_pro' },
    startsAt: START,
  })
    .filter(({ atMs }) => atMs >= from * HOUR_MS && atMs < to * HOUR_MS)
    .map(({ event }) => JSON.stringify(event));

/** A relay on a clock that moves by hand. `segment` false: it observes. */
export const makeJourney = (store: Store, namespace: string, options: { segment: boolean; at?: Instant }) => {
  let now = options.at ?? START;
  const world = { down: false };
  const heard: SegmentCall[] = [];
  const sink: SegmentSink = {
    name: 'segment',
    send: async (calls) => {
      if (world.down) return calls.map(() => ({ result: 'retry', at: plus(now, HOUR_MS), reason: 'HTTP 503' }));
      heard.push(...calls);
      return calls.map(() => ({ result: 'delivered' }));
    },
    close: async () => {},
  };
  const engine = makeEngine({
    store,
    segment: options.segment ? sink : null,
    policy: DEFAULT_POLICY,
    audiences: AUDIENCES,
    tools: [],
    namespace,
    providers: PROVIDERS,
    recorder: makeRecorderSink(),
    deliverTestMode: false,
    clock: { now: () => now },
    random: () => 0.5,
    log: SILENT_LOG,
  });
  const settle = async (): Promise<void> => {
    while ((await engine.runDue(now)) > 0);
    while ((await engine.deliverDue(now)).settled > 0);
  };
  return {
    world,
    /** What Segment took, in order. */
    heard,
    now: (): Instant => now,
    receive: (bodies: readonly string[]) => store.accept(bodies.map((body) => toDelivery(stripe, body, now))),
    letHoursPass: async (hours: number): Promise<void> => {
      for (let hour = 0; hour < hours; hour += 1) {
        now = plus(now, HOUR_MS);
        await settle();
      }
    },
  };
};
