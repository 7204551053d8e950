import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Instant } from '../../src/domain/instant.ts';
import { DAY_MS, HOUR_MS, plus } from '../../src/domain/instant.ts';
import type { ProfileRecord } from '../../src/pipeline/ports.ts';
import type { PeopleRelay } from '../scenario/people-relay.ts';
import { openPeopleRelay } from '../scenario/people-relay.ts';
import { expectSoundPeople } from '../scenario/people-sound.ts';
import type { Arrival } from './lifecycle.ts';
import { inOrder, noises, throughNoise } from './lifecycle.ts';
import type { PeoplePlan } from './people-plan.ts';
import { accountsOf, happenToPeople, peoplePlans, USERS } from './people-plan.ts';
import { PROVE_MS, provingRuns } from './proving.ts';
import type { Said } from './said.ts';
import { expectSaidAlike, saidIn } from './said.ts';

/**
 * Webhooks of several customers who name, rename and share users arrive in any order, more than once and up to ten days
 * late: who is who in the end, what is true of them and what was said of single statements is the same (semantics F2, E1).
 */
interface Outcome {
  readonly people: readonly unknown[];
  readonly said: Said;
}

const everybody = async (relay: PeopleRelay, plan: PeoplePlan): Promise<readonly ProfileRecord[]> => {
  const ids = [...USERS, ...accountsOf(plan).map(({ customer }) => customer)];
  const found = (await Promise.all(ids.map((id) => relay.profiles(id)))).flat();
  return [...new Map(found.map((profile) => [profile.profileId, profile])).values()];
};

/** Who owns what and is told of what, and what is true of them; people without any account are nobody. */
const toPeople = (profiles: readonly ProfileRecord[]): readonly unknown[] =>
  profiles
    .filter(({ accounts }) => accounts.length > 0)
    .map(({ userId, accounts, view }) => {
      const { traits, audiences, episodes } = JSON.parse(view ?? '{}');
      const held = accounts.map(({ customer, role }) => `${role} ${customer.merchant} ${customer.customer}`);
      return { userId, held: held.toSorted(), traits, audiences, episodes };
    })
    .toSorted((a, b) => `${a.held} ${a.userId}`.localeCompare(`${b.held} ${b.userId}`));

/** Two hours after the last arrival every window that runs from a receipt is over. */
const finalInstant = (...runs: readonly (readonly Arrival[])[]): Instant =>
  plus(Math.max(...runs.flat().map(({ at }) => at)) as Instant, 2 * HOUR_MS);

const run = async (plan: PeoplePlan, arrivals: readonly Arrival[], final: Instant): Promise<Outcome> => {
  const relay = await openPeopleRelay();
  try {
    for (const [at, together] of Map.groupBy(arrivals, ({ at }) => at)) {
      await relay.passTime(at);
      await relay.take(
        together.map(({ body }) => body),
        at,
      );
      await relay.decide(at);
    }
    await relay.passTime(final);
    await expectSoundPeople(relay);
    const profiles = await everybody(relay, plan);
    return { people: toPeople(profiles), said: saidIn(await relay.calls(), profiles) };
  } finally {
    await relay.close();
  }
};

it(
  'any permutation, repetition and delay of the same webhooks ends with the same people, and nobody is left in anything',
  async () => {
    await fc.assert(
      fc.asyncProperty(peoplePlans, noises, async (plan, noise) => {
        const events = happenToPeople(plan);
        const ordered = inOrder(events);
        const shuffled = throughNoise(events, noise);
        const final = plus(finalInstant(ordered, shuffled), DAY_MS);
        const one = await run(plan, ordered, final);
        const other = await run(plan, shuffled, final);
        expect(other.people, 'the same people').toEqual(one.people);
        expectSaidAlike(one.said, other.said);
      }),
      provingRuns(40, 20_000),
    );
  },
  PROVE_MS + 60_000,
);
