import { parentPort, workerData } from 'node:worker_threads';
import { AUDIENCES } from '../audiences/index.ts';
import { type LogLevel, makeLog } from './config/log.ts';
import { instant } from './domain/instant.ts';
import type { Policy } from './domain/policy.ts';
import { openTools, type ToolCredentials } from './main-tools.ts';
import { makeEngine } from './pipeline/engine.ts';
import { toCallHappening, toToolHappening } from './pipeline/happenings.ts';
import type { Clock, SegmentSink } from './pipeline/ports.ts';
import { PROVIDERS } from './providers/index.ts';
import { makeRecorderSink } from './segment/recorder-sink.ts';
import { openStore } from './store/index.ts';
import { makeLiveFeed } from './thread/live-feed.ts';
import { type Notice, toFault } from './thread/messages.ts';
import { serve } from './thread/serve.ts';

/** The second composition root: what a running relay joins on the store's thread. `main.ts` starts it. */

export interface EngineData {
  readonly databaseUrl: string;
  readonly namespace: string;
  readonly policy: Policy;
  /** Identifies the code that decides. */
  readonly code: string;
  readonly deliverTestMode: boolean;
  readonly logLevel: LogLevel;
  /** Somebody watches what goes out. */
  readonly live?: boolean;
  /** Null: nothing leaves. */
  readonly segment: { readonly writeKey: string; readonly host: string } | null;
  readonly tools: ToolCredentials;
}

const clock: Clock = { now: () => instant(Date.now()) };

const makeSegment = async (segment: EngineData['segment']): Promise<SegmentSink | null> => {
  if (segment === null) return null;
  const { makeSegmentSink } = await import('./segment/segment-sink.ts');
  return makeSegmentSink({ ...segment, clock, random: Math.random });
};

const run = async (port: NonNullable<typeof parentPort>, data: EngineData): Promise<void> => {
  const tell = (notice: Notice): void => port.postMessage(notice);
  try {
    const store = await openStore(data.databaseUrl, { lock: true, namespace: data.namespace });
    const segment = await makeSegment(data.segment);
    const tools = await openTools({ clock, credentials: data.tools, policy: data.policy });
    const feed = data.live ? makeLiveFeed(tell) : null;
    const engine = makeEngine({
      ...data,
      store,
      segment,
      tools,
      audiences: AUDIENCES,
      providers: PROVIDERS,
      recorder: makeRecorderSink(),
      clock,
      random: Math.random,
      log: makeLog(data.logLevel),
      onCommit: (profiles) => tell({ kind: 'decided', profiles }),
      onStoreFault: (error) => tell({ kind: 'store_fault', fault: toFault(error) }),
      ...(feed && {
        onSettled: (settled) => feed(settled.flatMap((each) => toCallHappening(each, clock.now()) ?? [])),
        onToolSettled: (settled) => feed(settled.flatMap((each) => toToolHappening(each, clock.now()) ?? [])),
      }),
    });
    await engine.start();
    const stop = async (): Promise<void> => {
      await engine.stop();
      await Promise.all([segment?.close(), ...tools.map(({ live }) => live?.close())]);
      await store.close();
    };
    serve(port, { store, onAccepted: engine.wake, stop });
    tell({ kind: 'ready' });
  } catch (error) {
    tell({ kind: 'refused', fault: toFault(error) });
  }
};

if (parentPort !== null) await run(parentPort, workerData as EngineData);
