import { AUDIENCES } from '../../audiences/index.ts';
import { SILENT_LOG } from '../../src/config/log.ts';
import { HOUR_MS, type Instant, MINUTE_MS, plus } from '../../src/domain/instant.ts';
import type { Policy } from '../../src/domain/policy.ts';
import { makeEngine } from '../../src/pipeline/engine.ts';
import type { SegmentCall, SegmentSink, Store } from '../../src/pipeline/ports.ts';
import { toDelivery } from '../../src/pipeline/receive.ts';
import { PROVIDERS } from '../../src/providers/index.ts';
import { stripe } from '../../src/providers/stripe/stripe.ts';
import { makeRecorderSink } from '../../src/segment/recorder-sink.ts';
import { customerCreated } from '../../src/simulate/stripe-customers.ts';
import { DEFAULT_POLICY } from '../default-policy.ts';
import { START, webhooksOf } from './relay-journey.ts';

export const BRAKES: Policy['brakes'] = { entriesPerDay: 3, shareAtOnce: 0.1, withinMs: HOUR_MS, fromPeople: 20 };

/** The whole engine on a clock that moves by hand, over brakes that engage at a tenth of twenty people. */
export const makeBrakesRelay = (store: Store, brakes: Policy['brakes'] = BRAKES) => {
  let now: Instant = START;
  const heard: SegmentCall[] = [];
  const warned: string[] = [];
  const sink: SegmentSink = {
    name: 'segment',
    send: async (calls) => {
      heard.push(...calls);
      return calls.map(() => ({ result: 'delivered' }));
    },
    close: async () => {},
  };
  const start = (segment: SegmentSink | null) =>
    makeEngine({
      store,
      segment,
      policy: { ...DEFAULT_POLICY, brakes },
      audiences: AUDIENCES,
      tools: [],
      namespace: 'test',
      providers: PROVIDERS,
      recorder: makeRecorderSink(),
      deliverTestMode: false,
      clock: { now: () => now },
      random: () => 0.5,
      log: { ...SILENT_LOG, warn: (_, message) => warned.push(message) },
    });
  let engine = start(sink);
  const settle = async (): Promise<void> => {
    for (let quiet = false; !quiet; ) {
      quiet = (await engine.runDue(now)) === 0 && (await engine.deliverDue(now)).settled === 0;
    }
  };
  return {
    heard,
    warned,
    now: () => now,
    switchTo: async (mode: 'observe' | 'enforce') => {
      engine = start(mode === 'enforce' ? sink : null);
      await store.noteMode(mode, now);
      if (mode === 'enforce') await store.wakeForEnforce(now);
      await settle();
    },
    pass: async (ms: number, stepMs = MINUTE_MS) => {
      for (const end = plus(now, ms); now < end; ) {
        now = plus(now, stepMs);
        await settle();
      }
    },
    hear: async (
      name: Parameters<typeof webhooksOf>[0],
      people: readonly string[],
      hours: readonly [number, number],
    ) => {
      const bodies = people.flatMap((person) => webhooksOf(name, person, ...hours));
      await store.accept(bodies.map((body) => toDelivery(stripe, body, now)));
      await settle();
    },
    viewOf: async (person: string) => JSON.parse((await store.findProfiles(person))[0]?.view ?? '{}'),
    traitsOf: async (person: string) => JSON.parse((await store.findProfiles(person))[0]?.view ?? '{}').traits,
  };
};

export type BrakesRelay = ReturnType<typeof makeBrakesRelay>;

/** `n` people by name. */
export const named = (prefix: string, n: number): readonly string[] =>
  Array.from({ length: n }, (_, index) => `${prefix}_${index}`);

/** Who Segment heard entered or exited which audience, in order; that of the suppressed is no messaging audience. */
export const moved = (calls: readonly SegmentCall[], event: 'entered' | 'exited'): readonly string[] =>
  calls
    .filter((call) => call.event === (event === 'entered' ? 'Audience Entered' : 'Audience Exited'))
    .map((call) => `${call.userId} ${call.properties?.audience_key}`)
    .filter((told) => !told.endsWith(' suppressed'));

/** Makes people known who never owed anything. */
export const knowCalm = async (store: Store, n: number): Promise<void> => {
  const bodies = named('calm', n).map((person) =>
    JSON.stringify(
      customerCreated(
        { shape: 'basil', livemode: true, customer: `cus_${person}`, userId: person, priceId: 'price_pro' },
        { at: START },
      ),
    ),
  );
  await store.accept(bodies.map((body) => toDelivery(stripe, body, START)));
};
