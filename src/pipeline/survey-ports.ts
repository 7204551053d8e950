import type { Fact } from '../domain/fact.ts';
import type { CustomerKey } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';

/** What a look over the whole store finds, for those who judge how it is set up. Bounded: a large store is sampled. */

/** How many billing customers there are of one provider, merchant and mode. */
export interface CustomerCount extends Omit<CustomerKey, 'customer'> {
  readonly customers: number;
}

/** A billing customer of the sample. */
export interface SurveyedCustomer {
  readonly customer: CustomerKey;
  /** Of its profile; null while nobody is named. */
  readonly userId: string | null;
  /** Billing customers that share its profile, itself included. */
  readonly accounts: number;
  readonly inDunning: boolean;
  /** In any order; null: not read, as those of enough others were. */
  readonly facts: readonly Fact[] | null;
}

/** A profile in dunning now that no user id is known of. */
export interface Nameless {
  /** One of its billing customers. */
  readonly customer: CustomerKey;
  /** The present state, as JSON text; null before the first decision. */
  readonly view: string | null;
}

/** A user id that more than `CROWD` billing customers name: each webhook of one is decided with the facts of all. */
export interface Crowd {
  readonly userId: string;
  /** One of its billing customers. */
  readonly customer: CustomerKey;
  readonly accounts: number;
}

/** Few people pay by so many accounts; what programs write for all does. */
export const CROWD = 20;

/** What came in lately of one event type and mode. */
export interface Heard {
  readonly provider: string;
  readonly mode: CustomerKey['mode'];
  readonly eventType: string;
  readonly count: number;
  readonly newestAt: Instant;
}

export interface Survey {
  /** Exact. */
  readonly counts: readonly CustomerCount[];
  /** All customers of a small store, else as many as the limit says, spread evenly over their age. */
  readonly sample: readonly SurveyedCustomer[];
  /** At most as many as the limit says; `more` when there are others. */
  readonly nameless: { readonly profiles: readonly Nameless[]; readonly more: boolean };
  /** Of all customers, those of the most accounts first; at most as many as the limit says. */
  readonly crowds: readonly Crowd[];
  /** Of the newest deliveries, what was read from an API left out. */
  readonly heard: readonly Heard[];
  /** How many of the newest webhooks were rendered in each API version, by name; the empty string: none named. */
  readonly apiVersions: Readonly<Record<string, number>>;
  /** How many of the newest webhooks carried each metadata key; values are not read. */
  readonly metadataKeys: Readonly<Record<string, number>>;
  /** How far before it happened, by the provider's clock, one of the newest webhooks was received here, in ms; 0: none was. */
  readonly behindMs: number;
}

/** How much of a large store is looked at. */
export interface SurveyLimits {
  /** Of the sample, and of those in dunning without a name. */
  readonly customers: number;
  /** Customers of the sample whose facts are read. */
  readonly facts: number;
  readonly crowds: number;
  /** The newest ones. */
  readonly deliveries: number;
}

export const SURVEY_LIMITS: SurveyLimits = { customers: 10_000, facts: 1_000, crowds: 100, deliveries: 10_000 };

/** The part of the store that can be looked over. */
export interface SurveyStore {
  /** By default within `SURVEY_LIMITS`. */
  readonly survey: (limits?: SurveyLimits) => Promise<Survey>;
}
