import { expect } from 'vitest';
import type { Instant } from '../../src/domain/instant.ts';
import { toIso } from '../../src/domain/instant.ts';
import type { BrazeEvent, BrazeFault, FaultWhen } from '../../src/simulate/vendors/braze.ts';
import type { BrazeRelay, BrazeRelayOptions } from './braze-relay.ts';
import { openBrazeRelay } from './braze-relay.ts';
import { DAY_0, day } from './harness.ts';
import { heardLate, type Stage, type StageStep } from './stage.ts';
import type { Happening } from './stripe-happenings.ts';

/** Scenarios told by day: what happens at Stripe, and what Braze then holds and hears. */
export interface BrazePlay extends Stage {
  readonly relay: BrazeRelay;
  /** Events that a `hears` has already accounted for. */
  heard: number;
}
export type BrazeStep = (play: BrazePlay) => Promise<void> | void;

/** Plays the steps with a store, a Braze and a Segment of their own. */
export const playBraze = async (steps: readonly BrazeStep[], options: BrazeRelayOptions = {}): Promise<void> => {
  const relay = await openBrazeRelay(options);
  const stage: BrazePlay = { relay, people: new Map(), now: DAY_0, heard: 0 };
  try {
    for (const step of steps) await step(stage);
    expect(relay.braze.users.alterations, 'every value is stored as it was sent').toEqual([]);
  } finally {
    await relay.close();
  }
};

/** The machine sleeps until `days` after day 0 and then goes on. */
export const sleep =
  (days: number): BrazeStep =>
  async (stage) => {
    stage.now = day(days);
    await stage.relay.settle(stage.now);
  };

/** It happened at `at`, and its webhooks arrive only now. */
export const late = (name: string, at: Instant, ...happenings: readonly Happening[]): StageStep =>
  heardLate(name, at, 'webhook', ...happenings);

/** Braze goes wrong from here on, as `when` says. */
export const fault =
  (injected: BrazeFault, when?: FaultWhen): BrazeStep =>
  ({ relay }) => {
    relay.braze.faults.inject(injected, when);
  };

/** Braze is well again. */
export const heals: BrazeStep = ({ relay }) => relay.braze.faults.heal();

/** The relay restarts, with or without a key for Braze. */
export const restarts =
  (hasKey: boolean): BrazeStep =>
  ({ relay, now }) =>
    relay.restart(now, hasKey);

// ---------------------------------------------------------------- what Braze holds and heard

/** Braze holds these attributes of the person, among others; undefined: it holds none of that name. */
export const holds =
  (name: string, expected: Readonly<Record<string, unknown>>): BrazeStep =>
  (stage) => {
    const held = stage.relay.braze.users.all.get(`user_${name}`)?.attributes ?? {};
    const asked = Object.fromEntries(Object.keys(expected).map((key) => [key, held[key]]));
    expect(asked, `what Braze holds of ${name} at ${toIso(stage.now)}`).toEqual(expected);
  };

/** Braze never heard of the person. */
export const knowsNothingOf =
  (name: string): BrazeStep =>
  ({ relay }) => {
    expect(relay.braze.users.all.has(`user_${name}`), `Braze knows ${name}`).toBe(false);
  };

export type Heard = readonly [user: string, event: string, properties?: Readonly<Record<string, unknown>>];

/** Since the last `hears`, exactly these events reached Braze, in this order. */
export const hears =
  (...expected: readonly Heard[]): BrazeStep =>
  (stage) => {
    const events = stage.relay.braze.users.events.slice(stage.heard);
    stage.heard += events.length;
    const at = `heard by ${toIso(stage.now)}`;
    expect(
      events.map(({ externalId, name }) => [externalId.replace('user_', ''), name]),
      at,
    ).toEqual(expected.map(([user, event]) => [user, event]));
    for (const [index, [, , properties]] of expected.entries()) {
      if (properties !== undefined) expect(events[index]?.properties, at).toMatchObject(properties);
    }
  };
export const hearsNothing: BrazeStep = hears();

/** Anything else that a scenario wants to look at. */
export const check =
  (look: (relay: BrazeRelay, stage: BrazePlay) => Promise<void> | void): BrazeStep =>
  (stage) =>
    look(stage.relay, stage);

/** The attributes of the newest write about the person. */
export const lastWrite = ({ braze }: BrazeRelay, name: string): Readonly<Record<string, unknown>> =>
  braze.users.writes.findLast(({ externalId }) => externalId === `user_${name}`)?.attributes ?? {};

/** The newest event about the person. */
export const lastEvent = ({ braze }: BrazeRelay, name: string): BrazeEvent | undefined =>
  braze.users.events.findLast(({ externalId }) => externalId === `user_${name}`);
