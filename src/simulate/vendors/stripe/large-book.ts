import type { Listing, StripeBook } from './book.ts';
import { listingOf } from './book.ts';
import type { ApiObject } from './json.ts';
import {
  chargesOf,
  customerOf,
  disputeOf,
  EVENTS,
  INVOICES,
  invoiceOf,
  isDisputed,
  isRefunded,
  isUnpaid,
  type LargeUnit,
  methodOf,
  numberIn,
  paidChargeOf,
  refundOf,
  subscriptionOf,
} from './large-objects.ts';
import { type Filter, passes } from './query.ts';

export interface LargeBookOptions {
  /** About how many objects a backfill of it stores. */
  readonly objects: number;
  /** When the youngest came, UTC milliseconds; the eldest came 25 days before. */
  readonly now: number;
}

/** A customer, a method, a subscription, invoices, their payments since basil, events; some attempts, disputes, refunds. */
const OBJECTS_PER_CUSTOMER = 3 + INVOICES + (INVOICES * 2) / 3 + EVENTS.length + 0.11;
const SPAN_MS = 25 * 86_400_000;

/** So many objects of each chosen customer, the newest first. */
interface Series {
  readonly isOurs: (number: number) => boolean;
  /** The chosen customers stand this far apart. */
  readonly every: number;
  readonly make: readonly ((unit: LargeUnit) => ApiObject)[];
}

const ALL = { isOurs: () => true, every: 1 };
const invoiceMakers = Array.from(
  { length: INVOICES },
  (_, index) => (unit: LargeUnit) => invoiceOf(unit, INVOICES - 1 - index),
);

const SERIES: Readonly<Record<string, Series>> = {
  customer: { ...ALL, make: [customerOf] },
  payment_method: { ...ALL, make: [methodOf] },
  subscription: { ...ALL, make: [subscriptionOf] },
  invoice: { ...ALL, make: invoiceMakers },
  dispute: { isOurs: isDisputed, every: 200, make: [disputeOf] },
  refund: { isOurs: isRefunded, every: 100, make: [refundOf] },
};
const OPEN_INVOICES: Series = { isOurs: isUnpaid, every: 25, make: [(unit) => invoiceOf(unit, INVOICES - 1)] };

const seriesOf = (type: string, { types, members }: Filter): Series | undefined => {
  if (type === 'invoice' && members.status === 'open') return OPEN_INVOICES;
  if (type !== 'event') return SERIES[type];
  const asked = EVENTS.filter(([name]) => types.length === 0 || types.includes(name));
  return { ...ALL, make: asked.map(([, make]) => make) };
};

/** An account of any size that costs no memory: each object is made when it is asked for, always the same. */
export const makeLargeBook = ({ objects, now }: LargeBookOptions): StripeBook => {
  const customers = Math.max(1, Math.round(objects / OBJECTS_PER_CUSTOMER));
  // Whole seconds, far enough apart for the objects of one customer to be older than those of the next.
  const gapMs = Math.max(1_000, Math.floor(SPAN_MS / customers / 1_000) * 1_000);
  const unitOf = (number: number): LargeUnit => ({ number, at: now - (customers - number) * gapMs });

  const listSeries = ({ isOurs, every, make }: Series): Listing => {
    const first = Array.from({ length: every }, (_, number) => number).find(isOurs) ?? 0;
    const chosen = Math.max(0, Math.ceil((customers - first) / every));
    const at = (index: number): ApiObject => {
      const number = first + (chosen - 1 - Math.floor(index / make.length)) * every;
      return make[index % make.length]?.(unitOf(number)) ?? {};
    };
    const indexOf = (id: string): number => {
      const number = numberIn(id);
      if (number < 0 || number >= customers || !isOurs(number)) return -1;
      const start = (chosen - 1 - (number - first) / every) * make.length;
      const offset = make.findIndex((_, step) => at(start + step).id === id);
      return offset === -1 ? -1 : start + offset;
    };
    return { size: make.length === 0 ? 0 : chosen * make.length, at, indexOf };
  };

  const find = (id: string): ApiObject | undefined => {
    if (/^ch_L\d{7}m0a1$/.test(id)) return paidChargeOf(unitOf(numberIn(id)));
    const type = { cus: 'customer', pm: 'payment_method', sub: 'subscription', in: 'invoice' }[id.split('_')[0] ?? ''];
    const series = type === undefined ? undefined : SERIES[type];
    if (series === undefined) return undefined;
    const listing = listSeries(series);
    const index = listing.indexOf(id);
    return index === -1 ? undefined : listing.at(index);
  };

  return {
    find,
    list: (type, filter) => {
      const named = filter.members.payment_intent ?? filter.members.customer;
      if (named !== undefined) return listOfOne(type, filter, unitOf(numberIn(named)));
      const series = seriesOf(type, filter);
      return series === undefined ? listingOf([]) : within(listSeries(series), filter);
    },
  };
};

/** What one customer has of a kind: few. */
const listOfOne = (type: string, filter: Filter, unit: LargeUnit): Listing => {
  const objects = type === 'charge' && isUnpaid(unit.number) ? chargesOf(unit) : [];
  return listingOf(objects.filter((object) => passes(object, filter)));
};

/** The part of a listing that was created in time, found by halving. */
const within = (listing: Listing, { createdFrom, createdTo }: Filter): Listing => {
  const createdAt = (index: number): number => Number(listing.at(index).created);
  const start = firstIndex(listing.size, (index) => createdAt(index) <= createdTo);
  const end = firstIndex(listing.size, (index) => createdAt(index) < createdFrom);
  return {
    size: Math.max(0, end - start),
    at: (index) => listing.at(start + index),
    indexOf: (id) => {
      const index = listing.indexOf(id);
      return index < start || index >= end ? -1 : index - start;
    },
  };
};

/** The first index for which `holds`, which then holds for all after it. */
const firstIndex = (size: number, holds: (index: number) => boolean): number => {
  let low = 0;
  let high = size;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
};
