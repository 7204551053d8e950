import type { StripeEvent } from '../../stripe-events.ts';
import { listingOf, type StripeBook } from './book.ts';
import { type ApiObject, idIn, linksOf, numberOf } from './json.ts';
import { passes } from './query.ts';

/** An account of a few objects, changed at will. */
export interface MemoryBook extends StripeBook {
  /** Adds it, or replaces the one of its id. */
  readonly put: (...objects: readonly ApiObject[]) => void;
  readonly remove: (id: string) => void;
}

/** An empty account. Objects are told apart by `id` and listed by `object` and `created`. */
export const makeMemoryBook = (): MemoryBook => {
  const objects = new Map<string, ApiObject>();
  return {
    // Of one second, the one put last is the newest.
    list: (type, filter) =>
      listingOf(
        [...objects.values()]
          .filter((object) => object.object === type && passes(object, filter))
          .toReversed()
          .toSorted((a, b) => numberOf(b.created) - numberOf(a.created)),
      ),
    find: (id) => objects.get(id),
    put: (...added) => {
      for (const object of added) objects.set(String(object.id), object);
    },
    remove: (id) => void objects.delete(id),
  };
};

/** The order in which events of one second leave an object, where they differ: what is paid stays paid. */
const isOlder = (known: ApiObject | undefined, next: ApiObject): boolean =>
  known?.object === 'invoice' && known.status === 'paid' && next.status !== 'paid';

/** Since basil an intent under way is found from its invoice by a payment that is still open. */
const linkToInvoice = (book: MemoryBook, intent: ApiObject): void => {
  const invoice = idIn(linksOf(intent, ['payment_details', 'order_reference']));
  if (invoice === null) return;
  const id = `inpay_${invoice.slice('in_'.length)}`;
  const payment = { type: 'payment_intent', payment_intent: intent.id };
  const { created, livemode } = intent;
  book.put({ id, object: 'invoice_payment', created, livemode, invoice, payment, status: 'open' });
};

/** The account in which all of this happened: every event, and every object as the last event left it. `events` in order. */
export const bookOfEvents = (events: readonly StripeEvent[]): MemoryBook => {
  const book = makeMemoryBook();
  for (const event of events) {
    book.put({ ...event });
    const { object } = event.data;
    if (event.type === 'customer.deleted') book.remove(String(object.id));
    if (object.object === 'payment_intent') linkToInvoice(book, object);
    if (event.type !== 'customer.deleted' && !isOlder(book.find(String(object.id)), object)) book.put(object);
  }
  return book;
};
