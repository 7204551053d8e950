import type { CustomerKey } from '../domain/ids.ts';
import type { Ledger } from './ledger.ts';

const union = <Value>(
  ledgers: readonly Ledger[],
  part: (ledger: Ledger) => ReadonlyMap<string, Value>,
): ReadonlyMap<string, Value> => new Map(ledgers.flatMap((ledger) => [...part(ledger)]));

/**
 * The accounts of one person as one ledger, for where the person stands. Every id in a ledger is the provider's and
 * belongs to one account. What an account says of itself (its customer, the users that it names) is the first's; the
 * caller puts in what it means.
 */
export const joinLedgers = (ledgers: readonly [Ledger, ...Ledger[]]): Ledger => {
  const [first, ...others] = ledgers;
  if (others.length === 0) return first;
  const episodes = ledgers.flatMap((ledger) => ledger.episodes);
  const holderOf = (invoice: string | null, subscription: string | null): Ledger =>
    ledgers.find(
      ({ invoices, subscriptions }) => invoices.has(invoice ?? '') || subscriptions.has(subscription ?? ''),
    ) ?? first;
  return {
    ...first,
    invoices: union(ledgers, ({ invoices }) => invoices),
    subscriptions: union(ledgers, ({ subscriptions }) => subscriptions),
    attempts: union(ledgers, ({ attempts }) => attempts),
    payments: union(ledgers, ({ payments }) => payments),
    cards: union(ledgers, ({ cards }) => cards),
    methodUpdates: ledgers.flatMap(({ methodUpdates }) => methodUpdates),
    cardExpiries: ledgers.flatMap(({ cardExpiries }) => cardExpiries),
    wrongSlots: ledgers.flatMap(({ wrongSlots }) => wrongSlots),
    episodes: episodes.sort((a, b) => a.openedAt - b.openedAt || (a.id < b.id ? -1 : 1)),
    churn: union(ledgers, ({ churn }) => churn),
    email: ledgers.map(({ email }) => email).find((email) => email !== null) ?? null,
    challenges: ledgers.flatMap(({ challenges }) => challenges),
    holds: ledgers.flatMap(({ holds }) => holds),
    refunds: ledgers.flatMap(({ refunds }) => refunds),
    suppressions: union(ledgers, ({ suppressions }) => suppressions),
    planOf: (invoice, subscription) => holderOf(invoice, subscription).planOf(invoice, subscription),
    changesAt: ledgers.flatMap(({ changesAt }) => changesAt),
  };
};

/** Whose subscription it is, among a person's accounts; null where it is nobody's. */
export const accountOf = (ledgers: readonly Ledger[], subscription: string | null): CustomerKey | null =>
  ledgers.find(({ subscriptions, invoices }) => {
    if (subscription === null) return false;
    return (
      subscriptions.has(subscription) || [...invoices.values()].some((invoice) => invoice.subscription === subscription)
    );
  })?.customer ?? null;
