import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, vi } from 'vitest';
import type { DeadLetter, StoreCounts } from '../../src/pipeline/ports.ts';
import { makeRandom } from '../../src/simulate/random.ts';
import { type SegmentStandIn, startSegmentStandIn } from '../../src/simulate/vendors/segment.ts';
import { openStore } from '../../src/store/index.ts';
import { type Comparison, compare } from './comparison.ts';
import { MOMENTS, type Scene } from './moments.ts';
import { type RelayProcess, spawnRelay } from './relay-process.ts';
import { type Senders, startSenders } from './senders.ts';
import { drawWebhooks } from './webhooks.ts';

const SECRET = 'whsec_crash';
const WRITE_KEY = 'crash-write-key';
const NAMESPACE = 'crash';
const CUSTOMERS = 130;
const CONNECTIONS = 16;
/** Beyond what any wait takes on a busy machine: the settle window is 10 s. */
const DEADLINE_MS = 60_000;

/** What a round left behind. */
export interface RoundResult {
  readonly comparison: Comparison;
  /** Different events that were sent; in the end every one is acknowledged. */
  readonly events: number;
  readonly acknowledged: number;
  /** Acknowledged failure notices of invoices, and payments of them. */
  readonly failures: number;
  readonly recoveries: number;
  /** Sends that died with the relay and were repeated. */
  readonly repeated: number;
  /** Message ids that Segment had when the relay died before it heard so, and how often each arrived. */
  readonly unheard: readonly number[];
  readonly segment: Pick<SegmentStandIn, 'messages' | 'dropped'>;
  /** Of the store, opened again as a relay opens it. */
  readonly counts: StoreCounts;
  readonly deadLetters: readonly DeadLetter[];
  readonly exitCode: number | null;
}

const metric = (text: string, name: string): number => {
  const value = text.split('\n').find((line) => line.startsWith(`${name} `));
  return value === undefined ? Number.NaN : Number(value.slice(name.length));
};

/** Nothing is owed, unread or queued any more. */
const settled = async (url: string, senders: Senders, segment: SegmentStandIn): Promise<void> => {
  const look = async (): Promise<void> => {
    expect(compare(senders.acknowledged.values(), segment.messages.values()).lost).toEqual([]);
    const text = await (await fetch(`${url}/metrics`)).text();
    expect(metric(text, 'recoup_deliveries{end="unread"}')).toBe(0);
    expect(metric(text, 'recoup_outbox{status="queued"}')).toBe(0);
  };
  await vi.waitFor(look, { timeout: DEADLINE_MS, interval: 50 });
};

const readStore = async (directory: string): Promise<Pick<RoundResult, 'counts' | 'deadLetters'>> => {
  const store = await openStore(`sqlite:${join(directory, 'data/recoup.db')}`, { lock: true, namespace: NAMESPACE });
  try {
    return { counts: await store.counts(), deadLetters: await store.deadLetters({ replayed: false, limit: 100 }) };
  } finally {
    await store.close();
  }
};

const countOf = ({ acknowledged }: Senders, type: string): number =>
  [...acknowledged.values()].filter((event) => event.type === type).length;

interface Place {
  readonly directory: string;
  readonly segment: SegmentStandIn;
  readonly start: () => RelayProcess;
}

/** Kills and starts again, moment by moment; answers the exit code of the last relay, which is told to stop. */
const dieAndRise = async (
  { segment, start }: Place,
  scene: Omit<Scene, 'segment' | 'startMs'>,
): Promise<number | null> => {
  const startedAt = performance.now();
  let relay = start();
  await relay.url;
  const startMs = performance.now() - startedAt;
  for (const moment of MOMENTS) {
    await moment(relay, { ...scene, segment, startMs });
    scene.senders.pointAt(null);
    await relay.kill();
    relay = start();
  }
  await settled(await relay.url, scene.senders, segment);
  return relay.stop();
};

const runIn = async (place: Place, seed: number): Promise<RoundResult> => {
  const { directory, segment } = place;
  const random = makeRandom(seed);
  const webhooks = drawWebhooks(random, CUSTOMERS, Date.now());
  const events = new Set(webhooks.map(({ event }) => event.id)).size;
  const senders = startSenders({ webhooks, secret: SECRET, connections: CONNECTIONS, random });
  const unheard = new Set<string>();
  const exitCode = await dieAndRise(place, { random, senders, events, unheard });
  return {
    comparison: compare(senders.acknowledged.values(), segment.messages.values()),
    events,
    acknowledged: senders.acknowledged.size,
    failures: countOf(senders, 'invoice.payment_failed'),
    recoveries: countOf(senders, 'invoice.paid'),
    repeated: senders.repeated(),
    unheard: [...unheard].map((id) => segment.arrivals.filter((arrival) => arrival === id).length),
    segment,
    exitCode,
    ...(await readStore(directory)),
  };
};

/** One relay, one store, killed at each of the moments and started again; `seed` draws the webhooks and the moments. */
export const runRound = async (seed: number): Promise<RoundResult> => {
  const directory = mkdtempSync(join(tmpdir(), 'recoup-crash-'));
  const segment = await startSegmentStandIn(WRITE_KEY);
  const spawned: RelayProcess[] = [];
  const variables = {
    MODE: 'enforce',
    NAMESPACE,
    LOG_LEVEL: 'error',
    STRIPE_WEBHOOK_SECRET: SECRET,
    SEGMENT_WRITE_KEY: WRITE_KEY,
    SEGMENT_HOST: segment.url,
  };
  const start = (): RelayProcess => {
    const relay = spawnRelay({ directory, variables });
    spawned.push(relay);
    return relay;
  };
  try {
    return await runIn({ directory, segment, start }, seed);
  } finally {
    await Promise.all(spawned.map(({ kill }) => kill()));
    await segment.close();
    rmSync(directory, { recursive: true, force: true });
  }
};
