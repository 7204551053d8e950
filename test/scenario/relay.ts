import { AUDIENCES } from '../../audiences/index.ts';
import type { Audiences } from '../../src/audience-kit/audiences.ts';
import type { Instant } from '../../src/domain/instant.ts';
import type { Policy } from '../../src/domain/policy.ts';
import { intervene } from '../../src/pipeline/interventions/intervene.ts';
import type { Intervened, NotIntervened, OperatorRequest } from '../../src/pipeline/interventions/intervention.ts';
import type { World } from '../../src/pipeline/loop.ts';
import { runDue } from '../../src/pipeline/loop.ts';
import type { DeliverySource, NewDelivery, OutboxRow, ProfileRecord, TraitValues } from '../../src/pipeline/ports.ts';
import { toDelivery } from '../../src/pipeline/receive.ts';
import { makeRules } from '../../src/pipeline/rules.ts';
import { stripe } from '../../src/providers/stripe/stripe.ts';
import { openStore } from '../../src/store/index.ts';
import { DEFAULT_POLICY } from '../default-policy.ts';

/** The relay's own parts without its doors: real store, real loop, and a clock that only the caller moves. */
export interface Relay {
  /** Stores a webhook as the door would, then decides whatever is due. */
  readonly receive: (rawBody: string, now: Instant, source?: DeliverySource) => Promise<void>;
  /** Stores what came by another door, then decides whatever is due. */
  readonly take: (delivery: NewDelivery, now: Instant) => Promise<void>;
  /** Does what an operator wants, as the commands and the API do, then decides whatever is due. */
  readonly operate: (request: OperatorRequest, now: Instant) => Promise<Intervened | NotIntervened>;
  /** Wakes at every instant up to and including `until` at which something is due. */
  readonly passTime: (until: Instant) => Promise<void>;
  /** From the next decision on, other rules hold. */
  readonly release: (policy: Partial<Policy>, audiences?: Audiences) => void;
  readonly switchMode: (mode: 'observe' | 'enforce', now: Instant) => Promise<void>;
  /** Everything that was said, in order, with the channel that takes it. */
  readonly calls: () => Promise<readonly OutboxRow[]>;
  /** The customer's record: its view, its log, its deliveries. Undefined while nothing of the customer has arrived. */
  readonly profile: () => Promise<ProfileRecord | undefined>;
  /** The traits that hold as of the last decision; null before the first. */
  readonly traits: () => Promise<TraitValues | null>;
  readonly close: () => Promise<void>;
}

const providers = { stripe };
const rulesOf = (policy: Partial<Policy>, audiences = AUDIENCES) =>
  makeRules({ policy: { ...DEFAULT_POLICY, ...policy }, namespace: 'test', audiences, providers });

const ALL = { calls: 1_000_000, bytes: 1e12 };

/** A relay on a store in memory, enforcing, for the one customer `customer`. */
export const openRelay = async (customer: string, policy: Partial<Policy> = {}): Promise<Relay> => {
  const store = await openStore('sqlite::memory:', { lock: false, namespace: 'test' });
  let mode: 'observe' | 'enforce' = 'enforce';
  let world: World = {
    store,
    rules: rulesOf(policy),
    providers,
    channelFor: (of) => (mode === 'enforce' && of === 'live' ? 'segment' : 'recorder'),
    toolsFor: () => [],
  };

  const decideAll = async (now: Instant): Promise<void> => {
    while ((await runDue(world, now)) > 0);
  };
  const passTime = async (until: Instant): Promise<void> => {
    for (;;) {
      const next = await store.nextDueAt();
      if (next === null || next > until) return;
      await decideAll(next);
    }
  };
  const profile = async (): Promise<ProfileRecord | undefined> => (await store.findProfiles(customer))[0];

  return {
    receive: async (rawBody, now, source) => {
      await store.accept([toDelivery(stripe, rawBody, now, source)]);
      await decideAll(now);
    },
    take: async (delivery, now) => {
      await store.accept([delivery]);
      await decideAll(now);
    },
    operate: async (request, now) => {
      const done = await intervene({ store, rules: world.rules, providers }, request, now);
      await decideAll(now);
      return done;
    },
    passTime,
    release: (next, audiences) => {
      world = { ...world, rules: rulesOf(next, audiences) };
    },
    switchMode: async (next, now) => {
      mode = next;
      await store.noteMode(next, now);
      if (next === 'enforce') await store.wakeForEnforce(now);
      await decideAll(now);
    },
    calls: async () => {
      const segment = await store.nextCalls({ channel: 'segment', ...ALL });
      const recorder = await store.nextCalls({ channel: 'recorder', ...ALL });
      return [...segment, ...recorder].toSorted((a, b) => a.seq - b.seq);
    },
    profile,
    traits: async () => {
      const view = (await profile())?.view ?? null;
      return view === null ? null : JSON.parse(view).traits;
    },
    close: store.close,
  };
};
