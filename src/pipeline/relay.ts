import type { Log } from '../config/log.ts';
import type { Mode } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import type { Policy } from '../domain/policy.ts';
import type { Provider } from '../providers/provider.ts';
import { type Deliverer, makeDeliverer } from './deliver.ts';
import { runDue, type World } from './loop.ts';
import type { Channel, Clock, SegmentSink, Store } from './ports.ts';
import { makeReceiver, type Receiver, type WebhookReport } from './receive.ts';
import { makeRules, rulesetJson } from './rules.ts';
import { makeWorker } from './worker.ts';

export interface RelayOptions {
  readonly store: Store;
  readonly policy: Policy;
  /** Prefix of every id that leaves. */
  readonly namespace: string;
  readonly providers: Readonly<Record<string, Provider>>;
  /** Identifies the code that decides. */
  readonly code: string;
  readonly secretsOf: (provider: string) => readonly string[];
  /** Null: nothing leaves. */
  readonly segment: SegmentSink | null;
  readonly recorder: SegmentSink;
  /** Test-mode facts go where live ones go. */
  readonly deliverTestMode: boolean;
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly log: Log;
  readonly onReport?: (report: WebhookReport) => void;
  /** Told what the store threw when a webhook or a decision could not be stored. */
  readonly onStoreFault?: (error: unknown) => void;
  /** Told after each commit, with the number of profiles decided. */
  readonly onCommit?: (profiles: number) => void;
}

/** The pipeline with its steps joined: what is received wakes the loop, what is decided wakes the deliverer. */
export interface Relay {
  readonly receiver: Receiver;
  /** One bounded piece of the loop by hand, for a virtual clock; answers how many profiles were decided. */
  readonly runDue: (now: Instant) => Promise<number>;
  readonly deliverDue: Deliverer['deliverDue'];
  /** Saves the ruleset and starts the loop and the deliverer. */
  readonly start: () => Promise<void>;
  /** Lets what is under way end; begins nothing new. The store and the sinks stay open. */
  readonly stop: () => Promise<void>;
}

const makeChannelFor =
  ({ segment, deliverTestMode }: RelayOptions): ((mode: Mode) => Channel) =>
  (mode) =>
    segment !== null && (mode === 'live' || deliverTestMode) ? 'segment' : 'recorder';

export const makeRelay = (options: RelayOptions): Relay => {
  const { store, providers, clock, log } = options;
  const rules = makeRules(options);
  const world: World = { store, rules, providers, channelFor: makeChannelFor(options) };
  const deliverer = makeDeliverer({ ...options, sink: options.segment });
  const worker = makeWorker({
    ...world,
    clock,
    onCommit: (profiles) => {
      options.onCommit?.(profiles);
      deliverer.wake();
    },
    onError: (error) => {
      log.error({ error }, 'the loop could not commit; nothing is lost and it is tried again');
      options.onStoreFault?.(error);
    },
  });
  const receiver = makeReceiver({
    ...options,
    providers: Object.values(providers),
    onStored: worker.wake,
    onReport: (report) => {
      options.onReport?.(report);
      if (report.outcome === 'failed') options.onStoreFault?.(report.error);
    },
  });

  return {
    receiver,
    runDue: (now) => runDue(world, now),
    deliverDue: deliverer.deliverDue,
    start: async () => {
      await store.saveRuleset(rules.hash, rulesetJson(options), clock.now());
      // A store that has only observed owes Segment the present state of people in dunning.
      if (options.segment !== null) await store.wakeForEnforce(clock.now());
      worker.start();
      deliverer.start();
    },
    stop: async () => {
      await Promise.all([receiver.stop(), worker.stop(), deliverer.stop()]);
    },
  };
};
