import type { Fact } from '../domain/fact.ts';
import type { Instant } from '../domain/instant.ts';
import { ARRIVAL_MS } from '../domain/policy.ts';
import type { Delivery, DeliverySource } from './claim.ts';

/** Whether what a backfill read is history, of which nothing is said, or news that it was first to tell (semantics E6). */

/** Objects of a list that date themselves: what happened to them, and no state of when they were read. */
const DATED: ReadonlySet<Fact['kind']> = new Set([
  'attempt_recorded',
  'charge_declined',
  'charge_succeeded',
  'payment_reversed',
]);

const isSettled = (fact: Fact): boolean =>
  fact.kind === 'invoice_observed' && fact.invoice.status !== 'open' && fact.invoice.status !== 'draft';

/** When it happened by its own date; null: of the object is known how it stood when it was read, and no more. */
const happenedAt = (fact: Fact, { eventType }: Delivery): Instant | null => {
  if (!eventType.startsWith('backfill.') || DATED.has(fact.kind) || isSettled(fact)) return fact.occurredAt;
  return fact.kind === 'dispute_observed' ? (fact.openedAt ?? null) : null;
};

/**
 * Whether the webhook of what a backfill read may still be under way: taken for history, it would be silent for ever,
 * since its webhook is a duplicate.
 */
const mayStillArrive = (fact: Fact, delivery: Delivery): boolean => {
  const at = happenedAt(fact, delivery);
  return at !== null && delivery.receivedAt - at < ARRIVAL_MS;
};

/** What happened just now is news, whoever was first to tell it. */
export const sourceOf = (fact: Fact, delivery: Delivery): DeliverySource =>
  mayStillArrive(fact, delivery) ? 'webhook' : delivery.source;

/** History of which nothing is said is settled at once; what is to be said of goes the way of every late webhook. */
export const dated = (fact: Fact, source: DeliverySource): Fact =>
  source === 'backfill' ? { ...fact, isHistory: true } : fact;
