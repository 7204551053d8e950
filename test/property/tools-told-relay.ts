import { AUDIENCES } from '../../audiences/index.ts';
import type { Fact } from '../../src/domain/fact.ts';
import { type Instant, instant } from '../../src/domain/instant.ts';
import type { Policy } from '../../src/domain/policy.ts';
import type { Guard } from '../../src/pipeline/guard/guard.ts';
import { makeGuard } from '../../src/pipeline/guard/make-guard.ts';
import { makeFindPresent } from '../../src/pipeline/guard/present.ts';
import type { World } from '../../src/pipeline/loop.ts';
import { runDue } from '../../src/pipeline/loop.ts';
import type { DeliverySource, NewDelivery, OutboxRow, ProfileRecord, Store } from '../../src/pipeline/ports.ts';
import { toDelivery } from '../../src/pipeline/receive.ts';
import { makeRules } from '../../src/pipeline/rules.ts';
import type { ActiveTool, NewToolEdge, ToolRow } from '../../src/pipeline/tools/tool-ports.ts';
import { stripe } from '../../src/providers/stripe/stripe.ts';
import { openStore } from '../../src/store/index.ts';

/** One tool of each subject, all live; what each is owed stays in the store until somebody sends it. */
export const TOOLS = [
  { tool: 'braze', subject: 'person', channel: 'live' },
  { tool: 'hubspot', subject: 'contact', channel: 'live' },
  { tool: 'hubspot-companies', subject: 'account', channel: 'live' },
  { tool: 'hubspot-tasks', subject: 'hand_off', channel: 'live' },
  { tool: 'slack', subject: 'alert', channel: 'live' },
  { tool: 'webhook', subject: 'stream', channel: 'live' },
] as const satisfies readonly ActiveTool[];
export type Subject = (typeof TOOLS)[number]['subject'];

/** All that one decision knew of an account. */
export interface Decided {
  readonly now: Instant;
  readonly customer: string;
  readonly facts: readonly Fact[];
}

/** An account that somebody owns. */
export interface Owned {
  readonly customer: string;
  readonly profileId: number;
  readonly userId: string | null;
  readonly facts: readonly Fact[];
}

/** A word for a flow of one person, as decided. */
export interface Told {
  readonly userId: string;
  readonly episodeId: string;
  readonly kind: 'entered' | 'exited';
  readonly stage: string | null;
  readonly outcome: string | null;
}

/** What is committed, once nobody is due. */
export interface Look {
  readonly now: Instant;
  /** Decisions since the look before. */
  readonly decided: readonly Decided[];
  readonly accounts: readonly Owned[];
  readonly profiles: readonly ProfileRecord[];
  readonly rows: Readonly<Record<Subject, readonly ToolRow[]>>;
  /** What flows of the messaging tool were told since the look before, in order. */
  readonly told: readonly Told[];
  /** To Segment, in order. */
  readonly calls: readonly OutboxRow[];
}

export interface ToldRelay {
  readonly store: Store;
  readonly take: (bodies: readonly string[], now: Instant, source: DeliverySource) => Promise<void>;
  /** Stores what an operator said. */
  readonly hear: (delivery: NewDelivery) => Promise<void>;
  /** Reads the same store, at any instant, decided or not. */
  readonly guard: () => Guard;
  /** Decides whatever is due. */
  readonly decide: (now: Instant) => Promise<void>;
  /** When the next profile is due by time alone; null: none. */
  readonly nextDueAt: () => Promise<Instant | null>;
  /** From now on other code decides, by the same rules: nobody is woken for it (semantics E5). */
  readonly release: () => void;
  readonly look: (now: Instant) => Promise<Look>;
  readonly close: () => Promise<void>;
}

const PERSON = TOOLS.find(({ subject }) => subject === 'person')?.tool;

const WORDS: Readonly<Record<string, Told['kind']>> = {
  dunning_stage_entered: 'entered',
  dunning_exited: 'exited',
  payment_recovered: 'exited',
};

