import { describeError } from '../domain/errors.ts';
import type { Fact } from '../domain/fact.ts';
import type { Policy } from '../domain/policy.ts';
import type { Provider, Reading } from '../providers/provider.ts';
import type { Claim, Delivery, DeliveryReading, NewDeadLetter } from './ports.ts';

/** What a profile's unread deliveries say. */
export interface Read {
  readonly readings: readonly DeliveryReading[];
  /** Facts that the profile does not hold yet. */
  readonly facts: readonly Fact[];
  readonly references: readonly string[];
  readonly deadLetters: readonly NewDeadLetter[];
}

const normalise = (delivery: Delivery, providers: Readonly<Record<string, Provider>>, policy: Policy): Reading => {
  const provider = providers[delivery.provider];
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

/** Turns every unread delivery into one of its three ends; one that cannot be understood does not hold up the others. */
export const readDeliveries = (claim: Claim, providers: Readonly<Record<string, Provider>>, policy: Policy): Read => {
  const known = new Set(claim.facts.map(({ id }) => id));
  const readings: DeliveryReading[] = [];
  const facts: Fact[] = [];
  const references = new Set<string>();
  const deadLetters: NewDeadLetter[] = [];
  for (const delivery of claim.deliveries) {
    const reading = normalise(delivery, providers, policy);
    readings.push({ seq: delivery.seq, end: reading.end, detail: detailOf(reading) });
    if (reading.end === 'dead_letter') deadLetters.push(toDeadLetter(delivery, reading.error));
    if (reading.end !== 'understood') continue;
    for (const reference of reading.references) references.add(reference);
    for (const fact of reading.facts) {
      if (known.has(fact.id)) continue;
      known.add(fact.id);
      facts.push(fact);
    }
  }
  return { readings, facts, references: [...references], deadLetters };
};
