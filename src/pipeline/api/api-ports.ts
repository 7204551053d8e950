import type { Instant } from '../../domain/instant.ts';
import type { NewDelivery } from '../claim.ts';
import type { Wanted } from '../commit.ts';

/** What is read from a billing provider's API, and what the store remembers of it. */

type Json = Readonly<Record<string, unknown>>;

export type ApiAnswer<T> =
  | { readonly result: 'found'; readonly value: T }
  /** There is no such object, or not any more. */
  | { readonly result: 'missing' }
  /** Not now: rate limit, outage, no answer. `reason` without secrets. */
  | { readonly result: 'retry'; readonly at: Instant; readonly reason: string }
  /** The key is refused or lacks a permission: nothing works until a person mends it. */
  | { readonly result: 'stopped'; readonly reason: string };

export interface ApiPage {
  readonly objects: readonly Json[];
  readonly hasMore: boolean;
}

/** Reads a billing provider's API with one budget of calls per second for all who use it. */
export interface BillingApi {
  /** As in `/webhooks/:provider`. */
  readonly provider: string;
  /** Of the key: what it reads is of this mode. */
  readonly mode: 'live' | 'test';
  /**
   * One page, newest first.
   * @param path e.g. `/v1/subscriptions`; `query` as the provider documents it, cursor included.
   * @param merchant the connected account; the empty string for the key's own.
   */
  readonly list: (
    path: string,
    query: Readonly<Record<string, string | number | readonly string[]>>,
    merchant: string,
  ) => Promise<ApiAnswer<ApiPage>>;
  readonly fetch: (
    path: string,
    query: Readonly<Record<string, string | number | readonly string[]>>,
    merchant: string,
  ) => Promise<ApiAnswer<Json>>;
  readonly close: () => Promise<void>;
}

/** How far one backfill has come, for one kind of object; JSON of its owner's making. */
export interface Progress {
  readonly cursor: string;
  readonly read: number;
  readonly done: boolean;
}

/** An open look-up: a thin event, a missing piece, or the customer of an unresolved delivery. */
export interface LookUp {
  readonly seq: number;
  readonly provider: string;
  readonly merchant: string;
  readonly mode: 'live' | 'test';
  readonly kind: Wanted['kind'] | 'event' | 'owner';
  readonly objectId: string;
  /** What the asker knew, e.g. the thin event; JSON. */
  readonly detail: string;
  readonly askedAt: Instant;
  readonly tries: number;
}

export type LookUpEnd = 'found' | 'missing' | 'given_up';

/** Whose look-ups, or whose list of events: what one key can read. */
export interface ApiScope {
  readonly provider: string;
  readonly mode: 'live' | 'test';
}

/** One part of a provider's list of events, searched for deliveries that never arrived. */
export interface MissedSearch extends ApiScope {
  readonly merchant: string;
  readonly part: string;
}

export interface ApiCounts {
  /** Open ones by kind. */
  readonly lookUps: Readonly<Record<LookUp['kind'], number>>;
  /** Deliveries that never arrived and were found by the reconciler, since the store was made. */
  readonly missed: number;
  /** Up to where everything was searched for them; null where nothing ever was. It stands still while nobody can look. */
  readonly searchedTo: Instant | null;
}

/** The part of the store that reading an API needs. */
export interface ApiStore {
  /** Stores deliveries and how far it has come in one transaction; answers how many were new. */
  readonly saveBackfill: (
    step: {
      readonly id: string;
      readonly part: string;
      readonly progress: Progress;
      readonly deliveries: readonly NewDelivery[];
    },
    now: Instant,
  ) => Promise<number>;
  /** By part. Empty before its first step. */
  readonly backfillProgress: (id: string) => Promise<Readonly<Record<string, Progress>>>;
  /** Due ones, the most urgent first. Those that nobody needs any more are forgotten instead. */
  readonly nextLookUps: (scope: ApiScope, now: Instant, limit: number) => Promise<readonly LookUp[]>;
  /**
   * Stores what was found and ends the look-up, or puts it off to `retryAt`. A thin event ends with its look-up: as
   * understood, as ignored where nothing is left to fetch, as a dead letter where it is given up.
   */
  readonly settleLookUp: (
    seq: number,
    outcome:
      | { readonly end: LookUpEnd; readonly deliveries: readonly NewDelivery[]; readonly detail: string }
      | { readonly retryAt: Instant; readonly reason: string },
    now: Instant,
  ) => Promise<void>;
  /** Connected accounts of which something is known, the empty string (the key's own) first; up to `limit`. */
  readonly knownMerchants: (scope: ApiScope, limit: number) => Promise<readonly string[]>;
  /** How far a search has come: JSON of the searcher's making; null before its first step. */
  readonly searchProgress: (search: MissedSearch) => Promise<string | null>;
  /** Stores deliveries and how far the search has come in one transaction; answers those that were new, in order. */
  readonly saveSearch: (
    search: MissedSearch,
    progress: string,
    deliveries: readonly NewDelivery[],
    now: Instant,
  ) => Promise<readonly NewDelivery[]>;
  readonly apiCounts: () => Promise<ApiCounts>;
}
