import { AUDIENCES } from '../../audiences/index.ts';
import type { Instant } from '../../src/domain/instant.ts';
import { makeDeliverer } from '../../src/pipeline/deliver.ts';
import { runDue } from '../../src/pipeline/loop.ts';
import type { SegmentCall, SegmentSink, Store } from '../../src/pipeline/ports.ts';
import { makeReceiver } from '../../src/pipeline/receive.ts';
import { makeRules, rulesetJson } from '../../src/pipeline/rules.ts';
import { stripe } from '../../src/providers/stripe/stripe.ts';
import { makeRecorderSink } from '../../src/segment/recorder-sink.ts';
import type { SimulatedDelivery } from '../../src/simulate/model.ts';
import { makeVirtualClock, runTimeMachine, type TimeMachineResult } from '../../src/simulate/time-machine.ts';
import { openSqliteStore } from '../../src/store/sqlite/open.ts';
import { DEFAULT_POLICY } from '../default-policy.ts';

const SECRET = 'whsec_lifecycles';

export interface Played {
  readonly calls: readonly SegmentCall[];
  readonly result: TimeMachineResult;
  readonly store: Store;
}

export interface Book {
  readonly startsAt: Instant;
  readonly days: number;
  readonly deliveries: readonly SimulatedDelivery[];
  /** Where the store is kept; default in memory. */
  readonly path?: string;
  /** Takes the calls in the recorder's place. */
  readonly sink?: SegmentSink;
}

/** Plays the webhooks through the whole relay, from its front door to the recorder, in a store of its own. */
export const playThrough = async (input: Book, look: (played: Played) => Promise<void> | void): Promise<void> => {
  const clock = makeVirtualClock(input.startsAt);
  const store = openSqliteStore({ path: input.path ?? ':memory:', lock: false, busyTimeoutMs: 1_000 });
  const calls: SegmentCall[] = [];
  const providers = { stripe };
  const given = { namespace: 'test', policy: DEFAULT_POLICY, audiences: AUDIENCES, providers };
  const rules = makeRules(given);
  const receiver = makeReceiver({ store, providers: [stripe], secretsOf: () => [SECRET], clock });
  const deliverer = makeDeliverer({
    store,
    sink: null,
    recorder: input.sink ?? makeRecorderSink((call) => calls.push(call)),
    clock,
    random: () => 0.5,
    log: { warn: () => undefined, error: () => undefined },
  });
  const relay = {
    store,
    receiver,
    runDue: (now: Instant) =>
      runDue({ store, rules, providers, channelFor: () => 'recorder', toolsFor: () => [] }, now),
    deliverDue: deliverer.deliverDue,
  };
  try {
    await store.saveRuleset(rules.hash, rulesetJson(given), input.startsAt);
    const result = await runTimeMachine({ relay, clock, secret: SECRET, ...input });
    await look({ calls, result, store });
  } finally {
    await store.close();
  }
};
