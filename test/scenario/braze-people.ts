import { expect } from 'vitest';
import { AUDIENCES } from '../../audiences/index.ts';
import { type BrazeStep, check } from './braze-play.ts';
import type { BrazeRelay } from './braze-relay.ts';
import { day, seconds } from './harness.ts';
import { to, unsent, wait } from './stage.ts';
import { type Bill, customerPays, fails } from './stripe-happenings.ts';

/** People who fail and pay in scenarios about Braze, and what must hold of all of them. */

export const bill = (name: string, number = 1): Bill => ({
  invoice: `in_${name}${number}`,
  subscription: `sub_${name}${number}`,
  amount: 4_900,
});
export const RETRY = { retryAt: day(3) };
export const first = { attempt: 1, retryAt: day(3) };

export const ADA = bill('ada');

/** `in_<audience>` of every audience: true for these alone. */
export const inOnly = (...members: readonly string[]): Readonly<Record<string, boolean>> =>
  Object.fromEntries(AUDIENCES.all.map(({ key }) => [`in_${key}`, members.includes(key)]));

/** She fails for the first time, and everything is known of it. */
export const entersDunning = [to('ada', fails(ADA, RETRY)), wait(seconds(10))];

export const failsFor = (name: string): BrazeStep => to(name, fails(bill(name), RETRY));
export const paysFor = (name: string): BrazeStep => to(name, customerPays(bill(name), first));
/** Everybody's webhooks arrive before anything leaves, so that they share a call. */
export const togetherFail = (...names: readonly string[]): readonly BrazeStep[] => [
  ...names.map((name) => unsent(name, fails(bill(name), RETRY))),
  wait(seconds(10)),
];

/** How often each event of a person's episode was recorded, by `user event`. */
const counts = ({ braze }: BrazeRelay): ReadonlyMap<string, number> => {
  const all = new Map<string, number>();
  for (const { externalId, name, properties } of braze.users.events) {
    const key = `${externalId} ${name} ${properties.dunning_episode_id} ${properties.stage ?? ''}`;
    all.set(key, (all.get(key) ?? 0) + 1);
  }
  return all;
};

/** An event stands twice only for somebody whose call was applied without an answer, and once more per such call. */
export const everyDuplicateIsExplained = check((relay) => {
  for (const [key, count] of counts(relay)) {
    const [user = ''] = key.split(' ');
    const unsure = relay.braze.faults.log.filter((entry) => entry.unsure && entry.users.includes(user));
    expect(count, `${key}: recorded ${count} times`).toBeLessThanOrEqual(1 + unsure.length);
  }
});

/** Braze holds exactly what it should of everybody. */
export const everythingIsRight = (...names: readonly string[]): BrazeStep =>
  check(async ({ braze, toolStates }) => {
    for (const name of names) {
      for (const { userId, desired, status } of await toolStates(`cus_${name}`)) {
        const wanted = Object.fromEntries(Object.entries(desired).filter(([, value]) => value !== null));
        const { dunning_state_version: _, ...held } = braze.users.all.get(userId)?.attributes ?? {};
        const { dunning_state_version: __, ...asked } = wanted;
        expect(held, `${name} in Braze`).toEqual(asked);
        expect(status, name).toBe('settled');
      }
    }
  });

export const DOWN = { kind: 'status', status: 503 } as const;
