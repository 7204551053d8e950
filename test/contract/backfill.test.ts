import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { DAY_MS, HOUR_MS, SECOND_MS } from '../../src/domain/instant.ts';
import type { Store } from '../../src/pipeline/ports.ts';
import {
  chargeFailed,
  customerCreated,
  invoicePaymentFailed,
  paymentIntentFailed,
  type StripeAccount,
  type StripeShape,
} from '../../src/simulate/stripe-events.ts';
import { bookOfEvents, makeLargeBook, makeMemoryBook, type StripeBook } from '../../src/simulate/vendors/stripe.ts';
import { openSqliteStore } from '../../src/store/sqlite/open.ts';
import { type BackfillRig, backfillRig, deliveriesIn, NOW, type StoredDelivery } from './backfill-rig.ts';

let folder = '';
let opened = 0;
let rigs: BackfillRig[] = [];
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'recoup-backfill-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
afterEach(async () => {
  for (const rig of rigs) await rig.close();
  rigs = [];
});

interface FileRig extends BackfillRig {
  readonly deliveries: () => readonly StoredDelivery[];
}

const open = async (book: StripeBook, options: Partial<Parameters<typeof backfillRig>[0]> = {}): Promise<FileRig> => {
  opened += 1;
  const path = join(folder, `${opened}.db`);
  const store = openSqliteStore({ path, lock: false, busyTimeoutMs: 1_000 });
  const rig = await backfillRig({ book, store, ...options });
  rigs.push(rig);
  return { ...rig, deliveries: () => deliveriesIn(path) };
};

/** What makes two stores the same. Bodies hold when they were read. */
const essence = (rig: FileRig): readonly string[] =>
  rig
    .deliveries()
    .map(({ eventId, type, source, ending, customer }) => [eventId, type, source, ending, customer].join(' '));

const countBy = (deliveries: readonly StoredDelivery[]): Readonly<Record<string, number>> => {
  const counts: Record<string, number> = {};
  for (const { type } of deliveries) counts[type] = (counts[type] ?? 0) + 1;
  return counts;
};

/** 130 customers: two pages of each, four of their invoices. */
const largeBook = (): StripeBook => makeLargeBook({ objects: 1_444, now: NOW });

