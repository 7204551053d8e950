import type { CustomerKey, Mode } from '../domain/ids.ts';
import type { Nameless, Survey, SurveyedCustomer } from '../pipeline/survey-ports.ts';
import { PLACES, type Place, toThreads } from './threads.ts';

/** How many customers of one mode thread to a user id. */
export interface ThreadedShare {
  readonly mode: Mode;
  /** All of them, exact. */
  readonly customers: number;
  /** Those that were looked at, and how many of these thread. */
  readonly looked: number;
  readonly threaded: number;
}

/** A customer in dunning whom no tool can reach. */
export interface Stake {
  readonly customer: string;
  /** In major units of `currency`; null where nothing is owed or it is not known. */
  readonly amount: number | null;
  readonly currency: string | null;
}

/** How the billing customers of a store thread to user ids. Ids of the provider only, but for ids of crowds; no address. */
export interface Identity {
  readonly shares: readonly ThreadedShare[];
  /** Customers whose facts were read, by where their user id stands first. */
  readonly places: Readonly<Record<Place, number>>;
  /** In dunning now without a user id, in live mode unless there are test customers alone; the most money first. */
  readonly stakes: readonly Stake[];
  /** There are more than were read. */
  readonly moreStakes: boolean;
  /** Owed by them, by currency, in major units. */
  readonly owed: Readonly<Record<string, number>>;
  /** Some that do not thread. */
  readonly examples: readonly string[];
  /** Customers that share a person with others, among those looked at. */
  readonly joined: number;
  /** Without a user id and yet joined with others: by a shared email address. */
  readonly byEmail: number;
  readonly smells: {
    /** User ids that look like an id of the billing provider; the customers that have them. */
    readonly billingIds: readonly string[];
    /** How many customers have an email address for a user id. */
    readonly emails: number;
    /** Customers whose subscriptions name different users, among those whose facts were read. */
    readonly disagreeing: readonly string[];
    /** User ids that very many customers name; of one that is an address, one of these customers stands for it. */
    readonly crowds: readonly { readonly name: string; readonly accounts: number }[];
  };
  /** The metadata keys of the newest webhooks, with how many carried each. */
  readonly metadataKeys: Readonly<Record<string, number>>;
  /** Not all customers were looked at. */
  readonly sampled: boolean;
}

const EXAMPLES = 5;
const MODES: readonly Mode[] = ['live', 'test'];
const BILLING_ID = /^(cus|gcus|sub|acct|in|pi|price|prod)_\w{6,}$/;

const countBy = <T>(items: readonly T[], holds: (item: T) => boolean): number => items.filter(holds).length;

const toShares = ({ counts, sample }: Survey): readonly ThreadedShare[] =>
  MODES.flatMap((mode) => {
    const customers = counts.filter((each) => each.mode === mode).reduce((sum, each) => sum + each.customers, 0);
    const looked = sample.filter(({ customer }) => customer.mode === mode);
    return customers === 0 ? [] : [{ mode, customers, looked: looked.length, threaded: countBy(looked, isThreaded) }];
  });

const isThreaded = ({ userId }: SurveyedCustomer): boolean => userId !== null;

const placeOf = ({ userId, facts }: SurveyedCustomer): Place => {
  const { places } = toThreads(facts ?? []);
  const first = PLACES.find((place) => places.has(place));
  return first ?? (userId === null ? 'nowhere' : 'elsewhere');
};

/** What the view says is owed; nothing of it is trusted to be there. */
const parseStake = ({ customer, view }: Nameless): Stake => {
  const { traits } = parseJson(view) as { traits?: { dunning_amount_due?: unknown; dunning_currency?: unknown } };
  const amount = traits?.dunning_amount_due;
  const currency = traits?.dunning_currency;
  const isStated = typeof amount === 'number' && typeof currency === 'string';
  return {
    customer: customer.customer,
    amount: isStated ? amount : null,
    currency: isStated ? currency.toUpperCase() : null,
  };
};

const parseJson = (text: string | null): unknown => {
  try {
    return JSON.parse(text ?? '{}') ?? {};
  } catch {
    return {};
  }
};

const toOwed = (stakes: readonly Stake[]): Readonly<Record<string, number>> => {
  const owed: Record<string, number> = {};
  for (const { amount, currency } of stakes) {
    if (amount !== null && currency !== null) owed[currency] = (owed[currency] ?? 0) + amount;
  }
  return owed;
};

const idsOf = (customers: readonly { readonly customer: CustomerKey }[]): readonly string[] =>
  customers.map(({ customer }) => customer.customer);

/** Measures how billing customers thread to user ids. Live customers are looked at, unless there are test ones alone. */
export const measureIdentity = (survey: Survey): Identity => {
  const shares = toShares(survey);
  const mode: Mode = shares.some((share) => share.mode === 'live') ? 'live' : 'test';
  const sample = survey.sample.filter(({ customer }) => customer.mode === mode);
  const read = sample.filter(({ facts }) => facts !== null);
  const places = read.map(placeOf);
  const stakes = survey.nameless.profiles
    .filter(({ customer }) => customer.mode === mode)
    .map(parseStake)
    .toSorted((a, b) => (b.amount ?? 0) - (a.amount ?? 0));
  const nameless = sample.filter(({ userId }) => userId === null);
  return {
    shares,
    places: Object.fromEntries(PLACES.map((place) => [place, countBy(places, (each) => each === place)])) as Record<
      Place,
      number
    >,
    stakes,
    moreStakes: survey.nameless.more,
    owed: toOwed(stakes),
    examples: idsOf(nameless).slice(0, EXAMPLES),
    joined: countBy(sample, ({ accounts }) => accounts > 1),
    byEmail: countBy(nameless, ({ accounts }) => accounts > 1),
    smells: {
      billingIds: idsOf(sample.filter(({ userId }) => userId !== null && BILLING_ID.test(userId))),
      emails: countBy(sample, ({ userId }) => userId?.includes('@') === true),
      disagreeing: idsOf(read.filter(({ facts }) => toThreads(facts ?? []).subscriptionUsers.size > 1)),
      crowds: survey.crowds
        .filter(({ customer }) => customer.mode === mode)
        .map(({ userId, customer, accounts }) => ({
          name: userId.includes('@') ? `that of ${customer.customer}` : userId,
          accounts,
        })),
    },
    metadataKeys: survey.metadataKeys,
    sampled: shares.some(({ customers, looked }) => looked < customers),
  };
};

/** The share that counts: of live mode, else of test mode; null without any customer. From 0 to 1. */
export const threadedShare = ({ shares: [first] }: Identity): number | null =>
  first === undefined || first.looked === 0 ? null : first.threaded / first.looked;
