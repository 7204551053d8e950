import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AUDIENCES } from '../../audiences/index.ts';
import { braze as tool } from '../../destinations/braze/index.ts';
import { makeActionsSink } from '../../src/destination-kit/actions-sink.ts';
import { makeRecorderSink as makeToolRecorder } from '../../src/destination-kit/recorder.ts';
import { type Instant, instant, plus, SECOND_MS } from '../../src/domain/instant.ts';
import { makeEngine } from '../../src/pipeline/engine.ts';
import type { Store } from '../../src/pipeline/ports.ts';
import { makeReceiver, type WebhookReport } from '../../src/pipeline/receive.ts';
import { SIGNATURE_HEADER, signStripe } from '../../src/providers/stripe/sign.ts';
import { stripe } from '../../src/providers/stripe/stripe.ts';
import { makeRecorderSink } from '../../src/segment/recorder-sink.ts';
import { makeVirtualClock } from '../../src/simulate/time-machine.ts';
import { type BrazeStandIn, startBrazeStandIn } from '../../src/simulate/vendors/braze.ts';
import { type SegmentStandIn, startSegmentStandIn } from '../../src/simulate/vendors/segment.ts';
import { openStore } from '../../src/store/index.ts';
import { makeSink, WRITE_KEY } from '../contract/segment-calls.ts';
import { DEFAULT_POLICY } from '../default-policy.ts';

/** A relay on a file, enforcing, with a Segment and a Braze over HTTP; commands run beside it. */
export interface FileRelay {
  readonly store: Store;
  readonly segment: SegmentStandIn;
  readonly braze: BrazeStandIn;
  /** Lines of its log, and what it reported of webhooks. */
  readonly log: readonly string[];
  /** Sends a signed webhook through the door; answers the status. */
  readonly send: (rawBody: string) => Promise<{ readonly status: number; readonly report: WebhookReport | undefined }>;
  /** Decides and sends whatever is due, and passes the time. */
  readonly settle: (ms: number) => Promise<void>;
  /** Environment of a command that works beside it, with every key. */
  readonly env: Readonly<Record<string, string>>;
  /** Every byte that lies in the store's folder, by file. */
  readonly bytes: () => ReadonlyMap<string, Buffer>;
  readonly close: () => Promise<void>;
}

const BRAZE_KEY = 'braze-rest-key';
const TOKEN = 'public-token';
const SECRET = 'whsec_erase';
const MAX_STEPS = 2_000;

export const openFileRelay = async (folder: string, startsAt: Instant): Promise<FileRelay> => {
  const clock = makeVirtualClock(startsAt);
  const [braze, segment] = await Promise.all([
    startBrazeStandIn({ key: BRAZE_KEY, now: clock.now }),
    startSegmentStandIn(WRITE_KEY, TOKEN),
  ]);
  const url = `sqlite:${join(folder, 'data', 'recoup.db')}`;
  const store = await openStore(url, { lock: true, namespace: 'test' });
  const log: string[] = [];
  const write = (details: object, message: string): void => void log.push(JSON.stringify([message, details]));
  const engine = makeEngine({
    store,
    clock,
    policy: DEFAULT_POLICY,
    audiences: AUDIENCES,
    providers: { stripe },
    namespace: 'test',
    random: () => 0.5,
    log: { warn: write, error: write },
    segment: makeSink(segment, { clock }),
    recorder: makeRecorderSink(),
    tools: [
      {
        tool: tool.key,
        subject: tool.subject,
        segmentNames: tool.segmentNames,
        live: makeActionsSink(tool, tool.credentials({ apiKey: BRAZE_KEY, endpoint: braze.url }), { now: clock.now }),
        recorder: makeToolRecorder(tool),
      },
    ],
    deliverTestMode: false,
  });
  const reports: WebhookReport[] = [];
  const receiver = makeReceiver({
    store,
    clock,
    providers: [stripe],
    secretsOf: () => [SECRET],
    onReport: (report) => {
      reports.push(report);
      log.push(JSON.stringify(report));
    },
  });
  const step = async (): Promise<number> => {
    const decided = await engine.runDue(clock.now());
    return decided + (await engine.deliverDue(clock.now())).settled;
  };

  return {
    store,
    segment,
    braze,
    log,
    send: async (rawBody) => {
      const signature = signStripe(rawBody, SECRET, clock.now());
      const headers = { [SIGNATURE_HEADER]: signature };
      const { status } = await receiver.receive({ provider: 'stripe', headers, rawBody: Buffer.from(rawBody) });
      return { status, report: reports.at(-1) };
    },
    settle: async (ms) => {
      const until = plus(clock.now(), ms);
      for (let steps = 0; steps < MAX_STEPS; steps += 1) {
        if ((await step()) > 0) continue;
        if (clock.now() >= until) return;
        const next = await store.nextDueAt();
        clock.moveTo(next === null || next > until ? until : instant(Math.max(next, plus(clock.now(), SECOND_MS))));
      }
      throw new Error('no rest');
    },
    env: {
      DATABASE_URL: url,
      NAMESPACE: 'test',
      BRAZE_API_KEY: BRAZE_KEY,
      BRAZE_REST_ENDPOINT: braze.url,
      SEGMENT_PUBLIC_API_TOKEN: TOKEN,
      SEGMENT_PUBLIC_API_BASE: segment.url,
    },
    bytes: () => {
      const data = join(folder, 'data');
      return new Map(readdirSync(data).map((name) => [name, readFileSync(join(data, name))]));
    },
    close: async () => {
      await receiver.stop();
      await engine.stop();
      await store.close();
      await Promise.all([braze.close(), segment.close()]);
    },
  };
};