describe('a backfill', () => {
  it('stores everything that the account holds, once, and understands all of it', async () => {
    const rig = await open(largeBook());
    expect(await rig.run()).toEqual({ result: 'done' });
    expect(countBy(rig.deliveries())).toEqual({
      'backfill.customer': 130,
      'backfill.payment_method': 130,
      'backfill.subscription': 130,
      'backfill.invoice': 390,
      'backfill.invoice_payment': 258,
      'backfill.attempt': 10,
      'backfill.charge': 2,
      'backfill.dispute': 1,
      'backfill.refund': 2,
      'customer.subscription.created': 130,
      'invoice.paid': 260,
    });
    const ends = new Set(rig.deliveries().map(({ ending }) => ending));
    expect([...ends]).toEqual(['unread']);
    expect(rig.deliveries().filter(({ customer }) => customer === null)).toEqual([]);
  });

  it('told to stop after each page goes on where it was, and ends like one that was never stopped', async () => {
    const whole = await open(largeBook());
    await whole.run();
    const stopped = await open(largeBook());
    let runs = 0;
    for (let end = ''; end !== 'done'; runs += 1) end = (await stopped.run({}, { stopAfter: 1 })).result;
    expect(runs).toBeGreaterThan(12);
    expect(essence(stopped)).toEqual(essence(whole));
    const read = (rig: BackfillRig): number =>
      rig.pages.filter(({ done }) => done).reduce((sum, { read }) => sum + read, 0);
    expect(read(stopped)).toBe(read(whole));
  });

  it('killed before or behind the commit of each page ends like one that was never killed', async () => {
    const whole = await open(largeBook());
    await whole.run();
    for (const isBehind of [false, true]) {
      let saves = 0;
      const dying = (store: Store): Store => ({
        ...store,
        saveBackfill: async (...step) => {
          saves += 1;
          // Before the commit of its second page, or every run would die at the same one.
          if (saves !== (isBehind ? 1 : 2)) return store.saveBackfill(...step);
          if (isBehind) await store.saveBackfill(...step);
          throw new Error('killed');
        },
      });
      const killed = await open(largeBook(), { wrap: dying });
      let kills = 0;
      for (let isDone = false; !isDone; ) {
        saves = 0;
        isDone = await killed.run().then(
          () => true,
          () => false,
        );
        if (!isDone) kills += 1;
      }
      expect(kills).toBeGreaterThan(12);
      expect(essence(killed)).toEqual(essence(whole));
    }
  });

  it('misses and doubles nothing while new customers arrive between its pages', async () => {
    const book = makeMemoryBook();
    const person = (name: string, at: number) =>
      customerCreated({ shape: 'basil', livemode: false, customer: `cus_${name}`, priceId: 'price_1' }, { at }).data
        .object;
    for (let number = 0; number < 250; number += 1) book.put(person(`old${number}`, NOW - DAY_MS + number * SECOND_MS));
    const rig = await open(book);
    let arrived = 0;
    rig.stripe.afterEach(({ path }) => {
      if (path !== '/v1/customers') return;
      arrived += 1;
      book.put(person(`new${arrived}`, NOW + arrived * SECOND_MS));
    });
    await rig.run();
    const stored = rig.deliveries().map(({ customer }) => customer ?? '');
    expect(stored.filter((id) => id.startsWith('cus_old')).length).toBe(250);
    expect(new Set(stored).size).toBe(stored.length);
  });

  it('goes on by time where the object that it stopped at is gone', async () => {
    const book = makeMemoryBook();
    for (let number = 0; number < 250; number += 1) {
      const account: StripeAccount = { shape: 'basil', livemode: false, customer: `cus_${number}`, priceId: 'price_1' };
      book.put(customerCreated(account, { at: NOW - DAY_MS + Math.ceil(number / 2) * SECOND_MS }).data.object);
    }
    const rig = await open(book);
    await rig.run({}, { stopAfter: 1 });
    // The next, which is not read yet, was made in the same second.
    book.remove('cus_150');
    expect(await rig.run()).toEqual({ result: 'done' });
    expect(rig.deliveries().length).toBe(250);
    const queries = rig.stripe.requests.filter(({ path }) => path === '/v1/customers').map(({ query }) => query);
    expect(queries.filter((query) => query['created[lte]'] !== undefined).length).toBe(1);
  });

  it('waits as a rate limit asks, and misses nothing', async () => {
    const rig = await open(largeBook());
    rig.stripe.script(
      null,
      { kind: 'status', status: 429, headers: { 'retry-after': '9' } },
      { kind: 'status', status: 500 },
    );
    expect(await rig.run()).toEqual({ result: 'done' });
    expect(rig.slept).toContain(NOW + 9 * SECOND_MS);
    expect(countBy(rig.deliveries())['backfill.customer']).toBe(130);
  });

  it('gives up for now in an outage, and goes on later', async () => {
    const rig = await open(largeBook());
    rig.stripe.script(null, ...Array.from({ length: 8 }, () => ({ kind: 'status', status: 503 }) as const));
    expect(await rig.run()).toMatchObject({ result: 'later', reason: expect.stringContaining('503') });
    expect(await rig.run()).toEqual({ result: 'done' });
    expect(countBy(rig.deliveries())['backfill.customer']).toBe(130);
  });

  it('stops at a key that is refused on the way, and goes on with a good one', async () => {
    const rig = await open(largeBook());
    await rig.run({}, { stopAfter: 3 });
    rig.stripe.rollKey('rk_test_rolled');
    expect(await rig.run()).toMatchObject({ result: 'stopped', reason: expect.stringContaining('STRIPE_API_KEY') });
    rig.stripe.rollKey('rk_test_backfill');
    expect(await rig.run()).toEqual({ result: 'done' });
  });

  it('refuses objects of the other mode than its key', async () => {
    const book = makeMemoryBook();
    const live: StripeAccount = { shape: 'basil', livemode: true, customer: 'cus_live', priceId: 'price_1' };
    book.put(customerCreated(live, { at: NOW }).data.object);
    const rig = await open(book);
    expect(await rig.run()).toMatchObject({ result: 'stopped', reason: expect.stringContaining('other mode') });
    expect(rig.deliveries()).toEqual([]);
  });

  it('that is finished is not begun again by accident; asked for again it finds nothing new', async () => {
    const rig = await open(largeBook());
    await rig.run();
    const before = essence(rig);
    const asked = rig.stripe.requests.length;
    expect(await rig.run()).toMatchObject({ result: 'finished' });
    expect(rig.stripe.requests.length).toBe(asked);
    expect(await rig.run({ again: true })).toEqual({ result: 'done' });
    expect(rig.stripe.requests.length).toBe(asked * 2);
    expect(essence(rig)).toEqual(before);
    expect(await rig.run()).toMatchObject({ result: 'finished' });
  });

  it('asked for again and interrupted goes on with that', async () => {
    const rig = await open(largeBook());
    await rig.run();
    const asked = rig.stripe.requests.length;
    await rig.run({ again: true }, { stopAfter: 2 });
    expect(await rig.run()).toEqual({ result: 'done' });
    expect(rig.stripe.requests.length).toBeGreaterThanOrEqual(asked * 2);
  });

  it('takes an invoice for the same whose links alone were made anew', async () => {
    const { events } = unpaid('basil', 1);
    const book = bookOfEvents(events);
    const rig = await open(book);
    await rig.run();
    const before = essence(rig);
    const fresh = {
      hosted_invoice_url: 'https://invoice.stripe.com/i/fresh',
      invoice_pdf: 'https://pay.stripe.com/fresh',
    };
    book.put({ ...book.find('in_1'), ...fresh });
    await rig.run({ again: true });
    expect(essence(rig)).toEqual(before);
    book.put({ ...book.find('in_1'), amount_remaining: 1 });
    await rig.run({ again: true });
    expect(essence(rig).length).toBeGreaterThan(before.length);
  });

  it('keeps what was asked at first: a run with other words on what to say is refused', async () => {
    const rig = await open(largeBook());
    await rig.run({ emit: 'open' }, { stopAfter: 1 });
    expect(await rig.run({ emit: 'all' })).toMatchObject({ result: 'other_emit', begun: { emit: 'open' } });
    await rig.run({ emit: 'open', since: NOW });
    expect(countBy(rig.deliveries())['backfill.invoice']).toBe(390);
    expect(new Set(rig.deliveries().map(({ source }) => source))).toEqual(new Set(['backfill_open']));
  });

  it('of a connected account is read under its name and stored under its name', async () => {
    const rig = await open(makeMemoryBook(), { connected: { acct_9: largeBook() } });
    await rig.run({ merchant: 'acct_9' });
    expect(new Set(rig.deliveries().map(({ merchant }) => merchant))).toEqual(new Set(['acct_9']));
    expect(new Set(rig.stripe.requests.map(({ merchant }) => merchant))).toEqual(new Set(['acct_9']));
  });
});