const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null);

const tellOf = (userId: string, { event: { name, properties }, episodeId }: NewToolEdge): readonly Told[] => {
  const kind = WORDS[name];
  if (kind === undefined) return [];
  return [
    {
      userId,
      episodeId,
      kind,
      stage: textOf(properties.stage),
      outcome: name === 'payment_recovered' ? name : textOf(properties.outcome),
    },
  ];
};

const FOREVER = instant(9_000_000_000_000);
const MAX_ROUNDS = 500;
const providers = { stripe };

/** The real store and loop, with tools of every subject and nobody who sends. `ids`: users and customers to look for. */
export const openToldRelay = async (policy: Policy, ids: readonly string[]): Promise<ToldRelay> => {
  const store = await openStore('sqlite::memory:', { lock: false, namespace: 'test' });
  let releases = 0;
  const world = (): World => ({
    store: watched,
    rules: makeRules({ policy, namespace: 'test', audiences: AUDIENCES, providers, code: `release ${releases}` }),
    providers,
    channelFor: () => 'segment',
    toolsFor: () => TOOLS,
  });
  let decided: Decided[] = [];
  let told: Told[] = [];
  const watched: Store = {
    ...store,
    work: (at, limit, decide) =>
      store.work(at, limit, (claim) => {
        const commit = decide(claim);
        if (commit.outcome === 'parked') throw new Error(commit.deadLetter.message);
        if (commit.outcome === 'parted') return commit;
        for (const { customer, facts, role } of claim.accounts) {
          const news = commit.accounts.find((each) => each.customer.customer === customer.customer)?.facts ?? [];
          if (role === 'owner') decided.push({ now: at, customer: customer.customer, facts: [...facts, ...news] });
        }
        for (const { tool, userId, edges } of commit.tools)
          if (tool === PERSON) told.push(...edges.flatMap((edge) => tellOf(userId, edge)));
        return commit;
      }),
  };
  const findAll = async (): Promise<readonly ProfileRecord[]> => {
    const found = (await Promise.all(ids.map((id) => store.findProfiles(id)))).flat();
    return [...new Map(found.map((profile) => [profile.profileId, profile])).values()];
  };
  const ownedBy = async ({ profileId, userId }: ProfileRecord): Promise<readonly Owned[]> => {
    const history = await store.profileHistory(profileId, FOREVER);
    return (history?.accounts ?? [])
      .filter(({ role }) => role === 'owner')
      .map(({ customer: { customer }, facts }) => ({ customer, profileId, userId, facts }));
  };

  return {
    store,
    take: async (bodies, now, source) => {
      await store.accept(bodies.map((body) => toDelivery(stripe, body, now, source)));
    },
    hear: async (delivery) => {
      await store.accept([delivery]);
    },
    guard: () => makeGuard({ findPresent: makeFindPresent({ ...world(), store }) }),
    decide: async (now) => {
      for (let rounds = 0; rounds < MAX_ROUNDS; rounds += 1) if ((await runDue(world(), now, 64)) === 0) return;
      throw new Error('the profiles wake each other for ever');
    },
    release: () => {
      releases += 1;
    },
    nextDueAt: () => store.nextDueAt(),
    look: async (now) => {
      const profiles = await findAll();
      const accounts = (await Promise.all(profiles.map(ownedBy))).flat();
      const rows = await Promise.all(
        TOOLS.map(async ({ tool, channel, subject }) => [
          subject,
          await store.nextToolRows({ tool, channel, now, limit: 10_000 }),
        ]),
      );
      const calls = await store.nextCalls({ channel: 'segment', calls: 1_000_000, bytes: 1e12 });
      const since = decided;
      const words = told;
      decided = [];
      told = [];
      return { now, decided: since, accounts, profiles, rows: Object.fromEntries(rows), told: words, calls };
    },
    close: () => store.close(),
  };
};
