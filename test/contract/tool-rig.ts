import { afterEach, beforeEach, expect } from 'vitest';
import type { ToolRecord } from '../../src/destination-kit/record.ts';
import type { RecordOutcome } from '../../src/destination-kit/sink.ts';
import { type Instant, plus, SECOND_MS } from '../../src/domain/instant.ts';
import type { Store } from '../../src/pipeline/ports.ts';
import {
  makeToolDeliverer,
  type ToolDeliverer,
  type ToolDelivererOptions,
} from '../../src/pipeline/tools/deliver-tools.ts';
import { openStore } from '../../src/store/index.ts';
import { NOW } from './store-samples.ts';
import {
  answers,
  type Behaviour,
  DELIVERED,
  makeToolAtHand,
  type ToolAtHand,
  takeAll,
  type Wish,
  want,
} from './tool-at-hand.ts';

export const MINUTE_MS = 60 * SECOND_MS;

interface Logged {
  readonly level: 'warn' | 'error';
  readonly details: object;
  readonly message: string;
}

/** What a test has at hand: made anew for each by `useToolRig`. */
export interface ToolRig {
  store: Store;
  now: Instant;
  tool: ToolAtHand;
  logged: Logged[];
}

export const rig: ToolRig = {} as ToolRig;

/** Gives every test of the file a store, a tool and a clock; no person may be in the log at its end. */
export const useToolRig = (): void => {
  beforeEach(async () => {
    const store = await openStore('sqlite::memory:', { lock: false });
    Object.assign(rig, { store, now: NOW, tool: makeToolAtHand(), logged: [] });
  });
  afterEach(async () => {
    expect(JSON.stringify(rig.logged), 'no person in the log').not.toContain('user_');
    await rig.store.close();
  });
};

const clock = { now: () => rig.now };
/** Made as the engine makes it, over the rig. */
export const delivererOf = (options: Partial<ToolDelivererOptions> = {}): ToolDeliverer =>
  makeToolDeliverer({
    store: rig.store,
    sink: rig.tool.sink,
    channel: 'live',
    clock,
    random: () => 0.5,
    log: {
      warn: (details, message) => void rig.logged.push({ level: 'warn', details, message }),
      error: (details, message) => void rig.logged.push({ level: 'error', details, message }),
    },
    ...options,
  });

/** Steps on the virtual clock until nothing waits, or nothing more is due up to `until`. */
export const runUntil = async (deliverer: ToolDeliverer, until: Instant): Promise<Instant | null> => {
  for (;;) {
    const { nextAt } = await deliverer.deliverDue(rig.now);
    if (nextAt === null || nextAt > until) return nextAt;
    rig.now = nextAt;
  }
};
/** The same, for so long. */
export const runFor = (deliverer: ToolDeliverer, ms: number): Promise<Instant | null> =>
  runUntil(deliverer, plus(rig.now, ms));

/** `count` people in dunning, `user_<from>` and on. */
export const people = (count: number, from = 0): readonly Wish[] =>
  Array.from({ length: count }, (_, index) => ({ userId: `user_${from + index}`, desired: { in_dunning: true } }));
/** Commits what is wanted of them now. */
export const wantPeople = (...wishes: readonly Wish[]): Promise<void> => want(rig.store, rig.now, wishes);
/** A person who paid. */
export const recovered = (userId: string, changes: Partial<Wish> = {}): Wish => ({
  userId,
  desired: { in_dunning: false },
  urgent: true,
  ...changes,
});
/** Records of each call. */
export const sizes = (): readonly number[] => rig.tool.calls.map(({ length }) => length);
/** Who is in a call. */
export const idsOf = (records: readonly ToolRecord[] | undefined): readonly string[] =>
  (records ?? []).map(({ userId }) => userId);
/** Rows of the live tool. */
export const counts = async () => (await rig.store.toolCounts()).find(({ channel }) => channel === 'live');
/** The open dead letters. */
export const letters = () => rig.store.deadLetters({ replayed: false, limit: 1_000 });

/** A tool that is out of order. */
export const unavailable = answers({ answer: 'unavailable', reason: 'HTTP 503' });
/** A tool that refuses our key. */
export const stopped = answers({ answer: 'stopped', reason: 'HTTP 401: check BRAZE_API_KEY' });
/** A call that was not applied and not answered. */
export const unknown = answers({ answer: 'unknown', reason: 'timed out' });
/** A tool that is called too often. */
export const throttledUntil = (until: Instant | null): Behaviour =>
  answers({ answer: 'throttled', until, reason: 'HTTP 429' });
/** Refuses a call as a whole while one of these people is in it. */
export const refusing =
  (...userIds: readonly string[]): Behaviour =>
  (records, apply) =>
    records.some(({ userId }) => userIds.includes(userId))
      ? { answer: 'refused', reason: 'bad record', tooLarge: false }
      : takeAll(records, apply);
/** Gives one person's record an outcome of its own. */
export const except =
  (userId: string, outcome: RecordOutcome): Behaviour =>
  (records, apply) => {
    apply(records.filter((record) => record.userId !== userId));
    return { answer: 'each', outcomes: records.map((record) => (record.userId === userId ? outcome : DELIVERED)) };
  };