const unpaid = (shape: StripeShape, attempts: number) => {
  const account: StripeAccount = { shape, livemode: false, customer: 'cus_1', userId: 'ada', priceId: 'price_1' };
  const startsAt = NOW - 40 * DAY_MS;
  const events = Array.from({ length: attempts }, (_, index) => {
    const at = startsAt + index * 3 * DAY_MS;
    const charge = { invoice: 'in_1', amount: 2_900, at, attempt: index + 1 };
    const invoice = {
      invoice: 'in_1',
      subscription: 'sub_1',
      amount: 2_900,
      periodStart: startsAt,
      attempt: index + 1,
    };
    return [
      chargeFailed(account, charge),
      paymentIntentFailed(account, charge),
      invoicePaymentFailed(account, { ...invoice, at: at + SECOND_MS }),
    ];
  }).flat();
  return { events, startsAt };
};

describe('attempts in a backfill', () => {
  it.each(['legacy', 'basil'] as const)(
    'of an unpaid invoice are those of its charges, on their days (%s)',
    async (shape) => {
      const { events, startsAt } = unpaid(shape, 3);
      const book = bookOfEvents(events);
      // A charge that is under way is no failed attempt.
      book.put({ ...events[0]?.data.object, id: 'ch_pending', status: 'pending' });
      const rig = await open(book);
      await rig.run();
      const attempts = rig.deliveries().filter(({ type }) => type === 'backfill.attempt');
      const charges = attempts.map(({ body }) => JSON.parse(body).data.object.charge.created * 1_000);
      expect(charges.toSorted((a, b) => a - b)).toEqual([0, 3, 6].map((days) => startsAt + days * DAY_MS));
      expect(new Set(attempts.map(({ customer }) => customer))).toEqual(new Set(['cus_1']));
    },
  );

  it('are one without a charge where nobody was asked', async () => {
    const { events } = unpaid('basil', 1);
    const rig = await open(bookOfEvents(events.filter(({ type }) => type === 'invoice.payment_failed')));
    await rig.run();
    const attempts = rig.deliveries().filter(({ type }) => type === 'backfill.attempt');
    expect(attempts.map(({ body }) => JSON.parse(body).data.object.charge)).toEqual([null]);
  });

  it('are found for an invoice that is older than the backfill and still open', async () => {
    const { events } = unpaid('basil', 2);
    const rig = await open(bookOfEvents(events));
    await rig.run({ sinceText: '1d', since: (NOW - DAY_MS) as typeof NOW });
    expect(countBy(rig.deliveries())).toMatchObject({ 'backfill.invoice': 1, 'backfill.attempt': 2 });
  });
});

describe('a backfill beside webhooks', () => {
  it('stores an event that came as a webhook no second time, nor its webhook afterwards', async () => {
    const { events } = unpaid('basil', 1);
    const recent = events.map((event) => ({ ...event, created: Math.floor((NOW - HOUR_MS) / 1_000) }));
    const rig = await open(bookOfEvents(recent));
    const [first, ...others] = recent;
    const { toDelivery } = await import('../../src/pipeline/receive.ts');
    const { stripe } = await import('../../src/providers/stripe/stripe.ts');
    const webhook = (event: unknown) => toDelivery(stripe, JSON.stringify(event), NOW);
    await rig.store.accept([webhook(first)]);
    await rig.run();
    expect(await rig.store.accept(others.map(webhook))).toEqual(['duplicate', 'duplicate']);
    const sources = rig
      .deliveries()
      .filter(({ type }) => !type.startsWith('backfill.'))
      .map(({ source }) => source);
    expect(sources.toSorted()).toEqual(['backfill', 'backfill', 'webhook']);
  });
});
