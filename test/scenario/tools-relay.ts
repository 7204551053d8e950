import { readFileSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { AUDIENCES } from '../../audiences/index.ts';
import { parsePolicy } from '../../src/config/policy.ts';
import { earliest, type Instant } from '../../src/domain/instant.ts';
import type { Policy } from '../../src/domain/policy.ts';
import { openTools } from '../../src/main-tools.ts';
import { type Engine, type EngineTool, makeEngine } from '../../src/pipeline/engine.ts';
import type { DeliverySource, SegmentCall, SegmentSink, Store } from '../../src/pipeline/ports.ts';
import { toDelivery } from '../../src/pipeline/receive.ts';
import { stripe } from '../../src/providers/stripe/stripe.ts';
import { makeRecorderSink } from '../../src/segment/recorder-sink.ts';
import { makeVirtualClock } from '../../src/simulate/time-machine.ts';
import { openStore } from '../../src/store/index.ts';
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
export interface ToolsRelay {
  readonly standIns: ToolStandIns;
  readonly store: Store;
  /** What Segment was told. */
  readonly segment: readonly SegmentCall[];
  readonly asked: readonly Asked[];
  /** Stores webhooks as the door would, decides, and sends nothing. */
  readonly take: (rawBodies: readonly string[], now: Instant, source?: DeliverySource) => Promise<void>;
  /** Decides and sends whatever is due. */
  readonly settle: (now: Instant) => Promise<void>;
  /** Wakes at every instant up to and including `until` at which something is due. */
  readonly passTime: (until: Instant) => Promise<void>;
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

/** Steps that one instant may take before it counts as a loop without end. */
const MAX_STEPS = 2_000;

const shippedPolicy = (): Policy => {
  const result = parsePolicy(readFileSync('policy.yaml', 'utf8'));
  if (!result.ok) throw new Error(result.errors.join('\n'));
  return result.value;
};

/** A relay on a store in memory, with the audiences and the policy that Recoup comes with. */
export const openToolsRelay = async (options: ToolsRelayOptions = {}): Promise<ToolsRelay> => {
  const clock = makeVirtualClock(DAY_0);
  const [standIns, store] = await Promise.all([
    startToolStandIns(clock.now),
    openStore('sqlite::memory:', { lock: false, namespace: 'test' }),
  ]);
  let policy: Policy = { ...shippedPolicy(), ...options.policy };
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
  /** When a deliverer wants to be called again; a commit wakes it. */
  let wantsAt: Instant | null = null;
  const asked: Asked[] = [];
  const noted = new Map<Vendor, number>();
  const noteRequests = (at: Instant): void => {
    for (const vendor of VENDORS) {
      const { length } = standIns.requestsTo(vendor);
      for (let request = noted.get(vendor) ?? 0; request < length; request += 1) asked.push({ vendor, at, request });
      noted.set(vendor, length);
    }
  };

  const decide = async (now: Instant): Promise<number> => {
    let decided = 0;
    for (let count = await engine.runDue(now); count > 0; count = await engine.runDue(now)) decided += count;
    return decided;
  };
  const settle = async (now: Instant): Promise<void> => {
    clock.moveTo(now);
    for (let steps = 0; steps < MAX_STEPS; steps += 1) {
      const decided = await decide(now);
      const step = await engine.deliverDue(now);
      wantsAt = step.nextAt;
      if (decided === 0 && step.settled === 0 && (wantsAt === null || wantsAt > now)) return noteRequests(now);
    }
    throw new Error(`no rest at ${new Date(now).toISOString()}`);
  };

  return {
    standIns,
    store,
    segment,
    asked,
    settle,
    take: async (rawBodies, now, source) => {
      clock.moveTo(now);
      await store.accept(rawBodies.map((rawBody) => toDelivery(stripe, rawBody, now, source)));
      if ((await decide(now)) > 0) wantsAt = now;
    },
    passTime: async (until) => {
      for (;;) {
        const next = earliest(await store.nextDueAt(), wantsAt);
        if (next === null || next > until) break;
        await settle(next > clock.now() ? next : clock.now());
      }
      clock.moveTo(until);
    },
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
      await settle(now);
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
