import { AUDIENCES } from '../../audiences/index.ts';
import type { Instant } from '../../src/domain/instant.ts';
import type { Policy } from '../../src/domain/policy.ts';
import type { World } from '../../src/pipeline/loop.ts';
import { runDue } from '../../src/pipeline/loop.ts';
import type { OutboxRow, ProfileRecord, Store } from '../../src/pipeline/ports.ts';
import { toDelivery } from '../../src/pipeline/receive.ts';
import { makeRules } from '../../src/pipeline/rules.ts';
import { stripe } from '../../src/providers/stripe/stripe.ts';
import { openStore } from '../../src/store/index.ts';
import { DEFAULT_POLICY } from '../default-policy.ts';

/** The relay's own parts without its doors, for stories of several customers: real store, real loop, a clock of the caller's. */
export interface PeopleRelay {
  /** Stores webhooks as the door would, and decides nothing. */
  readonly take: (rawBodies: readonly string[], now: Instant) => Promise<void>;
  /** One round of the loop, of at most `limit` profiles; answers how many were due. */
  readonly round: (now: Instant, limit: number) => Promise<number>;
  /** Rounds until nobody is due. */
  readonly decide: (now: Instant) => Promise<void>;
  /** Wakes at every instant up to and including `until` at which something is due. */
  readonly passTime: (until: Instant) => Promise<void>;
  /** Stops and starts again on the same file. */
  readonly restart: () => Promise<void>;
  /** Everything that was said, in order, with the channel that takes it. */
  readonly calls: () => Promise<readonly OutboxRow[]>;
  /** By user id, customer or anonymous id. */
  readonly profiles: (id: string) => Promise<readonly ProfileRecord[]>;
  /** As the command does. */
  readonly erase: (id: string, now: Instant) => Promise<void>;
  readonly close: () => Promise<void>;
}

export interface PeopleSetting {
  readonly policy?: Partial<Policy>;
  /** A file for the store; without one it lives in memory. */
  readonly file?: string;
  /** Profiles per round, and whether the relay is stopped and started again after each. */
  readonly interrupted?: boolean;
}

const ALL = { calls: 1_000_000, bytes: 1e12 };
const MAX_ROUNDS = 500;
const providers = { stripe };

/** A relay that enforces, on a store of its own. */
export const openPeopleRelay = async (setting: PeopleSetting = {}): Promise<PeopleRelay> => {
  const open = (): Promise<Store> =>
    openStore(`sqlite:${setting.file ?? ':memory:'}`, { lock: setting.file !== undefined, namespace: 'test' });
  let store = await open();
  const policy = { ...DEFAULT_POLICY, ...setting.policy };
  const rules = makeRules({ policy, namespace: 'test', audiences: AUDIENCES, providers });
  const world = (): World => ({
    store,
    rules,
    providers,
    channelFor: (mode) => (mode === 'live' ? 'segment' : 'recorder'),
    toolsFor: () => [],
  });

  const restart = async (): Promise<void> => {
    await store.close();
    store = await open();
  };
  const round = async (now: Instant, limit: number): Promise<number> => {
    const count = await runDue(world(), now, limit);
    if (setting.interrupted === true) await restart();
    return count;
  };
  const decide = async (now: Instant): Promise<void> => {
    for (let rounds = 0; rounds < MAX_ROUNDS; rounds += 1)
      if ((await round(now, setting.interrupted === true ? 1 : 64)) === 0) return;
    throw new Error(`the profiles wake each other for ever at ${new Date(now).toISOString()}`);
  };

  return {
    take: async (rawBodies, now) => {
      await store.accept(rawBodies.map((rawBody) => toDelivery(stripe, rawBody, now)));
    },
    round,
    decide,
    passTime: async (until) => {
      for (;;) {
        const next = await store.nextDueAt();
        if (next === null || next > until) return;
        await decide(next);
      }
    },
    restart,
    calls: async () => {
      const segment = await store.nextCalls({ channel: 'segment', ...ALL });
      const recorder = await store.nextCalls({ channel: 'recorder', ...ALL });
      return [...segment, ...recorder].toSorted((a, b) => a.seq - b.seq);
    },
    profiles: (id) => store.findProfiles(id),
    erase: async (id, now) => {
      await store.erase(id, now);
    },
    close: () => store.close(),
  };
};
