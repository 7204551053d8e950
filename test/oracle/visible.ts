import type { Fact } from './facts.ts';

const AHEAD_MS = 300_000;

/**
 * B1: within one second a payment outranks a failure, a failure a snapshot; that an invoice is given up outranks the
 * failure that led to it. An end, or the provider's word that it stopped, is about the failure of its second too,
 * and so is what people say.
 */
const rankOf = (fact: Fact): number => {
  switch (fact.kind) {
    case 'invoice_paid':
    case 'charge_succeeded':
      return 3;
    case 'subscription_ended':
    case 'collection_stopped':
    case 'hold_placed':
    case 'hold_lifted':
    case 'marked_recovered':
      return 2;
    case 'attempt_failed':
    case 'attempt_recorded':
    case 'action_required':
    case 'charge_declined':
    case 'payment_reversed':
      return 1;
    case 'invoice_observed':
      if (fact.invoice.status === 'paid') return 3;
      return fact.invoice.status === 'open' || fact.invoice.status === 'draft' ? 0 : 1.5;
    default:
      return 0;
  }
};

const compareIds = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** What was read from the provider's history is settled: it counts as if it had been received when it happened. */
const settledIfHistory = <F extends Fact>(fact: F): F =>
  fact.isHistory === true ? { ...fact, receivedAt: fact.occurredAt } : fact;

/** B1: received, and not further ahead of its receipt than 300 s unless its time has come; in fold order. */
export const visibleFacts = (facts: readonly Fact[], t: number): readonly Fact[] =>
  facts
    .filter((fact) => fact.receivedAt <= t)
    .filter((fact) => fact.occurredAt <= fact.receivedAt + AHEAD_MS || fact.occurredAt <= t)
    .map(settledIfHistory)
    .toSorted((a, b) => a.occurredAt - b.occurredAt || rankOf(a) - rankOf(b) || compareIds(a.id, b.id));
