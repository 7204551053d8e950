import { digest } from '../../domain/ids.ts';
import { type Instant, SECOND_MS } from '../../domain/instant.ts';
import { type Json, parseObject, parseText } from './json.ts';

export interface ObservationOptions {
  /** Why it was read: what may be said of it depends on that. */
  readonly cause: 'backfill' | 'lookup';
  readonly readAt: Instant;
  readonly mode: 'live' | 'test';
  /** The connected account; the empty string for the key's own. */
  readonly merchant: string;
  /** The provider's notice that the object completes: it is then read as that notice states it. */
  readonly notice?: { readonly id: string; readonly type: string; readonly createdAt: Instant };
}

const toSeconds = (at: Instant): number => Math.floor(at / SECOND_MS);

/** Links that are made anew for every reader: with them nothing would ever be the same twice. */
const withoutFreshLinks = ({ hosted_invoice_url, invoice_pdf, receipt_url, client_secret, ...lasting }: Json): Json =>
  lasting;

/** What stays the same while the object does; what it carries along has fresh links of its own. */
const contentOf = (object: Json): string => {
  const { invoice, charge } = object;
  const [ofInvoice, ofCharge] = [invoice, charge].map(parseObject).map((each) => each && withoutFreshLinks(each));
  return JSON.stringify({ ...withoutFreshLinks(object), invoice: ofInvoice ?? invoice, charge: ofCharge ?? charge });
};

/** Kinds whose names hold a dot, which separates kinds of events. */
const KINDS: Readonly<Record<string, string>> = {
  'checkout.session': 'checkout_session',
  'radar.early_fraud_warning': 'early_fraud_warning',
};

const kindOf = (object: Json): string => {
  const name = parseText(object.object) ?? 'unknown';
  return KINDS[name] ?? name;
};

/**
 * An object of the API as a snapshot event of type `<cause>.<object>`, so that it is stored and read as any delivery.
 * Its id is that of its content: what has not changed since it was read last is a duplicate.
 */
export const toObservation = (object: Json, { cause, readAt, mode, merchant, notice }: ObservationOptions): Json => ({
  id: [cause, notice?.id ?? parseText(object.id) ?? 'none', digest(contentOf(object))].join(':'),
  object: 'event',
  type: `${cause}.${kindOf(object)}`,
  created: toSeconds(readAt),
  livemode: mode === 'live',
  ...(merchant === '' ? {} : { account: merchant }),
  ...(notice === undefined
    ? {}
    : { notice: { id: notice.id, type: notice.type, created: toSeconds(notice.createdAt) } }),
  data: { object },
});

/** An event of the provider's list as its webhook would have brought it: there a connected account is named. */
export const toOwnEvent = (event: Json, merchant: string): Json =>
  merchant === '' || event.account !== undefined ? event : { ...event, account: merchant };
