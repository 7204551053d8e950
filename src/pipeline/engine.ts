import type { Subject } from '../destination-kit/record.ts';
import type { ToolSink } from '../destination-kit/sink.ts';
import type { ToolReader } from '../destination-kit/tool-reader.ts';
import type { Mode } from '../domain/ids.ts';
import { earliest, type Instant } from '../domain/instant.ts';
import { makeBrakeWatch } from './brakes/brake-watch.ts';
import { leaves, makeChannelFor } from './channel-for.ts';
import { type Deliverer, type DelivererOptions, type DeliveryStep, makeDeliverer } from './deliver.ts';
import { runDue, type World } from './loop.ts';
import type { SegmentSink, Store } from './ports.ts';
import { makeRules, type RulesInput, rulesetJson } from './rules.ts';
import { makeToolDeliverer, type ToolDeliverer, type ToolDelivererOptions } from './tools/deliver-tools.ts';
import type { ActiveTool } from './tools/tool-ports.ts';
import { withReadBack } from './verify/read-back-store.ts';
import { makeToolVerifier, type ToolVerifier, type VerifyStep } from './verify/verify-tools.ts';
import { makeWorker } from './worker.ts';

/** A tool as the engine runs it. */
export interface EngineTool {
  readonly tool: string;
  readonly subject: Subject;
  /** Names of its destinations in Segment, which must then not write beside us (semantics G2). */
  readonly segmentNames: readonly string[];
  /** Null: nothing leaves, the recorder takes its place. */
  readonly live: ToolSink | null;
  readonly recorder: ToolSink;
  /** Asks the live tool what it holds; absent or null: it is not read back. */
  readonly reader?: ToolReader | null;
}

export interface EngineOptions extends Omit<RulesInput, 'segmentNames'>, Omit<DelivererOptions, 'store' | 'sink'> {
  readonly store: Store;
  /** Null: nothing leaves. */
  readonly segment: SegmentSink | null;
  readonly tools: readonly EngineTool[];
  /** Test-mode facts go where live ones go. */
  readonly deliverTestMode: boolean;
  /** Told what the store threw when a decision could not be stored. */
  readonly onStoreFault?: (error: unknown) => void;
  /** Told after each commit, with the number of profiles decided. */
  readonly onCommit?: (profiles: number) => void;
  /** Told after the store knows what became of a tool's records. */
  readonly onToolSettled?: ToolDelivererOptions['onSettled'];
}

/** What runs behind the door: the loop, and the deliverers that it wakes. */
export interface Engine {
  /** A delivery was stored. */
  readonly wake: () => void;
  /** One bounded piece of the loop by hand, for a virtual clock; answers how many profiles were decided. */
  readonly runDue: (now: Instant) => Promise<number>;
  /** One step of the outbox and of each tool by hand. */
  readonly deliverDue: (now: Instant) => Promise<DeliveryStep>;
  /** One step of reading back each live tool by hand. */
  readonly verifyDue: (now: Instant) => Promise<VerifyStep>;
  /** Saves the ruleset and starts the loop and the deliverers. */
  readonly start: () => Promise<void>;
  /** Lets what is under way end; begins nothing new. The store and the sinks stay open. */
  readonly stop: () => Promise<void>;
}

const toolsFor =
  (options: EngineOptions) =>
  (mode: Mode): readonly ActiveTool[] =>
    options.tools.map(({ tool, subject, live }) => ({
      tool,
      subject,
      channel: live !== null && leaves(options, mode) ? 'live' : 'recorder',
    }));

const makeToolDeliverers = (options: EngineOptions): readonly ToolDeliverer[] =>
  options.tools.flatMap(({ live, recorder, reader }) => {
    const { store, clock, random, log, onToolSettled } = options;
    const told = onToolSettled === undefined ? {} : { onSettled: onToolSettled };
    const shared = { clock, random, log, ...told };
    const recording = makeToolDeliverer({ ...shared, store, sink: recorder, channel: 'recorder' });
    if (live === null) return [recording];
    const seen = reader ? withReadBack(store) : store;
    return [recording, makeToolDeliverer({ ...shared, store: seen, sink: live, channel: 'live' })];
  });

/** Of live tools alone: in place of a recorder nothing is held. */
const makeToolVerifiers = (options: EngineOptions, onDrift: () => void): readonly ToolVerifier[] =>
  options.tools.flatMap(({ live, reader }) => {
    if (live === null || !reader) return [];
    const { samplePerHour } = options.policy.verify;
    return [makeToolVerifier({ ...options, reader, samplePerHour, onDrift })];
  });

/** Joins the loop, the deliverers and those who read back over one store. */
export const makeEngine = (options: EngineOptions): Engine => {
  const { store, providers, clock, log, tools } = options;
  const liveTools = tools.filter(({ live }) => live !== null);
  const rules = makeRules({ ...options, segmentNames: liveTools.flatMap(({ segmentNames }) => segmentNames) });
  const world: World = { store, rules, providers, channelFor: makeChannelFor(options), toolsFor: toolsFor(options) };
  const deliverer: Deliverer = makeDeliverer({ ...options, sink: options.segment });
  const deliverers = [deliverer, ...makeToolDeliverers(options)];
  const wakeDeliverers = (): void => {
    for (const { wake } of deliverers) wake();
  };
  const verifiers = makeToolVerifiers(options, wakeDeliverers);
  const brakeWatch = makeBrakeWatch(store, log);
  const worker = makeWorker({
    ...world,
    clock,
    onCommit: (profiles) => {
      options.onCommit?.(profiles);
      wakeDeliverers();
      brakeWatch.look().catch((error) => log.error({ error }, 'the brake could not be looked at'));
    },
    onError: (error) => {
      log.error({ error }, 'the loop could not commit; nothing is lost and it is tried again');
      options.onStoreFault?.(error);
    },
  });
  return {
    wake: worker.wake,
    runDue: async (now) => {
      const decided = await runDue(world, now);
      if (decided > 0) await brakeWatch.look();
      return decided;
    },
    deliverDue: async (now) => {
      const steps = await Promise.all(deliverers.map(({ deliverDue }) => deliverDue(now)));
      const settled = steps.reduce((sum, step) => sum + step.settled, 0);
      return { settled, nextAt: earliest(...steps.map(({ nextAt }) => nextAt)) };
    },
    verifyDue: async (now) => {
      const steps = await Promise.all(verifiers.map(({ verifyDue }) => verifyDue(now)));
      const looked = steps.reduce((sum, step) => sum + step.looked, 0);
      return { looked, nextAt: earliest(...steps.map(({ nextAt }) => nextAt)) };
    },
    start: async () => {
      await store.saveRuleset(rules.hash, rulesetJson(options), clock.now());
      await store.noteMode(options.segment === null ? 'observe' : 'enforce', clock.now());
      await brakeWatch.look();
      // A store that has only observed owes Segment and the tools the present state of people in dunning.
      if (options.segment !== null) await store.wakeForEnforce(clock.now());
      // A stream is of what happens from now on.
      const owed = liveTools.filter(({ subject }) => subject !== 'stream');
      for (const { tool } of owed) await store.wakeForTool(tool, clock.now());
      worker.start();
      for (const { start } of [...deliverers, ...verifiers]) start();
    },
    stop: async () => {
      await Promise.all([worker.stop(), ...[...deliverers, ...verifiers].map(({ stop }) => stop())]);
    },
  };
};
