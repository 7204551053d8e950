import { setImmediate as nextTurn } from 'node:timers/promises';
import { AUDIENCES } from '../../audiences/index.ts';
import type { Instant } from '../../src/domain/instant.ts';
import type { Policy } from '../../src/domain/policy.ts';
import { openTools } from '../../src/main-tools.ts';
import { type Engine, type EngineTool, makeEngine } from '../../src/pipeline/engine.ts';
import type { SegmentCall, SegmentSink, Store } from '../../src/pipeline/ports.ts';
import { stripe } from '../../src/providers/stripe/stripe.ts';
import { makeRecorderSink } from '../../src/segment/recorder-sink.ts';
import { makeVirtualClock } from '../../src/simulate/time-machine.ts';
import { openStore } from '../../src/store/index.ts';
import { readShippedPolicy } from '../shipped-policy.ts';
import { type Driven, drive } from './drive.ts';
import { DAY_0 } from './harness.ts';
import { startToolStandIns, type ToolStandIns, VENDORS, type Vendor } from './tools-stand-ins.ts';

/** How the relay is started anew; what is not named stays as it was. */
export interface Release {
  /** Vendors with credentials. */
  readonly live?: readonly Vendor[];
  readonly segmentIsLive?: boolean;
  /** Over the policy of before. */
  readonly policy?: Partial<Policy>;
}

/** When a vendor was asked something: which of its requests, and on the relay's clock. */
export interface Asked {
  readonly vendor: Vendor;
  readonly at: Instant;
  /** Index of the request among those to the vendor. */
  readonly request: number;
}

/** The whole relay behind its door, joined with a stand-in of every tool, on a clock that only the caller moves. */
export interface ToolsRelay extends Driven {
  readonly standIns: ToolStandIns;
  readonly store: Store;
  /** What Segment was told. */
  readonly segment: readonly SegmentCall[];
  readonly asked: readonly Asked[];
  /** Stops and starts, as a release does. Vendors without credentials are recorded. */
  readonly restart: (now: Instant, next: Release) => Promise<void>;
  /** Sends what one tool is owed, dies before an answer comes to the request that meets a fault, and is started again. */
  readonly dieSendingTo: (tool: string, vendor: Vendor, now: Instant) => Promise<void>;
  readonly close: () => Promise<void>;
}

export interface ToolsRelayOptions {
  /** Over the policy that Recoup comes with. */
  readonly policy?: Partial<Policy>;
  /** Vendors with credentials; all by default. */
  readonly live?: readonly Vendor[];
  /** Uniform in [0, 1), for the jitter of pauses. */
  readonly random?: () => number;
  /** False: Segment is recorded, as in observe mode. */
  readonly segmentIsLive?: boolean;
}

/** A relay on a store in memory, with the audiences and the policy that Recoup comes with. */
export const openToolsRelay = async (options: ToolsRelayOptions = {}): Promise<ToolsRelay> => {
  const clock = makeVirtualClock(DAY_0);
  const [standIns, store] = await Promise.all([
    startToolStandIns(clock.now),
    openStore('sqlite::memory:', { lock: false, namespace: 'test' }),
  ]);
  let policy: Policy = { ...readShippedPolicy(), ...options.policy };
  let live = options.live ?? VENDORS;
  let segmentIsLive = options.segmentIsLive ?? true;
  const segment: SegmentCall[] = [];
  const takesAll: SegmentSink = {
    name: 'segment',
    send: async (calls) => {
      segment.push(...calls);
      return calls.map(() => ({ result: 'delivered' }));
    },
    close: async () => {},
  };

  const makeTools = (): Promise<readonly EngineTool[]> => {
    const credentials = Object.fromEntries(live.map((vendor) => [vendor, standIns.credentials[vendor]]));
    return openTools({ clock, credentials, policy });
  };
  const makeOne = (tools: readonly EngineTool[]): Engine =>
    makeEngine({
      store,
      clock,
      policy,
      audiences: AUDIENCES,
      providers: { stripe },
      namespace: 'test',
      random: options.random ?? (() => 0.5),
      log: { warn: () => {}, error: () => {} },
      segment: segmentIsLive ? takesAll : null,
      recorder: makeRecorderSink(),
      tools,
      deliverTestMode: false,
    });

  let tools = await makeTools();
  let engine = makeOne(tools);
  const asked: Asked[] = [];
  const noted = new Map<Vendor, number>();
  const noteRequests = (at: Instant): void => {
    for (const vendor of VENDORS) {
      const { length } = standIns.requestsTo(vendor);
      for (let request = noted.get(vendor) ?? 0; request < length; request += 1) asked.push({ vendor, at, request });
      noted.set(vendor, length);
    }
  };

  const driven = drive({ store, clock, engine: () => engine, onRest: noteRequests });

  return {
    standIns,
    store,
    segment,
    asked,
    ...driven,
    restart: async (now, next) => {
      live = next.live ?? live;
      segmentIsLive = next.segmentIsLive ?? segmentIsLive;
      policy = { ...policy, ...next.policy };
      tools = await makeTools();
      engine = makeOne(tools);
      if (segmentIsLive) await store.wakeForEnforce(now);
      // As `start` does: a stream is of what happens from now on.
      for (const { tool, live: sink, subject } of tools) {
        if (sink !== null && subject !== 'stream') await store.wakeForTool(tool, now);
      }
      await driven.settle(now);
    },
    dieSendingTo: async (key, vendor, now) => {
      clock.moveTo(now);
      const isSilent = (): boolean => standIns.requestsTo(vendor).some(({ status }) => status === null);
      let isIdle = false;
      // Its answer does not come while the test runs, so that the dead one has nothing to say.
      makeOne(tools.filter(({ tool }) => tool === key))
        .deliverDue(now)
        .catch(() => {})
        .finally(() => {
          isIdle = true;
        });
      while (!isSilent() && !isIdle) await nextTurn();
      if (isIdle) throw new Error(`${key} had nothing to send, or was answered`);
      engine = makeOne(tools);
      noteRequests(now);
    },
    close: async () => {
      await standIns.close();
      await store.close();
    },
  };
};
