import type { Mode } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import { type Deliverer, type DelivererOptions, makeDeliverer } from './deliver.ts';
import { runDue, type World } from './loop.ts';
import type { Channel, SegmentSink, Store } from './ports.ts';
import { makeRules, type RulesInput, rulesetJson } from './rules.ts';
import { makeWorker } from './worker.ts';

export interface EngineOptions extends RulesInput, Omit<DelivererOptions, 'store' | 'sink'> {
  readonly store: Store;
  /** Null: nothing leaves. */
  readonly segment: SegmentSink | null;
  /** Test-mode facts go where live ones go. */
  readonly deliverTestMode: boolean;
  /** Told what the store threw when a decision could not be stored. */
  readonly onStoreFault?: (error: unknown) => void;
  /** Told after each commit, with the number of profiles decided. */
  readonly onCommit?: (profiles: number) => void;
}

/** What runs behind the door: the loop, and the deliverer that it wakes. */
export interface Engine {
  /** A delivery was stored. */
  readonly wake: () => void;
  /** One bounded piece of the loop by hand, for a virtual clock; answers how many profiles were decided. */
  readonly runDue: (now: Instant) => Promise<number>;
  readonly deliverDue: Deliverer['deliverDue'];
  /** Saves the ruleset and starts the loop and the deliverer. */
  readonly start: () => Promise<void>;
  /** Lets what is under way end; begins nothing new. The store and the sinks stay open. */
  readonly stop: () => Promise<void>;
}

const channelFor =
  ({ segment, deliverTestMode }: EngineOptions) =>
  (mode: Mode): Channel =>
    segment !== null && (mode === 'live' || deliverTestMode) ? 'segment' : 'recorder';

/** Joins the loop and the deliverer over one store. */
export const makeEngine = (options: EngineOptions): Engine => {
  const { store, providers, clock, log } = options;
  const rules = makeRules(options);
  const world: World = { store, rules, providers, channelFor: channelFor(options) };
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
  return {
    wake: worker.wake,
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
      await Promise.all([worker.stop(), deliverer.stop()]);
    },
  };
};
