import { expect } from 'vitest';
import type { Audiences } from '../../src/audience-kit/audiences.ts';
import type { Instant } from '../../src/domain/instant.ts';
import { DAY_MS, instant, plus, SECOND_MS, toIso } from '../../src/domain/instant.ts';
import type { Policy } from '../../src/domain/policy.ts';
import type { EventName, EventProperties, UserTraits } from '../../src/generated/tracking-plan.ts';
import {
  parseAccountTraits,
  parseAudienceEvent,
  parseEvent,
  parseMembershipTraits,
  parseUserTraits,
  USER_TRAITS,
} from '../../src/generated/tracking-plan.ts';
import type { TraitValues } from '../../src/pipeline/ports.ts';
import { isMembership } from '../../src/pipeline/transitions.ts';
import type { StripeAccount, StripeEvent, StripeShape } from '../../src/simulate/stripe-events.ts';
import type { Relay } from './relay.ts';
import { openRelay } from './relay.ts';
import type { Happening } from './stripe-happenings.ts';

/**
 * Scenarios told by day, on a virtual clock: what happens at Stripe, when it arrives, what is true then and what was
 * said. Between two steps the relay wakes at every instant at which something is due, as the running process would.
 */
export type Step = (play: Play) => Promise<void>;

export interface Play {
  readonly relay: Relay;
  account: StripeAccount;
  now: Instant;
  /** Track calls that a `says` has already accounted for. */
  told: number;
}

export interface Setting {
  readonly shape: StripeShape;
  readonly account?: Partial<StripeAccount>;
  readonly policy?: Partial<Policy>;
}

/** Day 0 of every scenario, a whole second. */
export const DAY_0 = instant(Date.UTC(2026, 2, 2, 9));

/** `days` after day 0, plus `ms`. */
export const day = (days: number, ms = 0): Instant => plus(DAY_0, days * DAY_MS + ms);
export const seconds = (count: number): number => count * SECOND_MS;
export const minutes = (count: number): number => seconds(60 * count);
export const hours = (count: number): number => minutes(60 * count);

/** The customer of every scenario: live, linked to a user, on a plan that her subscription's metadata names. */
const ada = (setting: Setting): StripeAccount => ({
  shape: setting.shape,
  livemode: true,
  customer: 'cus_ada',
  userId: 'user_ada',
  planId: 'pro',
  priceId: 'price_pro',
  ...setting.account,
});

/** Plays the steps in order in a store of its own. */
export const play = async (setting: Setting, steps: readonly Step[]): Promise<void> => {
  const relay = await openRelay('cus_ada', setting.policy);
  const stage: Play = { relay, account: ada(setting), now: DAY_0, told: 0 };
  try {
    for (const step of steps) {
      await step(stage);
      await expectSound(stage);
    }
  } finally {
    await relay.close();
  }
};

// ---------------------------------------------------------------- time and what arrives

/** Lets time pass until `days` (and `ms`) after day 0. */
export const on =
  (days: number, ms = 0): Step =>
  async (stage) => {
    const target = day(days, ms);
    expect(target, 'time goes forward').toBeGreaterThanOrEqual(stage.now);
    await stage.relay.passTime(target);
    stage.now = target;
  };

/** Lets time pass by `ms`. */
export const wait =
  (ms: number): Step =>
  async (stage) => {
    stage.now = plus(stage.now, ms);
    await stage.relay.passTime(stage.now);
  };

const receive = async (stage: Play, events: readonly StripeEvent[]): Promise<void> => {
  for (const event of events) await stage.relay.receive(JSON.stringify(event), stage.now);
};

/** It happens now, and its webhooks arrive at once, one after the other. */
export const webhooks =
  (...happenings: readonly Happening[]): Step =>
  async (stage) => {
    for (const happening of happenings) await receive(stage, happening(stage.account, stage.now));
  };

/** It happened at `at`, and its webhooks arrive only now. */
export const late =
  (at: Instant, ...happenings: readonly Happening[]): Step =>
  async (stage) => {
    for (const happening of happenings) await receive(stage, happening(stage.account, at));
  };

