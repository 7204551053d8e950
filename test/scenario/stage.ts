import { expect } from 'vitest';
import { type Instant, plus } from '../../src/domain/instant.ts';
import type { DeliverySource } from '../../src/pipeline/ports.ts';
import type { StripeAccount } from '../../src/simulate/stripe-events.ts';
import type { Driven } from './drive.ts';
import { day } from './harness.ts';
import type { Happening } from './stripe-happenings.ts';

/** What happens at Stripe, told by day, to a relay of any kind. */
export interface Stage {
  readonly relay: Driven;
  readonly people: Map<string, StripeAccount>;
  now: Instant;
}
export type StageStep = (stage: Stage) => Promise<void> | void;

/** Somebody with a user id on the plan `pro`, which is of high value, in live mode: `cus_<name>`, `user_<name>`. */
export const person = (name: string): StripeAccount => ({
  shape: 'basil',
  livemode: true,
  customer: `cus_${name}`,
  userId: `user_${name}`,
  planId: 'pro',
  priceId: 'price_pro',
});

export const accountOf = ({ people }: Stage, name: string): StripeAccount => people.get(name) ?? person(name);

/** From now on the person's account at Stripe is another. */
export const becomes =
  (name: string, change: Partial<StripeAccount>): StageStep =>
  (stage) => {
    stage.people.set(name, { ...accountOf(stage, name), ...change });
  };

/** Lets time pass until `days` (and `ms`) after day 0. */
export const on =
  (days: number, ms = 0): StageStep =>
  async (stage) => {
    expect(day(days, ms), 'time goes forward').toBeGreaterThanOrEqual(stage.now);
    stage.now = day(days, ms);
    await stage.relay.passTime(stage.now);
  };

/** Lets time pass by `ms`. */
export const wait =
  (ms: number): StageStep =>
  async (stage) => {
    stage.now = plus(stage.now, ms);
    await stage.relay.passTime(stage.now);
  };

const bodies = (stage: Stage, name: string, at: Instant, happenings: readonly Happening[]): readonly string[] =>
  happenings.flatMap((happening) => happening(accountOf(stage, name), at)).map((event) => JSON.stringify(event));

/** It happens to the person now, and its webhooks arrive at once. */
export const to =
  (name: string, ...happenings: readonly Happening[]): StageStep =>
  async (stage) => {
    await stage.relay.take(bodies(stage, name, stage.now, happenings), stage.now);
    await stage.relay.settle(stage.now);
  };

/** The same, and nothing is sent until time passes: somebody else's call is under way. */
export const unsent =
  (name: string, ...happenings: readonly Happening[]): StageStep =>
  (stage) =>
    stage.relay.take(bodies(stage, name, stage.now, happenings), stage.now);

/** It happened at `at`, and its webhooks arrive only now, or a backfill reads of it now. */
export const heardLate =
  (name: string, at: Instant, source: DeliverySource, ...happenings: readonly Happening[]): StageStep =>
  async (stage) => {
    await stage.relay.take(bodies(stage, name, at, happenings), stage.now, source);
    await stage.relay.settle(stage.now);
  };
