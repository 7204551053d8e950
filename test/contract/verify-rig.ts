import { AUDIENCES } from '../../audiences/index.ts';
import { makeLog } from '../../src/config/log.ts';
import { makeActionsSink } from '../../src/destination-kit/actions-sink.ts';
import { fieldsOf, typeOf } from '../../src/destination-kit/fields.ts';
import type { Attributes, AttributeValue, Subject } from '../../src/destination-kit/record.ts';
import { makeRecorderSink } from '../../src/destination-kit/recorder.ts';
import { makeToolReader, type ToolReader } from '../../src/destination-kit/tool-reader.ts';
import { earliest, type Instant, plus } from '../../src/domain/instant.ts';
import { type Engine, type EngineTool, makeEngine } from '../../src/pipeline/engine.ts';
import type { Store } from '../../src/pipeline/ports.ts';
import { makeRecorderSink as makeSegmentRecorder } from '../../src/segment/recorder-sink.ts';
import type { OpenToolBench, ToolBench } from '../../src/simulate/vendors/tool-stand-in.ts';
import { openStore } from '../../src/store/index.ts';
import { DEFAULT_POLICY } from '../default-policy.ts';
import { NOW } from './store-samples.ts';
import { want, wanted } from './store-tool-samples.ts';

/** What a test changes of how the relay runs. */
export interface VerifyRigOptions {
  /** False: the layer is taken out. */
  readonly readsBack?: boolean;
  readonly samplePerHour?: number;
  /** In place of the tool's own. */
  readonly readerOf?: (reader: ToolReader) => ToolReader;
  /** Nothing leaves: the tool's recorder takes its place. */
  readonly observes?: boolean;
}

/** One tool behind the engine, its vendor on loopback, on a clock that only the caller moves. */
export interface VerifyRig {
  readonly bench: ToolBench;
  readonly store: Store;
  readonly engine: Engine;
  readonly now: () => Instant;
  /** As the log tells it. */
  readonly logged: { readonly level: 'warn' | 'error'; readonly details: object }[];
  /** Decides what the tool should hold of somebody. */
  readonly want: (userId: string, desired: Attributes, urgent?: boolean) => Promise<void>;
  /** Sends and reads back whatever is due for so long; `onRest` is told each instant at which nothing is left to do. */
  readonly run: (ms: number, onRest?: () => Promise<void>) => Promise<void>;
  /** Whether the tool holds the flag, in its own writing; null: it does not know the person. */
  readonly isFlagged: (userId: string) => boolean | null;
  readonly close: () => Promise<void>;
}

const toReader = ({ tool, settings }: ToolBench, { readsBack, readerOf }: VerifyRigOptions): ToolReader | null => {
  const reader = readsBack === false ? null : makeToolReader(tool, settings);
  return reader === null ? null : (readerOf?.(reader) ?? reader);
};

export const openVerifyRig = async (open: OpenToolBench, options: VerifyRigOptions = {}): Promise<VerifyRig> => {
  let now: Instant = NOW;
  const clock = { now: () => now };
  const bench = await open(clock);
  const { tool, settings, standIn } = bench;
  const store = await openStore('sqlite::memory:', { lock: false });
  const logged: VerifyRig['logged'] = [];
  const live = options.observes ? null : makeActionsSink(tool, settings, clock);
  const { key, subject, segmentNames } = tool;
  const recorder = makeRecorderSink(tool);
  const engineTool: EngineTool = { tool: key, subject, segmentNames, live, recorder, reader: toReader(bench, options) };
  const engine = makeEngine({
    store,
    clock,
    policy: { ...DEFAULT_POLICY, verify: { samplePerHour: options.samplePerHour ?? 0 } },
    audiences: AUDIENCES,
    providers: {},
    namespace: 'test',
    random: () => 0.5,
    log: makeLog('warn', {
      write: (line) => {
        const { level, time, msg, ...details } = JSON.parse(line);
        logged.push({ level, details });
      },
    }),
    segment: null,
    recorder: makeSegmentRecorder(),
    tools: [engineTool],
    deliverTestMode: true,
  });

  /** Does all that is due now; answers when something is next. */
  const settle = async (): Promise<Instant | null> => {
    for (let steps = 0; steps < 500; steps += 1) {
      const sent = await engine.deliverDue(now);
      const seen = await engine.verifyDue(now);
      const nextAt = earliest(sent.nextAt, seen.nextAt);
      if (sent.settled + seen.looked === 0 && (nextAt === null || nextAt > now)) return nextAt;
    }
    throw new Error('no rest');
  };

  return {
    bench,
    store,
    engine,
    now: clock.now,
    logged,
    want: (userId, desired, urgent = desired.in_dunning === false) => {
      const channel = options.observes ? 'recorder' : 'live';
      const change = wanted({ tool: key, channel, userId, desired, urgent });
      return want(store, [change], { customer: `cus_of_${userId}`, at: now });
    },
    run: async (ms, onRest = async () => {}) => {
      const until = plus(now, ms);
      for (;;) {
        const nextAt = await settle();
        await onRest();
        if (nextAt === null || nextAt > until) break;
        now = nextAt;
      }
      now = until;
    },
    isFlagged: (userId) => {
      const held = bench.heldOf(userId);
      return held === null ? null : String(held.in_dunning ?? held.In_Dunning__c) === 'true';
    },
    close: async () => {
      await Promise.all([store.close(), standIn.close()]);
    },
  };
};

const VALUES = {
  boolean: true,
  text: 'some words',
  number: 49.5,
  instant: '2027-01-18T08:30:01.250Z',
  url: 'https://pay.example.com/i/1',
} as const;

/** All that a tool may be told of a subject, each with a value of its type. */
export const fullState = (subject: Subject): Attributes => {
  const values = fieldsOf(subject, []).map(({ name, type, options = [] }): [string, AttributeValue] => [
    name,
    type === 'choice' ? (options[0] ?? null) : VALUES[type],
  ]);
  return Object.fromEntries(values.filter(([name]) => name !== 'email' && typeOf(name) !== undefined));
};