/** From now on the account is another, e.g. linked to a user. */
export const becomes =
  (change: Partial<StripeAccount>): Step =>
  async (stage) => {
    stage.account = { ...stage.account, ...change };
  };

/** The relay restarts with other rules: a release. */
export const release =
  (policy: Partial<Policy>, audiences?: Audiences): Step =>
  async (stage) => {
    stage.relay.release(policy, audiences);
  };

/** The relay restarts in observe mode (everything goes to the recorder), or in enforce mode. */
export const mode =
  (next: 'observe' | 'enforce'): Step =>
  async (stage) => {
    await stage.relay.switchMode(next, stage.now);
  };

// ---------------------------------------------------------------- what was said, and what is true

type Expected = { readonly [E in EventName]: readonly [E, Partial<EventProperties[E]>] }[EventName];

/** Events, without the transitions of audiences, which have scenarios of their own. */
const tracks = async (stage: Play) =>
  (await stage.relay.calls()).filter(({ call }) => call.type === 'track' && !isMembership(call));

/** Since the last `says`, exactly these events were said, in this order, with at least these properties. */
export const says =
  (...expected: readonly Expected[]): Step =>
  async (stage) => {
    const said = (await tracks(stage)).slice(stage.told);
    stage.told += said.length;
    const at = `said by ${toIso(stage.now)}`;
    expect(
      said.map(({ call }) => call.event),
      at,
    ).toEqual(expected.map(([event]) => event));
    for (const [index, [event, properties]] of expected.entries()) {
      expect(said[index]?.call.properties, `${event}, ${at}`).toMatchObject(properties);
    }
  };

export const saysNothing: Step = says();

/** These traits hold now. */
export const traits =
  (expected: Partial<UserTraits>): Step =>
  async (stage) => {
    expect(await stage.relay.traits(), `traits at ${toIso(stage.now)}`).toMatchObject(expected);
  };

/** Anything else that a scenario wants to look at. */
export const check =
  (look: (relay: Relay, stage: Play) => Promise<void> | void): Step =>
  async (stage) => {
    await look(stage.relay, stage);
  };

/** The traits of somebody in dunning who may be written to. */
export const ACTIVE = {
  dunning_status: 'active',
  in_dunning: true,
  dunning_suppressed: false,
  suppression_reason: null,
} as const;

/** The traits whose change alone is worth an identify; the others come with them. */
const onChange = (traits: TraitValues | null | undefined) =>
  Object.fromEntries(
    Object.entries(USER_TRAITS).flatMap(([name, publish]) =>
      publish === 'on_change' ? [[name, traits?.[name] ?? null]] : [],
    ),
  );

/** What must hold after every step of every scenario, whatever it is about. */
const expectSound = async (stage: Play): Promise<void> => {
  const rows = await stage.relay.calls();
  const calls = rows.map(({ call }) => call);
  const ids = calls.map(({ messageId }) => messageId);
  expect(new Set(ids).size, 'a message id is said once (E3)').toBe(ids.length);
  for (const id of ids) expect(id.length, id).toBeLessThanOrEqual(100);
  for (const call of calls) {
    if (isMembership(call)) {
      const check = call.type === 'track' ? parseAudienceEvent(call.event ?? '', call.properties) : null;
      expect(check ?? parseMembershipTraits(call.traits)).toEqual({ ok: true });
      continue;
    }
    if (call.type === 'track') {
      expect(parseEvent(call.event ?? '', call.properties)).toEqual({ ok: true });
      expect(call.timestamp, 'a fact event bears the time at which it happened (E7)').toBe(
        call.properties?.occurred_at,
      );
    }
    if (call.type === 'identify') expect(parseUserTraits(call.traits)).toEqual({ ok: true });
    if (call.type === 'group') expect(parseAccountTraits(call.traits)).toEqual({ ok: true });
  }
  for (const { call, committedAt } of rows) {
    if (call.type === 'identify')
      expect(call.timestamp, 'an identify bears the decision (E7)').toBe(toIso(committedAt));
  }
  const identified = calls.findLast((call) => call.type === 'identify' && !isMembership(call))?.traits;
  const present = await stage.relay.traits();
  if (identified !== undefined)
    expect(onChange(identified), 'the last identify tells the present (E9)').toEqual(onChange(present));
};
