import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, vi } from 'vitest';
import type { DeadLetter, StoreCounts } from '../../src/pipeline/ports.ts';
import { makeRandom, type Random } from '../../src/simulate/random.ts';
import { openStore } from '../../src/store/index.ts';
import { type SegmentStandIn, startSegmentStandIn } from '../stand-ins/segment.ts';
import { type Comparison, compare } from './comparison.ts';
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

/** What the moments of death may look at. */
interface Scene {
  readonly random: Random;
  readonly segment: SegmentStandIn;
  readonly senders: Senders;
  readonly events: number;
  /** How long the first start took, in ms. */
  readonly startMs: number;
  readonly unheard: Set<string>;
}

/** Waits for the instant at which the relay is to die. */
type Moment = (relay: RelayProcess, scene: Scene) => Promise<void>;

/** When so much is acknowledged, and up to 20 ms later: a commit, a decision and a delivery fit in there. */
const underLoad =
  (from: number, to: number): Moment =>
  async (relay, { random, senders, events }) => {
    senders.pointAt(await relay.url);
    await senders.reach(Math.floor(events * (from + (to - from) * random.next())));
    await delay(20 * random.next());
  };

/** While modules load, the store recovers its log, or the backlog of the last death is worked off. */
const startingUp: Moment = (_relay, { random, startMs }) => delay(startMs * (0.4 + 0.9 * random.next()));

/** Segment has taken a batch and its answer never comes: the relay cannot know. */
const beforeSegmentAnswers: Moment = async (relay, { segment, senders, unheard }) => {
  const before = segment.arrivals.length;
  segment.script({ kind: 'hang', apply: true });
  senders.pointAt(await relay.url);
  await vi.waitFor(() => expect(segment.arrivals.length).toBeGreaterThan(before), {
    timeout: DEADLINE_MS,
    interval: 1,
  });
  for (const messageId of segment.arrivals.slice(before)) unheard.add(messageId);
};

/** All is acknowledged, and not all is decided or delivered. */
const draining: Moment = async (relay, { random, senders }) => {
  senders.pointAt(await relay.url);
  await senders.finished;
  await delay(50 * random.next());
};

const MOMENTS: readonly Moment[] = [
  underLoad(0.1, 0.3),
  startingUp,
  beforeSegmentAnswers,
  underLoad(0.6, 0.85),
  startingUp,
  draining,
];

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

const sum = (events: Senders['acknowledged'], type: string): number =>
  [...events.values()].filter((event) => event.type === type).length;

const runIn = async (
  directory: string,
  seed: number,
  segment: SegmentStandIn,
  spawned: RelayProcess[],
): Promise<RoundResult> => {
  const random = makeRandom(seed);
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
  const webhooks = drawWebhooks(random, CUSTOMERS, Date.now());
  const events = new Set(webhooks.map(({ event }) => event.id)).size;
  const senders = startSenders({ webhooks, secret: SECRET, connections: CONNECTIONS, random });
  senders.finished.catch(() => undefined);
  const unheard = new Set<string>();

  const startedAt = performance.now();
  let relay = start();
  await relay.url;
  const scene: Scene = { random, segment, senders, events, unheard, startMs: performance.now() - startedAt };
  for (const moment of MOMENTS) {
    await moment(relay, scene);
    senders.pointAt(null);
    await relay.kill();
    relay = start();
  }
  await settled(await relay.url, senders, segment);
  const exitCode = await relay.stop();
  const { acknowledged, repeated } = senders;
  return {
    comparison: compare(acknowledged.values(), segment.messages.values()),
    events,
    acknowledged: acknowledged.size,
    failures: sum(acknowledged, 'invoice.payment_failed'),
    recoveries: sum(acknowledged, 'invoice.paid'),
    repeated: repeated(),
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
  try {
    return await runIn(directory, seed, segment, spawned);
  } finally {
    await Promise.all(spawned.map(({ kill }) => kill()));
    await segment.close();
    rmSync(directory, { recursive: true, force: true });
  }
};

/** How often a round kills the relay. */
export const KILLS = MOMENTS.length;
