import { expect } from 'vitest';
import type { Instant } from '../../src/domain/instant.ts';
import { plus, toIso } from '../../src/domain/instant.ts';
import type { EventName, EventProperties, UserTraits } from '../../src/generated/tracking-plan.ts';
import { USER_TRAITS } from '../../src/generated/tracking-plan.ts';
import type { ProfileRecord, SegmentCall } from '../../src/pipeline/ports.ts';
import { isMembership } from '../../src/pipeline/transitions.ts';
import type { StripeAccount, StripeShape } from '../../src/simulate/stripe-events.ts';
import { DAY_0, day, seconds } from './harness.ts';
import type { PeopleRelay, PeopleSetting } from './people-relay.ts';
import { openPeopleRelay } from './people-relay.ts';
import { expectSoundPeople } from './people-sound.ts';
import { mirrorOf } from './segment-mirror.ts';
import type { Bill, Happening } from './stripe-happenings.ts';
import { fails } from './stripe-happenings.ts';

/** Stories of several customers, told by day: who is who, who is told what, and what Segment then holds of everybody. */
export interface PeoplePlay {
  readonly relay: PeopleRelay;
  readonly accounts: Map<string, StripeAccount>;
  readonly shape: StripeShape;
  now: Instant;
  /** Calls that a `hears` or `says` has already accounted for. */
  told: number;
  /** Something arrived and was not decided yet: nothing must hold of it. */
  waiting: boolean;
}
export type PeopleStep = (play: PeoplePlay) => Promise<void> | void;

/** Plays the steps in a store of its own. Nobody is linked to anybody, unless a step says so. */
export const playPeople = async (
  steps: readonly PeopleStep[],
  setting: PeopleSetting & { readonly shape?: StripeShape } = {},
): Promise<void> => {
  const relay = await openPeopleRelay(setting);
  const stage: PeoplePlay = {
    relay,
    accounts: new Map(),
    shape: setting.shape ?? 'basil',
    now: DAY_0,
    told: 0,
    waiting: false,
  };
  try {
    for (const step of steps) {
      await step(stage);
      if (!stage.waiting) await expectSoundPeople(relay);
    }
  } finally {
    await relay.close();
  }
};

/** `cus_<name>`: live, on the plan `pro`, named by nobody. */
const accountOf = (stage: PeoplePlay, name: string): StripeAccount =>
  stage.accounts.get(name) ?? {
    shape: stage.shape,
    livemode: true,
    customer: `cus_${name}`,
    planId: 'pro',
    priceId: 'price_pro',
  };

/** The bill of the account's subscription. */
export const billOf = (name: string, number = 1): Bill => ({
  invoice: `in_${name}${number}`,
  subscription: `sub_${name}`,
  amount: 4_900,
});

/** The account's bill fails; a retry is set three days later. */
export const failsFirst = (name: string): Happening => fails(billOf(name), { attempt: 1, retryAt: day(3) });

// ---------------------------------------------------------------- time and what arrives

/** Lets time pass until `days` (and `ms`) after day 0. */
export const on =
  (days: number, ms = 0): PeopleStep =>
  async (stage) => {
    expect(day(days, ms), 'time goes forward').toBeGreaterThanOrEqual(stage.now);
    stage.now = day(days, ms);
    await stage.relay.passTime(stage.now);
    stage.waiting = false;
  };

/** Lets time pass by `ms`. */
export const wait =
  (ms: number): PeopleStep =>
  async (stage) => {
    stage.now = plus(stage.now, ms);
    await stage.relay.passTime(stage.now);
    stage.waiting = false;
  };

const bodies = (account: StripeAccount, at: Instant, happenings: readonly Happening[]): readonly string[] =>
  happenings.flatMap((happening) => happening(account, at)).map((event) => JSON.stringify(event));

/** It happens to the account now; its webhooks arrive at once and are decided. */
export const to =
  (name: string, ...happenings: readonly Happening[]): PeopleStep =>
  async (stage) => {
    await stage.relay.take(bodies(accountOf(stage, name), stage.now, happenings), stage.now);
    await stage.relay.decide(stage.now);
    stage.waiting = false;
  };

/** The same, and nothing is decided yet. */
export const arrives =
  (name: string, ...happenings: readonly Happening[]): PeopleStep =>
  async (stage) => {
    await stage.relay.take(bodies(accountOf(stage, name), stage.now, happenings), stage.now);
    stage.waiting = true;
  };

/** It happened at `at`, and arrives only now. */
export const late =
  (name: string, at: Instant, ...happenings: readonly Happening[]): PeopleStep =>
  async (stage) => {
    await stage.relay.take(bodies(accountOf(stage, name), at, happenings), stage.now);
    await stage.relay.decide(stage.now);
    stage.waiting = false;
  };

/** From now on the account is another, e.g. of another merchant. */
export const becomes =
  (name: string, change: Partial<StripeAccount>): PeopleStep =>
  (stage) => {
    stage.accounts.set(name, { ...accountOf(stage, name), ...change });
  };

// ---------------------------------------------------------------- what was said, and what is true

const callsOf = async ({ relay }: PeoplePlay): Promise<readonly SegmentCall[]> =>
  (await relay.calls()).map(({ call }) => call);

/** `user` or `nobody`; with `+` where the call names an anonymous id besides. */
const whose = ({ userId, anonymousId }: SegmentCall): string =>
  `${userId ?? 'nobody'}${userId !== undefined && anonymousId !== undefined ? '+' : ''}`;

