import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { AUDIENCES } from '../../audiences/index.ts';
import type { Instant } from '../../src/domain/instant.ts';
import type { Policy } from '../../src/domain/policy.ts';
import type { Guard, GuardAnswer, GuardQuestion } from '../../src/pipeline/guard/guard.ts';
import type { GuardStore } from '../../src/pipeline/guard/guard-ports.ts';
import { makeGuard } from '../../src/pipeline/guard/make-guard.ts';
import { makeFindPresent } from '../../src/pipeline/guard/present.ts';
import { makeStatus, type Status } from '../../src/pipeline/guard/status.ts';
import { runDue, type World } from '../../src/pipeline/loop.ts';
import type { Channel, Store } from '../../src/pipeline/ports.ts';
import { toDelivery } from '../../src/pipeline/receive.ts';
import { makeRules, type Ruleset } from '../../src/pipeline/rules.ts';
import { stripe } from '../../src/providers/stripe/stripe.ts';
import type { StripeAccount } from '../../src/simulate/stripe-events.ts';
import { openGuardStore, openStore } from '../../src/store/index.ts';
import { DEFAULT_POLICY } from '../default-policy.ts';
import type { Happening } from '../scenario/stripe-happenings.ts';

const providers = { stripe };

/** The rules of everything here; another `code` stands for another release. */
export const guardRules = (code = 'test', policy: Partial<Policy> = {}): Ruleset =>
  makeRules({ policy: { ...DEFAULT_POLICY, ...policy }, namespace: 'test', audiences: AUDIENCES, providers, code });

export interface GuardSetting {
  readonly policy?: Partial<Policy>;
  /** Where calls would go; the recorder unless told otherwise. */
  readonly channel?: Channel;
}

export interface GuardRig {
  readonly store: Store;
  /** What the guard reads: the store itself, or a reader of its own. */
  readonly reader: GuardStore;
  readonly guard: Guard;
  readonly status: Status;
  /** For `user_ada`, of the kind `dunning`, unless told otherwise. */
  readonly ask: (now: Instant, question?: Partial<GuardQuestion>) => Promise<GuardAnswer>;
  /** Stores the webhooks of what happens, as the door would; decides nothing. */
  readonly take: (account: StripeAccount, at: Instant, ...happenings: readonly Happening[]) => Promise<void>;
  readonly takeBodies: (bodies: readonly string[], now: Instant) => Promise<void>;
  /** Runs the loop at every instant up to `until` at which something is due. */
  readonly decide: (until: Instant) => Promise<void>;
  readonly close: () => Promise<void>;
}

const openUrl = (kind: 'memory' | 'disk'): { readonly url: string; readonly remove: () => void } => {
  if (kind === 'memory') return { url: 'sqlite::memory:', remove: () => {} };
  const folder = mkdtempSync(join(tmpdir(), 'recoup-guard-'));
  return { url: `sqlite:${join(folder, 'recoup.db')}`, remove: () => rmSync(folder, { recursive: true, force: true }) };
};

/** A guard over a real store with the real loop, a clock of the caller's, and no doors. */
export const openGuardRig = async (kind: 'memory' | 'disk', setting: GuardSetting = {}): Promise<GuardRig> => {
  const { url, remove } = openUrl(kind);
  const store = await openStore(url, { lock: kind === 'disk', namespace: 'test' });
  const beside = await openGuardStore(url);
  const reader = beside ?? store;
  const rules = guardRules('test', setting.policy);
  const channelFor = () => setting.channel ?? 'recorder';
  const findPresent = makeFindPresent({ store: reader, rules, providers, channelFor });
  const guard = makeGuard({ findPresent });
  const world: World = { store, rules, providers, channelFor, toolsFor: () => [] };
  const takeBodies = async (bodies: readonly string[], now: Instant): Promise<void> => {
    await store.accept(bodies.map((body) => toDelivery(stripe, body, now)));
  };
  return {
    store,
    reader,
    guard,
    status: makeStatus({ findPresent }),
    ask: (now, question) => guard.ask({ userId: 'user_ada', episode: null, message: 'dunning', ...question }, now),
    take: (account, at, ...happenings) => {
      const events = happenings.flatMap((happening) => happening(account, at));
      return takeBodies(
        events.map((event) => JSON.stringify(event)),
        at,
      );
    },
    takeBodies,
    decide: async (until) => {
      for (let due = await store.nextDueAt(); due !== null && due <= until; due = await store.nextDueAt())
        await runDue(world, due);
    },
    close: async () => {
      await beside?.close();
      await store.close();
      remove();
    },
  };
};

/** The same, closed when the test has ended. */
export const guardRig = async (kind: 'memory' | 'disk', setting?: GuardSetting): Promise<GuardRig> => {
  const rig = await openGuardRig(kind, setting);
  onTestFinished(rig.close);
  return rig;
};
