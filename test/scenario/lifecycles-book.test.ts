import { describe, expect, it } from 'vitest';
import { toOutcome } from '../../src/cli/demo/demo-outcome.ts';
import { DAY_MS, instant, plus, SECOND_MS } from '../../src/domain/instant.ts';
import { SETTLE_WINDOW_MS } from '../../src/domain/policy.ts';
import { type SimulatedDelivery, simulate } from '../../src/simulate/model.ts';
import { playThrough } from './lifecycles-relay.ts';

const STARTS_AT = instant(Date.UTC(2026, 0, 1));
const BOOK = { seed: 7, customers: 80, days: 45, startsAt: STARTS_AT } as const;

interface Seen {
  readonly type: string;
  readonly invoice: string;
}

const toSeen = ({ rawBody }: SimulatedDelivery): Seen => {
  const { type, data } = JSON.parse(rawBody);
  return { type, invoice: data.object.id };
};

/** Counted from the webhooks alone, with no code of the relay: which invoices failed, and which of those were paid. */
const countBook = (deliveries: readonly SimulatedDelivery[]) => {
  const seen = deliveries.map(toSeen);
  const idsOf = (type: string): ReadonlySet<string> =>
    new Set(seen.flatMap((each) => (each.type === type ? [each.invoice] : [])));
  const failed = idsOf('invoice.payment_failed');
  const paid = idsOf('invoice.paid').union(idsOf('invoice.payment_succeeded'));
  return {
    failed: failed.size,
    recovered: failed.intersection(paid).size,
    canceled: idsOf('customer.subscription.deleted').size,
  };
};

describe('a book of customers, played through the whole relay', () => {
  it('is recounted without a missing or a doubled episode, late and repeated webhooks included', async () => {
    const { deliveries } = simulate(BOOK);
    // What arrives in the last instants of the book may still be waiting for its reason, or for its failure.
    const settledBy = plus(STARTS_AT, BOOK.days * DAY_MS - SETTLE_WINDOW_MS - SECOND_MS);
    const settled = deliveries.filter(({ arrivesAt }) => arrivesAt < settledBy);
    const book = countBook(settled);
    expect(book.failed).toBeGreaterThan(15);
    await playThrough(
      { startsAt: STARTS_AT, days: BOOK.days, deliveries: settled },
      async ({ calls, result, store }) => {
        const outcome = toOutcome(calls);
        expect(outcome.episodes).toBe(book.failed);
        expect(outcome.recovered).toBe(book.recovered);
        expect(outcome.calls.subscription_canceled).toBe(book.canceled);
        expect(result.answers).toEqual({ 200: settled.length });
        const { deliveries: ends, deadLetters } = await store.counts();
        expect({ ...ends, understood: 0 }).toEqual({
          unread: 0,
          understood: 0,
          ignored: 0,
          dead_letter: 0,
          unresolved: 0,
        });
        expect(deadLetters).toBe(0);
      },
    );
  });

  it('is the same to the byte for the same seed, and another for another seed', () => {
    expect(simulate(BOOK)).toEqual(simulate(BOOK));
    expect(simulate({ ...BOOK, seed: 8 }).deliveries).not.toEqual(simulate(BOOK).deliveries);
  });

  it('tells one more customer without changing what the others live through', () => {
    const bodies = (customers: number) => simulate({ ...BOOK, customers }).deliveries.map(({ rawBody }) => rawBody);
    const more = new Set(bodies(BOOK.customers + 1));
    expect(bodies(BOOK.customers).filter((body) => !more.has(body))).toEqual([]);
  });
});
