import { makeQueue } from '../world/queue.ts';

/** Where a person stands by the webhooks that have reached the door. */
export interface TrueStanding {
  /** A failed invoice is owed and nothing holds messages back. */
  readonly inDunning: boolean;
  /** A failed invoice is owed, held back or not. */
  readonly owes: boolean;
  /** Some webhook hints at a payment that no invoice has told yet. */
  readonly hinted: boolean;
  /** When the door learned what made it so, UTC milliseconds. */
  readonly since: number;
}

export interface TruthChange {
  readonly userId: string;
  readonly standing: TrueStanding;
  /** How long the webhook that told it was on its way, in ms; `Infinity` where nothing new happened. */
  readonly lateMs: number;
}

export interface Truth {
  /** A webhook reached the door; answers whose standing it changed, null if nobody's. */
  readonly see: (rawBody: string, at: number) => TruthChange | null;
  /** An operator was told to hold messages back until then, or that all that is owed came another way. */
  readonly hold: (userId: string, at: number, until: number) => TruthChange | null;
  readonly markRecovered: (userId: string, at: number) => TruthChange | null;
  /** When the next hold lapses; null: none is to. */
  readonly nextAt: () => number | null;
  /** Ends the holds that have lapsed by `now`; answers whose standing that changed. */
  readonly lapse: (now: number) => readonly TruthChange[];
  readonly of: (userId: string) => TrueStanding;
}

interface Book {
  readonly userId: string;
  readonly failed: Set<string>;
  readonly settled: Set<string>;
  readonly hinted: Set<string>;
  disputed: boolean;
  leaves: boolean;
  heldUntil: number;
  standing: TrueStanding;
}

type Json = Readonly<Record<string, unknown>>;
interface Webhook {
  readonly type: string;
  /** Unix seconds. */
  readonly created: number;
  readonly data: { readonly object: Json };
}

const NOBODY: TrueStanding = { inDunning: false, owes: false, hinted: false, since: 0 };
const SETTLES = new Set([
  'invoice.paid',
  'invoice.payment_succeeded',
  'invoice.voided',
  'invoice.marked_uncollectible',
]);
const HINTS = new Set(['charge.succeeded', 'payment_intent.succeeded', 'invoice_payment.paid']);

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const ownerOf = ({ customer, customer_account }: Json): string => text(customer) || text(customer_account);

/** What this world's webhooks say of a customer, each sticky: nobody here takes a cancellation or a dispute back. */
const note = (book: Book, type: string, object: Json): void => {
  const id = text(object.id);
  if (type === 'invoice.payment_failed') book.failed.add(id);
  if (SETTLES.has(type)) book.settled.add(id);
  if (type === 'charge.dispute.created') book.disputed = true;
  if (type === 'customer.subscription.deleted') book.leaves = true;
  if (type === 'customer.subscription.updated' && object.cancel_at_period_end === true) book.leaves = true;
  if (HINTS.has(type)) for (const invoice of book.failed) book.hinted.add(invoice);
};

const standingOf = ({ failed, settled, hinted, disputed, leaves, heldUntil }: Book, since: number): TrueStanding => {
  const owed = [...failed].filter((invoice) => !settled.has(invoice));
  const owes = owed.length > 0;
  const inDunning = owes && !disputed && !leaves && heldUntil <= since;
  return { owes, inDunning, hinted: owed.some((invoice) => hinted.has(invoice)), since };
};

/**
 * Reads the world's webhooks as they reach the door and remembers who owes what.
 * @param userOf user ids by customer; customers without one are nobody's concern.
 */
export const makeTruth = (userOf: ReadonlyMap<string, string>): Truth => {
  const books = new Map<string, Book>();
  const byUser = new Map<string, Book>();
  /** Whose payment an intent was: a dispute names no customer. */
  const owners = new Map<string, string>();

  const bookOf = (customer: string): Book | null => {
    const known = books.get(customer);
    if (known !== undefined) return known;
    const userId = userOf.get(customer);
    if (userId === undefined) return null;
    const facts = { failed: new Set<string>(), settled: new Set<string>(), hinted: new Set<string>() };
    const book = { userId, ...facts, disputed: false, leaves: false, heldUntil: 0, standing: NOBODY };
    books.set(customer, book);
    byUser.set(userId, book);
    return book;
  };

  const holds = makeQueue<Book>();

  /** Reads the book again; answers what changed, null if nothing did. */
  const restand = (book: Book, at: number, lateMs: number): TruthChange | null => {
    const before = book.standing;
    const now = standingOf(book, at);
    const isSame = before.inDunning === now.inDunning && before.owes === now.owes;
    book.standing = isSame ? { ...now, since: before.since } : now;
    return isSame ? null : { userId: book.userId, standing: book.standing, lateMs };
  };

  return {
    see: (rawBody, at) => {
      const { type, created, data }: Webhook = JSON.parse(rawBody);
      const customer = ownerOf(data.object) || owners.get(text(data.object.payment_intent)) || '';
      const intent = type === 'payment_intent.succeeded' ? text(data.object.id) : text(data.object.payment_intent);
      if (intent !== '' && customer !== '') owners.set(intent, customer);
      const book = bookOf(customer);
      if (book === null) return null;
      note(book, type, data.object);
      return restand(book, at, at - created * 1_000);
    },
    hold: (userId, at, until) => {
      const book = byUser.get(userId);
      if (book === undefined) return null;
      book.heldUntil = Math.max(book.heldUntil, until);
      holds.push(until, book);
      return restand(book, at, Number.POSITIVE_INFINITY);
    },
    markRecovered: (userId, at) => {
      const book = byUser.get(userId);
      if (book === undefined) return null;
      for (const invoice of book.failed) book.settled.add(invoice);
      return restand(book, at, Number.POSITIVE_INFINITY);
    },
    nextAt: holds.nextAt,
    lapse: (now) => {
      const changes: TruthChange[] = [];
      for (let book = holds.takeDue(now); book !== undefined; book = holds.takeDue(now)) {
        const change = restand(book, now, Number.POSITIVE_INFINITY);
        if (change !== null) changes.push(change);
      }
      return changes;
    },
    of: (userId) => byUser.get(userId)?.standing ?? NOBODY,
  };
};
