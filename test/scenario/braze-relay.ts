import { setImmediate as nextTurn } from 'node:timers/promises';
import { AUDIENCES } from '../../audiences/index.ts';
import { braze as tool } from '../../destinations/braze/index.ts';
import { makeActionsSink } from '../../src/destination-kit/actions-sink.ts';
import { makeRecorderSink as makeToolRecorder } from '../../src/destination-kit/recorder.ts';
import type { Instant } from '../../src/domain/instant.ts';
import { DAY_MS, plus } from '../../src/domain/instant.ts';
import type { Policy } from '../../src/domain/policy.ts';
import type { Engine } from '../../src/pipeline/engine.ts';
import { makeEngine } from '../../src/pipeline/engine.ts';
import type { SegmentSink, Store } from '../../src/pipeline/ports.ts';
import type { ToolState } from '../../src/pipeline/tools/tool-ports.ts';
import { stripe } from '../../src/providers/stripe/stripe.ts';
import { makeRecorderSink } from '../../src/segment/recorder-sink.ts';
import { makeVirtualClock } from '../../src/simulate/time-machine.ts';
import type { BrazeOptions, BrazeStandIn } from '../../src/simulate/vendors/braze.ts';
import { runCanvas, startBrazeStandIn } from '../../src/simulate/vendors/braze.ts';
import type { Flow } from '../../src/simulate/vendors/flow.ts';
import type { SegmentStandIn } from '../../src/simulate/vendors/segment.ts';
import { startSegmentStandIn } from '../../src/simulate/vendors/segment.ts';
import { openStore } from '../../src/store/index.ts';
import { makeSink, WRITE_KEY } from '../contract/segment-calls.ts';
import { readShippedPolicy } from '../shipped-policy.ts';
import { type Driven, drive } from './drive.ts';
import { DAY_0 } from './harness.ts';

/** The whole relay behind its door, joined with a Braze and a Segment over HTTP, on a clock that only the caller moves. */
export interface BrazeRelay extends Driven {
  readonly braze: BrazeStandIn;
  readonly segment: SegmentStandIn;
  /** A dunning flow as the recipe builds it, whose messages go out at the entry and one, three and seven days after it. */
  readonly canvas: Flow;
  readonly store: Store;
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
const TAKES_ALL: SegmentSink = {
  name: 'segment',
  send: async (calls) => calls.map(() => ({ result: 'delivered' })),
  close: async () => {},
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
      policy: { ...readShippedPolicy(), ...options.policy },
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
  const driven = drive({ store, clock, engine: () => engine });

  return {
    braze,
    segment,
    canvas,
    store,
    ...driven,
    passTime: async (until) => {
      await driven.passTime(until);
      canvas.passTo(plus(until, -1));
    },
    restart: async (now, hasKey) => {
      engine = makeOne(hasKey);
      if (hasKey) await store.wakeForTool(tool.key, now);
      await driven.settle(now);
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
