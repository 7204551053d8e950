import { setTimeout as delay } from 'node:timers/promises';
import { expect, vi } from 'vitest';
import type { Random } from '../../src/simulate/random.ts';
import type { SegmentStandIn } from '../../src/simulate/vendors/segment.ts';
import type { RelayProcess } from './relay-process.ts';
import type { Senders } from './senders.ts';

/** What the moments of death may look at. */
export interface Scene {
  readonly random: Random;
  readonly segment: SegmentStandIn;
  readonly senders: Senders;
  /** Different events that will be sent. */
  readonly events: number;
  /** How long the first start took, in ms. */
  readonly startMs: number;
  /** Message ids that Segment has taken without the relay hearing so; added to. */
  readonly unheard: Set<string>;
}

/** Waits for the instant at which the relay is to die. A delay draws that instant; nothing waits on one to be true. */
export type Moment = (relay: RelayProcess, scene: Scene) => Promise<void>;

/** When this share of the events is acknowledged, and up to 20 ms later: a commit, a decision, a delivery fit in there. */
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
  const hasTaken = (): void => expect(segment.arrivals.length).toBeGreaterThan(before);
  await vi.waitFor(hasTaken, { timeout: 30_000, interval: 1 });
  for (const messageId of segment.arrivals.slice(before)) unheard.add(messageId);
};

/** All is acknowledged, and not all is decided or delivered. */
const draining: Moment = async (relay, { random, senders }) => {
  senders.pointAt(await relay.url);
  await senders.finished;
  await delay(10 * random.next());
};

/** The deaths of one round, in order. */
export const MOMENTS: readonly Moment[] = [
  underLoad(0.1, 0.3),
  startingUp,
  beforeSegmentAnswers,
  underLoad(0.6, 0.85),
  startingUp,
  draining,
];
