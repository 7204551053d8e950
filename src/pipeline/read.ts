import { describeError } from '../domain/errors.ts';
import type { Fact } from '../domain/fact.ts';
import type { CustomerKey } from '../domain/ids.ts';
import type { Policy } from '../domain/policy.ts';
import type { Provider, Reading } from '../providers/provider.ts';
import { dated, sourceOf } from './history.ts';
import type { Claim, ClaimedAccount, Delivery, DeliveryReading, DeliverySource, NewDeadLetter } from './ports.ts';
import { readerOf } from './reader-of.ts';

/** An account with what its unread deliveries say. */
export interface ReadAccount {
  readonly customer: CustomerKey;
  readonly role: ClaimedAccount['role'];
  /** Facts that it held before. */
  readonly known: readonly Fact[];
  /** Facts that it did not hold yet, and how they came. */
  readonly news: readonly { readonly fact: Fact; readonly source: DeliverySource }[];
  readonly references: readonly string[];
}

/** What a profile's unread deliveries say. */
export interface Read {
  readonly readings: readonly DeliveryReading[];
  readonly accounts: readonly ReadAccount[];
  readonly deadLetters: readonly NewDeadLetter[];
}

/** Everything that an account holds once the deliveries are read. */
export const allFacts = ({ known, news }: ReadAccount): readonly Fact[] =>
  news.length === 0 ? known : [...known, ...news.map(({ fact }) => fact)];

const normalise = (delivery: Delivery, providers: Readonly<Record<string, Provider>>, policy: Policy): Reading => {
  const provider = readerOf(providers, delivery);
  if (provider === undefined)
    return { end: 'dead_letter', error: `This release knows no provider ${delivery.provider}.` };
  try {
    const { userIdKeys, contactKeys } = policy;
    return provider.normalise(delivery.rawBody, { receivedAt: delivery.receivedAt, userIdKeys, contactKeys });
  } catch (error) {
    return { end: 'dead_letter', error: error instanceof Error ? error.message : String(error) };
  }
};

const detailOf = (reading: Reading): string => {
  switch (reading.end) {
    case 'understood':
      return reading.facts.map(({ kind }) => kind).join(', ');
    case 'ignored':
      return reading.reason;
    case 'dead_letter':
      return reading.error;
  }
};

const toDeadLetter = (delivery: Delivery, error: string): NewDeadLetter => ({
  kind: 'delivery',
  subject: `${delivery.provider} ${delivery.eventId}`,
  code: 'delivery_not_understood',
  message: describeError('delivery_not_understood', {
    subject: `${delivery.provider} ${delivery.eventId}`,
    reason: error,
  }),
  payload: JSON.stringify({ provider: delivery.provider, event_id: delivery.eventId, event_type: delivery.eventType }),
  amountMinor: null,
  currency: null,
});

type ReadDelivery = { readonly delivery: Delivery; readonly reading: Reading };

const readAccount = (account: ClaimedAccount, read: readonly ReadDelivery[]): ReadAccount => {
  const held = new Set(account.facts.map(({ id }) => id));
  const references = new Set<string>();
  const news: { readonly fact: Fact; readonly source: DeliverySource }[] = [];
  for (const { delivery, reading } of read) {
    if (reading.end !== 'understood') continue;
    for (const reference of reading.references) references.add(reference);
    for (const fact of reading.facts) {
      if (held.has(fact.id)) continue;
      held.add(fact.id);
      const source = sourceOf(fact, delivery);
      news.push({ fact: dated(fact, source), source });
    }
  }
  const { customer, role, facts: known } = account;
  return { customer, role, known, news, references: [...references] };
};

/** Turns every unread delivery into one of its three ends; one that cannot be understood does not hold up the others. */
export const readDeliveries = (
  claim: Pick<Claim, 'accounts'>,
  providers: Readonly<Record<string, Provider>>,
  policy: Policy,
): Read => {
  const read = claim.accounts.map((account) =>
    account.deliveries.map((delivery) => ({ delivery, reading: normalise(delivery, providers, policy) })),
  );
  const all = read.flat();
  return {
    readings: all.map(({ delivery, reading }) => ({
      seq: delivery.seq,
      end: reading.end,
      detail: detailOf(reading),
    })),
    accounts: claim.accounts.map((account, index) => readAccount(account, read[index] ?? [])),
    deadLetters: all.flatMap(({ delivery, reading }) =>
      reading.end === 'dead_letter' ? [toDeadLetter(delivery, reading.error)] : [],
    ),
  };
};
