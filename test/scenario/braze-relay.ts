import { readFileSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { AUDIENCES } from '../../audiences/index.ts';
import { braze as tool } from '../../destinations/braze/index.ts';
import { parsePolicy } from '../../src/config/policy.ts';
import { makeActionsSink } from '../../src/destination-kit/actions-sink.ts';
import { makeRecorderSink as makeToolRecorder } from '../../src/destination-kit/recorder.ts';
import type { Instant } from '../../src/domain/instant.ts';
import { DAY_MS, earliest, plus } from '../../src/domain/instant.ts';
import type { Policy } from '../../src/domain/policy.ts';
import type { Engine } from '../../src/pipeline/engine.ts';
import { makeEngine } from '../../src/pipeline/engine.ts';
import type { SegmentSink, Store } from '../../src/pipeline/ports.ts';
import { toDelivery } from '../../src/pipeline/receive.ts';
import type { ToolState } from '../../src/pipeline/tools/tool-ports.ts';
import { stripe } from '../../src/providers/stripe/stripe.ts';
import { makeRecorderSink } from '../../src/segment/recorder-sink.ts';
import { makeVirtualClock } from '../../src/simulate/time-machine.ts';
import { openStore } from '../../src/store/index.ts';
import { makeSink, WRITE_KEY } from '../contract/segment-calls.ts';
import type { BrazeOptions, BrazeStandIn, Canvas } from '../stand-ins/braze.ts';
import { runCanvas, startBrazeStandIn } from '../stand-ins/braze.ts';
import type { SegmentStandIn } from '../stand-ins/segment.ts';
import { startSegmentStandIn } from '../stand-ins/segment.ts';
import { DAY_0 } from './harness.ts';

/** The whole relay behind its door, joined with a Braze and a Segment over HTTP, on a clock that only the caller moves. */
export interface BrazeRelay {
  readonly braze: BrazeStandIn;
  readonly segment: SegmentStandIn;
  /** A dunning flow as the recipe builds it, whose messages go out at the entry and one, three and seven days after it. */
  readonly canvas: Canvas;
  readonly store: Store;
  /** Stores webhooks as the door would, decides, and sends nothing. */
  readonly take: (rawBodies: readonly string[], now: Instant) => Promise<void>;
  /** Decides and sends whatever is due. */
  readonly settle: (now: Instant) => Promise<void>;
  /** Wakes at every instant up to and including `until` at which something is due. */
  readonly passTime: (until: Instant) => Promise<void>;
  /** Stops and starts, as a release does, with or without a key for Braze. */
  readonly restart: (now: Instant, hasKey: boolean) => Promise<void>;
  /** Sends one call, if there is one, dies before its answer comes, and is started again; nothing that it remembered is left. */
  readonly die: (now: Instant) => Promise<void>;
  readonly toolStates: (customer: string) => Promise<readonly ToolState[]>;
  readonly close: () => Promise<void>;
}

export interface BrazeRelayOptions extends Omit<BrazeOptions, 'key' | 'now'> {
  readonly startsAt?: Instant;
  readonly deliverTestMode?: boolean;
  /** Over the policy that Recoup comes with. */
  readonly policy?: Partial<Policy>;
  /** False: it starts without a key for Braze and records instead; true by default. */
  readonly hasKey?: boolean;
  /** How long an answer of Braze is waited for, in ms of real time; for tests of silence. */
  readonly timeoutMs?: number;
  /** Takes what goes to Segment at once, without HTTP: for long runs that are about Braze alone. */
  readonly withoutSegment?: boolean;
  /** Uniform in [0, 1), for the jitter of pauses. */
  readonly random?: () => number;
}

/** The dunning flow of every scenario, as the recipe builds it. */
export const CANVAS = { delaysMs: [0, DAY_MS, 3 * DAY_MS, 7 * DAY_MS], reentryMs: 7 * DAY_MS } as const;
const BRAZE_KEY = 'braze-rest-key';
/** Real time: faults cut connections, so that no slow machine makes an answer come too late. */
const FOR_EVER_MS = 600_000;
/** Steps that one instant may take before it counts as a loop without end. */
const MAX_STEPS = 2_000;

const TAKES_ALL: SegmentSink = {
  name: 'segment',
  send: async (calls) => calls.map(() => ({ result: 'delivered' })),
  close: async () => {},
};

const shippedPolicy = (): Policy => {
  const result = parsePolicy(readFileSync('policy.yaml', 'utf8'));
  if (!result.ok) throw new Error(result.errors.join('\n'));
  return result.value;
};

/** A relay on a store in memory, enforcing, with the audiences and the policy that Recoup comes with. */
export const openBrazeRelay = async (options: BrazeRelayOptions = {}): Promise<BrazeRelay> => {
  const clock = makeVirtualClock(options.startsAt ?? DAY_0);
  const [braze, segment, store] = await Promise.all([
    startBrazeStandIn({ ...options, key: BRAZE_KEY, now: clock.now }),
    startSegmentStandIn(WRITE_KEY),
    openStore('sqlite::memory:', { lock: false, namespace: 'test' }),
  ]);
  const canvas = runCanvas(braze.users, CANVAS);
  const settings = tool.credentials({ apiKey: BRAZE_KEY, endpoint: braze.url });

  const makeOne = (hasKey: boolean, timeoutMs = options.timeoutMs ?? FOR_EVER_MS): Engine =>
    makeEngine({
      store,
      clock,
      policy: { ...shippedPolicy(), ...options.policy },
      audiences: AUDIENCES,
      providers: { stripe },
      namespace: 'test',
      random: options.random ?? (() => 0.5),
      log: { warn: () => {}, error: () => {} },
      segment: options.withoutSegment ? TAKES_ALL : makeSink(segment, { clock }),
      recorder: makeRecorderSink(),
      tools: [
        {
          tool: tool.key,
          subject: tool.subject,
          segmentNames: tool.segmentNames,
          live: hasKey ? makeActionsSink(tool, settings, { now: clock.now, timeoutMs }) : null,
          recorder: makeToolRecorder(tool),
        },
      ],
      deliverTestMode: options.deliverTestMode ?? false,
    });

  let engine = makeOne(options.hasKey ?? true);
  /** When a deliverer wants to be called again; a commit wakes it. */
  let wantsAt: Instant | null = null;

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
      if (decided === 0 && step.settled === 0 && (wantsAt === null || wantsAt > now)) return;
    }
    throw new Error(`no rest at ${new Date(now).toISOString()}`);
  };

  return {
    braze,
    segment,
    canvas,
    store,
    settle,
    take: async (rawBodies, now) => {
      clock.moveTo(now);
      await store.accept(rawBodies.map((rawBody) => toDelivery(stripe, rawBody, now)));
      if ((await decide(now)) > 0) wantsAt = now;
    },
    passTime: async (until) => {
      for (;;) {
        const next = earliest(await store.nextDueAt(), wantsAt);
        if (next === null || next > until) break;
        await settle(next > clock.now() ? next : clock.now());
      }
      clock.moveTo(until);
      canvas.passTo(plus(until, -1));
    },
    restart: async (now, hasKey) => {
      engine = makeOne(hasKey);
      if (hasKey) await store.wakeForTool(tool.key, now);
      await settle(now);
    },
    die: async (now) => {
      const before = braze.requests.length;
      // Its answer does not come while the test runs, so that the dead one has nothing to say.
      let isIdle = false;
      makeOne(true, FOR_EVER_MS)
        .deliverDue(now)
        .then(() => {
          isIdle = true;
        })
        .catch(() => {});
      while (braze.requests.length === before && !isIdle) await nextTurn();
      engine = makeOne(true);
    },
    toolStates: async (customer) => (await store.findProfiles(customer)).flatMap(({ tools }) => tools),
    close: async () => {
      await Promise.all([braze.close(), segment.close()]);
      await store.close();
    },
  };
};
