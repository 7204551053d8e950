import { digest } from '../domain/ids.ts';

/**
 * `legacy`: API versions around 2020-08-27. `basil`: 2025-08-27.basil, where invoices lost their links. `endive`:
 * 2026-10-28.endive, where an account stands for the customer and statuses carry details.
 */
export type StripeShape = 'legacy' | 'basil' | 'endive';
export const STRIPE_SHAPES: readonly StripeShape[] = ['legacy', 'basil', 'endive'];

type StripeJson = string | number | boolean | null | readonly StripeJson[] | StripeObject;
export interface StripeObject {
  readonly [key: string]: StripeJson;
}

/** A card as charges and intents show it. */
export interface StripeCard {
  readonly brand?: string | undefined;
  readonly last4?: string | undefined;
  readonly expMonth?: number | undefined;
  readonly expYear?: number | undefined;
}

/** Who a simulated event is about, and in which shape the endpoint renders it. */
export interface StripeAccount {
  readonly shape: StripeShape;
  readonly livemode: boolean;
  /** `event.account`, for a connected account; absent for the platform itself. */
  readonly merchant?: string | undefined;
  /** `cus_…` */
  readonly customer: string;
  /** Of the customer, and copied to the invoice; absent: none is known. */
  readonly email?: string | undefined;
  /** Put into `metadata.user_id` of the objects named by `userIdOn`. Absent: nobody knows who this is. */
  readonly userId?: string | undefined;
  /** Default: the subscription (and so its copy on the invoice) and the customer. */
  readonly userIdOn?: readonly ('subscription' | 'customer' | 'invoice')[] | undefined;
  /** Put into `metadata.plan_id` of the subscription. */
  readonly planId?: string | undefined;
  /** `price_…` */
  readonly priceId: string;
  readonly productId?: string | undefined;
  readonly lookupKey?: string | undefined;
  /** `metadata` of the price, e.g. `{ plan_id: 'pro' }`. */
  readonly priceMetadata?: Readonly<Record<string, string>> | undefined;
  readonly card?: StripeCard | undefined;
  /** `pm_…`, the stored method that holds the card; default derived from the customer. */
  readonly paymentMethod?: string | undefined;
  /** What the subscription itself charges; null: its slot is empty. Default the method above. */
  readonly subscriptionSlot?: string | null | undefined;
  /** The customer's default; null: none is set. Default the method above. */
  readonly customerSlot?: string | null | undefined;
}

/** One webhook body, as Stripe would post it. */
export interface StripeEvent {
  readonly id: string;
  readonly object: 'event';
  readonly account?: string;
  readonly api_version: string;
  /** Unix seconds. */
  readonly created: number;
  readonly data: { readonly object: StripeObject; readonly previous_attributes?: StripeObject };
  readonly livemode: boolean;
  readonly pending_webhooks: number;
  readonly request: { readonly id: string | null; readonly idempotency_key: string | null };
  readonly type: string;
}

interface Envelope {
  readonly type: string;
  /** UTC milliseconds. */
  readonly at: number;
  readonly object: StripeObject;
  readonly previous?: StripeObject | undefined;
  /** True: Stripe acted by itself, e.g. a scheduled retry. False: an API request did. */
  readonly automatic?: boolean | undefined;
}

const API_VERSIONS: Readonly<Record<StripeShape, string>> = {
  legacy: '2020-08-27',
  basil: '2025-08-27.basil',
  endive: '2026-10-28.endive',
};

/** Basil and everything after it: links of invoices are objects of their own, advice codes exist. */
export const sinceBasil = (account: StripeAccount): boolean => account.shape !== 'legacy';

/** Whose an object is. Since clover an account can stand in for the customer, whose own field is then null. */
export const ownerFields = (account: StripeAccount, customer: string | null = account.customer): StripeObject =>
  account.shape === 'endive' ? { customer: null, customer_account: customer } : { customer };

/** Whole seconds since 1970, as every time in a Stripe payload. `at` is UTC milliseconds. */
export const toUnixSeconds = (at: number): number => Math.floor(at / 1000);

/** `toUnixSeconds` where the instant may be unknown. */
export const toUnixSecondsOrNull = (at: number | null | undefined): number | null =>
  at === null || at === undefined ? null : toUnixSeconds(at);

/** The random-looking part of an object id, so that derived ids stay recognisable: `in_A1` -> `A1`. */
export const idSuffix = (id: string): string => id.slice(id.indexOf('_') + 1);

/** The intent that pays `invoice`, where the caller names none. */
export const intentOf = (invoice: string): string => `pi_${idSuffix(invoice)}`;

/** The charge of the invoice's `attempt`, where the caller names none. */
export const chargeOf = (invoice: string, attempt: number): string => `ch_${idSuffix(invoice)}a${attempt}`;

/** The account's user id as metadata of `place`; empty where it is not written there. */
export const userIdMetadata = (
  account: StripeAccount,
  place: 'subscription' | 'customer' | 'invoice',
): Readonly<Record<string, string>> => {
  const places = account.userIdOn ?? ['subscription', 'customer'];
  return account.userId !== undefined && places.includes(place) ? { user_id: account.userId } : {};
};

/** What the subscription's metadata holds: the user id and the plan id, where known. */
export const subscriptionMetadata = (account: StripeAccount): Readonly<Record<string, string>> => ({
  ...userIdMetadata(account, 'subscription'),
  ...(account.planId === undefined ? {} : { plan_id: account.planId }),
});

/**
 * Wraps an object as an event. The id is a digest of the content: the same call twice is the same event, a duplicate.
 * @returns the body; serialise it with `JSON.stringify` before signing.
 */
export const toStripeEvent = (account: StripeAccount, envelope: Envelope): StripeEvent => {
  const { type, at, object, previous, automatic = true } = envelope;
  const content = JSON.stringify([account.merchant ?? '', account.livemode, object, previous ?? null, automatic]);
  const hash = digest(type, toUnixSeconds(at), content);
  return {
    id: `evt_1${hash.slice(0, 23)}`,
    object: 'event',
    ...(account.merchant === undefined ? {} : { account: account.merchant }),
    api_version: API_VERSIONS[account.shape],
    created: toUnixSeconds(at),
    data: { object, ...(previous === undefined ? {} : { previous_attributes: previous }) },
    livemode: account.livemode,
    pending_webhooks: 1,
    request: automatic
      ? { id: null, idempotency_key: null }
      : { id: `req_${hash.slice(8, 22)}`, idempotency_key: hash.slice(0, 16) },
    type,
  };
};
