import fc from 'fast-check';
import { instant, plus } from '../../src/domain/instant.ts';
import type { HandOffVendor, Policy } from '../../src/domain/policy.ts';
import type { DeliverySource } from '../../src/pipeline/ports.ts';
import { DEFAULT_POLICY } from '../default-policy.ts';
import { BEGIN, happen } from './happen.ts';
import type { Arrival, Lifecycle, Noise } from './lifecycle.ts';
import { lifecycleOf, noises, throughNoise } from './lifecycle.ts';
import type { PeoplePlan } from './people-plan.ts';
import { happenToPeople, peoplePlans } from './people-plan.ts';
import { type Spoken, spokenOf, type Word, words } from './tools-told-words.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** What the merchant settled beforehand. */
interface Wishes {
  /** Every subscription of a story is on plan `pro`. */
  readonly isHighValue: boolean;
  readonly highValueAtEntry: boolean;
  readonly afterDays: number | null;
  readonly sendUndisclosedCodes: boolean;
}

/** One or two accounts of one user (or of nobody), whose money moves; or several whose users do. */
export type Happenings =
  | { readonly of: 'money'; readonly first: Lifecycle; readonly second: Lifecycle | null }
  | { readonly of: 'people'; readonly plan: PeoplePlan };

export interface Told {
  readonly happenings: Happenings;
  readonly noise: readonly Noise[];
  /** What operators say of the accounts whose money moves. */
  readonly words: readonly Word[];
  readonly wishes: Wishes;
  /** When the relay was installed and read the past from the provider's own list of events, in ms; null: before the first. */
  readonly installedMs: number | null;
  /** Before which arrivals the code that decides changes. */
  readonly releases: readonly number[];
  /** Instants between webhooks at which nothing is due and all is looked at, in ms after the one before. */
  readonly looks: readonly number[];
}

const lifecycles = fc.oneof(lifecycleOf('basil'), lifecycleOf('legacy'));

export const told: fc.Arbitrary<Told> = fc.record({
  happenings: fc.oneof(
    {
      weight: 3,
      arbitrary: fc.record({
        of: fc.constant('money' as const),
        first: lifecycles,
        second: fc.option(lifecycles, { freq: 1 }),
      }),
    },
    { weight: 1, arbitrary: fc.record({ of: fc.constant('people' as const), plan: peoplePlans }) },
  ),
  noise: fc.oneof(fc.constant([]), noises),
  words,
  wishes: fc.record({
    isHighValue: fc.boolean(),
    highValueAtEntry: fc.constantFrom(true, true, false),
    afterDays: fc.constantFrom(7, 7, 2, null),
    sendUndisclosedCodes: fc.boolean(),
  }),
  installedMs: fc.option(
    fc.integer({ min: 0, max: 40 }).map((days) => days * DAY),
    { freq: 3 },
  ),
  releases: fc.array(fc.integer({ min: 1, max: 12 }), { maxLength: 2 }),
  looks: fc.array(fc.integer({ min: 1, max: 6 * DAY }), { maxLength: 4 }),
});

const IN: readonly HandOffVendor[] = ['hubspot', 'salesforce'];

export const policyFor = ({ wishes }: Told): Policy => ({
  ...DEFAULT_POLICY,
  // What they hold back is told by test/property/brakes.test.ts.
  brakes: { ...DEFAULT_POLICY.brakes, entriesPerDay: null, shareAtOnce: null },
  plans: { highValue: wishes.isHighValue ? ['pro'] : [], ids: {} },
  sendUndisclosedCodes: wishes.sendUndisclosedCodes,
  handOff: {
    ...DEFAULT_POLICY.handOff,
    in: IN,
    highValueAtEntry: wishes.highValueAtEntry,
    afterMs: wishes.afterDays === null ? null : wishes.afterDays * DAY,
  },
});

/** The same life on another account: no object of it has the id of one of the first's. */
const onAnotherAccount = (body: string): string =>
  body.replaceAll('"cus_eve"', '"cus_eve_too"').replaceAll(/"((?:evt|in|sub|ch|pi|dp|re|issfr|inpay|cs)_)/g, '"$1too_');

const eventsOf = (happenings: Happenings): readonly Arrival[] => {
  if (happenings.of === 'people') return happenToPeople({ ...happenings.plan, sameIdElsewhere: false });
  const second = happenings.second === null ? [] : happen(happenings.second);
  return [
    ...happen(happenings.first),
    ...second.map(({ at, body }) => ({ at, body: onAnotherAccount(body) })),
  ].toSorted((a, b) => a.at - b.at);
};

/** Something that arrives, and how. */
export type Heard = (Arrival & { readonly source: DeliverySource }) | (Spoken & { readonly source: 'operator' });

/** Every webhook as it arrives; what had happened by the installation is read then, as history. */
export const arrivalsOf = ({ happenings, noise, installedMs, words: said }: Told): readonly Heard[] => {
  const events = eventsOf(happenings);
  const installed = installedMs === null ? 0 : plus(BEGIN, installedMs);
  const past = events.filter(({ at }) => at <= installed);
  const news = throughNoise(
    events.filter(({ at }) => at > installed),
    noise,
  );
  return [
    ...past.map(({ body }) => ({ at: plus(instant(installed), 300), body, source: 'backfill' as const })),
    ...news.map((arrival) => ({ ...arrival, source: 'webhook' as const })),
    ...(happenings.of === 'money' ? spokenOf(said, events) : []).map((each) => ({
      ...each,
      source: 'operator' as const,
    })),
  ].toSorted((a, b) => a.at - b.at);
};