/** A call in a few words: `ada says payment_failed of cus_one`, `ada is told`, `ada enters dunning_retrying`. */
const inWords = (call: SegmentCall): string => {
  const who = whose(call);
  if (call.type === 'group') return `${who} is in ${call.groupId}`;
  if (call.type === 'identify')
    return isMembership(call)
      ? `${who} has ${Object.entries(call.traits ?? {}).map(([key, value]) => `${key}: ${value}`)}`
      : `${who} is told`;
  if (!isMembership(call)) return `${who} says ${call.event} of ${call.context.groupId}`;
  return `${who} ${call.event === 'Audience Entered' ? 'enters' : 'exits'} ${call.properties?.audience_key}`;
};

/** Since the last `hears` or `says`, exactly these calls were made, in this order; flags of audiences aside. */
export const hears =
  (...expected: readonly string[]): PeopleStep =>
  async (stage) => {
    const all = await callsOf(stage);
    const said = all.slice(stage.told).map(inWords);
    stage.told = all.length;
    expect(
      said.filter((line) => !line.includes(' has ')),
      `heard by ${toIso(stage.now)}`,
    ).toEqual(expected);
  };
export const hearsNothing: PeopleStep = hears();

type Said = {
  readonly [E in EventName]: readonly [
    user: string,
    customer: string,
    event: E,
    properties?: Partial<EventProperties[E]>,
  ];
}[EventName];

/** Since the last `hears` or `says`, exactly these events were said, in this order. */
export const says =
  (...expected: readonly Said[]): PeopleStep =>
  async (stage) => {
    const all = await callsOf(stage);
    const said = all.slice(stage.told).filter((call) => call.type === 'track' && !isMembership(call));
    stage.told = all.length;
    const at = `said by ${toIso(stage.now)}`;
    expect(
      said.map((call) => [whose(call), call.context.groupId, call.event]),
      at,
    ).toEqual(expected.map(([user, customer, event]) => [user, `cus_${customer}`, event]));
    for (const [index, [, , , properties]] of expected.entries())
      if (properties !== undefined) expect(said[index]?.properties, at).toMatchObject(properties);
  };
export const saysNothing: PeopleStep = says();

/** What the step's calls amount to is looked at elsewhere. */
export const whatever: PeopleStep = async (stage) => {
  stage.told = (await callsOf(stage)).length;
};

const viewOf = (profile: ProfileRecord | undefined) => JSON.parse(profile?.view ?? '{}');

/** The profile found under this id has these traits. */
export const stands =
  (id: string, expected: Partial<UserTraits>): PeopleStep =>
  async ({ relay, now }) => {
    const [profile, ...others] = await relay.profiles(id);
    expect(others, `profiles of ${id}`).toEqual([]);
    expect(viewOf(profile).traits, `${id} at ${toIso(now)}`).toMatchObject(expected);
  };

/** The person owns exactly these accounts, and is a contact of those that begin with `@`; undefined: nobody knows of whom. */
export const owns =
  (id: string, ...accounts: readonly string[]): PeopleStep =>
  async ({ relay, now }) => {
    const held = (await relay.profiles(id)).flatMap((profile) => profile.accounts);
    expect(
      held.map(({ customer, role }) => `${role === 'contact' ? '@' : ''}${customer.customer.slice(4)}`).toSorted(),
      `accounts of ${id} at ${toIso(now)}`,
    ).toEqual([...accounts].sort());
  };

/** Nobody is known by this id, or nobody ever was named for the account. */
export const isNobody =
  (name: string): PeopleStep =>
  async ({ relay }) => {
    expect((await relay.profiles(`cus_${name}`)).map(({ userId }) => userId)).toEqual([null]);
  };

/** Segment has the person in exactly these audiences. */
export const isIn =
  (user: string, ...audiences: readonly string[]): PeopleStep =>
  async (stage) => {
    const held = mirrorOf(await callsOf(stage)).get(user);
    expect([...(held?.entered ?? [])].sort(), `audiences of ${user} at ${toIso(stage.now)}`).toEqual(
      [...audiences].sort(),
    );
  };

/** Segment holds of the person what it would of somebody who never failed. */
export const isCleared =
  (user: string): PeopleStep =>
  async (stage) => {
    const held = mirrorOf(await callsOf(stage)).get(user);
    const left = [...(held?.traits ?? [])].filter(
      ([name, value]) => name in USER_TRAITS && ![null, false, 0, 'none', 'healthy', 'full'].includes(value as never),
    );
    expect(left, `left of ${user}`).toEqual([]);
    expect([...(held?.flagged ?? [])], `flags left of ${user}`).toEqual([]);
  };

/** Segment never heard of the person. */
export const isUnheardOf =
  (user: string): PeopleStep =>
  async (stage) => {
    expect((await callsOf(stage)).filter(({ userId }) => userId === user)).toEqual([]);
  };

/** Anything else that a story wants to look at. */
export const check =
  (look: (relay: PeopleRelay, stage: PeoplePlay) => Promise<void> | void): PeopleStep =>
  (stage) =>
    look(stage.relay, stage);

/** The lead episode's id is of this account's. */
export const episodesOf = async (relay: PeopleRelay, id: string): Promise<readonly string[]> =>
  (viewOf((await relay.profiles(id))[0]).episodes ?? []).map(
    ({ subscription }: { subscription: string }) => subscription,
  );

/** Nobody is named for either; the first has failed twice, the second once. */
export const bothOwe: readonly PeopleStep[] = [
  to('one', failsFirst('one')),
  wait(seconds(10)),
  on(1),
  to('one', fails(billOf('one'), { attempt: 2, retryAt: day(5) })),
  to('two', fails(billOf('two'), { retryAt: day(4) })),
  wait(seconds(10)),
];
