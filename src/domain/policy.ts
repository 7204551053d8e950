import { HOUR_MS, MINUTE_MS } from './instant.ts';

/** Where a task for a person can stand. */
export type HandOffVendor = 'hubspot' | 'salesforce';

/** What changes without code: `policy.yaml`, parsed and validated. Part of the ruleset's hash. */
export interface Policy {
  readonly plans: {
    /** Plan ids whose first failure a person should hear of. */
    readonly highValue: readonly string[];
    /** Price or product id at the provider -> plan id. */
    readonly ids: Readonly<Record<string, string>>;
  };
  /** Metadata keys that may hold the user id, in order of preference. */
  readonly userIdKeys: readonly string[];
  /** Metadata keys of a customer that list further users who are told about its account, separated by commas. */
  readonly contactKeys: readonly string[];
  /** Customers without a user id that share an email address are one person; off unless asked for. */
  readonly emailAlias: boolean;
  /** An open invoice without a known retry date counts as exhausted this long after its newest notice, in ms. */
  readonly noRetryAfterMs: number;
  /** `subscribed`: a scheduled retry without a charge was not executed. `absent`: the provider's count stands. */
  readonly chargeWebhooks: 'subscribed' | 'absent';
  /** Where a customer updates the payment method; `{account_id}`, `{subscription_id}`, `{invoice_id}` and `{user_id}`
   * are filled in, URL-encoded. Null: the invoice's hosted page. */
  readonly updatePaymentUrl: string | null;
  /** Send the raw code of an undisclosable decline to Segment, which forwards it to all but `directTools`. */
  readonly sendUndisclosedCodes: boolean;
  /** Segment destinations that must not hear Recoup's calls: every call names them `false` in `integrations`. */
  readonly directTools: readonly string[];
  /** How Braze is written. */
  readonly braze: {
    /** Objects per call, 1 to 75: as many as the contract with Braze allows. */
    readonly batchObjects: number;
    /** Never make a new person in Braze. */
    readonly updateExistingOnly: boolean;
  };
  readonly iterable: {
    /** Campaigns whose scheduled sends are canceled for whoever is not to be dunned, as `<channel>:<id>`. */
    readonly cancelCampaigns: readonly string[];
  };
  /** Vendors of tools that run as recorders while they have no credentials. With credentials every tool runs. */
  readonly recorded: readonly string[];
  readonly hubspot: {
    /** Make a contact for a user whom HubSpot does not know; needs the billing email. */
    readonly createMissing: boolean;
    /** Names of the unique properties that hold the user id and the account id. */
    readonly contactIdProperty: string;
    readonly companyIdProperty: string;
    /** Name of the static list of contacts who are not to be dunned; null: none is kept. */
    readonly suppressionList: string | null;
    /** Ids of workflows that contacts are taken out of when they are not to be dunned. */
    readonly unenrolWorkflows: readonly number[];
  };
  readonly salesforce: {
    /** Make a Contact for a user whom Salesforce does not know; needs the billing email. */
    readonly createMissing: boolean;
    /** API names of the unique external id fields that hold the user id and the account id. */
    readonly contactIdField: string;
    readonly accountIdField: string;
  };
  /** When a person takes over, and where the task stands. */
  readonly handOff: {
    /** Vendors in which the task is made. */
    readonly in: readonly HandOffVendor[];
    /** Accounts on a high-value plan get one as soon as dunning begins. */
    readonly highValueAtEntry: boolean;
    /** All others so long after the episode began, if it is still open, in ms. Null: never. */
    readonly afterMs: number | null;
    /** How long after it is made the task is due, in ms. */
    readonly dueInMs: number;
    /** Who gets it where neither the account nor the contact has an owner in the tool: an owner's id there. */
    readonly owners: Readonly<Record<HandOffVendor, string | null>>;
  };
  /** What Stripe does by itself, as whoever runs the account declares it: its API does not tell. */
  readonly stripe: {
    readonly smartRetries: 'on' | 'off' | 'undeclared';
    /** Stripe's own emails about failed payments and expiring cards. */
    readonly dunningEmails: 'on' | 'off' | 'undeclared';
    /** Calls to Stripe's API per second at most, over all that Recoup does there. */
    readonly requestsPerSecond: number;
    /** How often deliveries that were missed are looked for, in ms; needs an API key. */
    readonly reconcileEveryMs: number;
  };
  /** When entries into messaging are held back (semantics G10). */
  readonly brakes: {
    /** More than so many of one person within 24 h wait; null: as many as there are. */
    readonly entriesPerDay: number | null;
    /** More than this share of the known people entering within `withinMs` stops all entries; null: never. Above 0, up to 1. */
    readonly shareAtOnce: number | null;
    readonly withinMs: number;
    /** Fewer known people than this are not counted: of few, any is a large share. */
    readonly fromPeople: number;
  };
  /** How long whoever is out of retries keeps access (semantics D3), in ms. */
  readonly grace: {
    /** Null: not at all. */
    readonly lastsMs: number | null;
    /** Nobody's grace ends sooner than this after a store that observed began to enforce. */
    readonly floorMs: number;
  };
  /** How what tools hold is read back. */
  readonly verify: {
    /** Rows of each tool beside those that end or hold dunning, which are all read back. 0: none. */
    readonly samplePerHour: number;
  };
  readonly retention: { readonly deliveriesDays: number; readonly outboxDays: number; readonly logDays: number };
}

/** The settle window: how long a failure notice waits for its reason and context, in ms from its receipt (E4). */
export const SETTLE_WINDOW_MS = 10_000;

/** What was heard of longer than this after it happened is late: told, and no reason to write to anybody now (E6), in ms. */
export const LATE_AFTER_MS = HOUR_MS;

/** A webhook has so long to arrive by itself: one that is under way was not missed, and is no history, in ms. */
export const ARRIVAL_MS = 5 * MINUTE_MS;
