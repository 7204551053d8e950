import { cancelIsRequested, hasEnded } from './cancel.ts';
import { isDisputed } from './disputes.ts';
import type { Episode } from './episodes.ts';
import { openInvoices } from './episodes.ts';
import type { Case, RefundFact } from './facts.ts';
import { subscriptionFacts } from './facts.ts';
import type { HoldCause } from './holds.ts';
import { heldBackBy } from './holds.ts';
import { invoiceOfCharge } from './invoices.ts';

export type Reason = 'dispute' | HoldCause | 'voluntary_cancel' | 'paused' | 'refund';

/**
 * D6, decision 0012: somebody wished a pause, of the subscription or of its collection, and it has not resumed. Without a
 * reason it is nobody's wish: what paused before there were reasons was a trial that ended without a card.
 */
const isPaused = (c: Case, subscription: string): boolean => {
  const now = subscriptionFacts(c.facts, subscription).at(-1)?.subscription;
  if (now === undefined || hasEnded(c.facts, subscription)) return false;
  if (now.status === 'paused' && now.pauseReason === 'requested') return true;
  return now.collectionPaused && (now.resumesAt === null || c.t < now.resumesAt);
};

/** Where in fold order each refund of an invoice that stands was made: the last time that its amount rose. */
const refundsOf = (c: Case, invoice: string): readonly number[] => {
  const all = c.facts.filter(
    (fact): fact is RefundFact => fact.kind === 'refund_observed' && invoiceOfCharge(c.facts, fact.charge) === invoice,
  );
  return [...new Set(all.map(({ refundId }) => refundId))].flatMap((id) => {
    const told = all.filter(({ refundId }) => refundId === id);
    if (told.at(-1)?.status !== 'succeeded') return [];
    const most = Math.max(...told.map(({ amountMinor }) => amountMinor));
    const made = told.find(({ status, amountMinor }) => status === 'succeeded' && amountMinor === most);
    return made === undefined ? [] : [c.facts.indexOf(made)];
  });
};

/**
 * D6, decision 0012: since the episode began money was given back on an invoice of it that is owed, and it was not charged
 * again since. A charge that succeeds leaves nothing owed.
 */
const isRefunded = (c: Case, episode: Episode): boolean =>
  openInvoices(c, c.facts.length, episode).some((invoice) => {
    const tried = episode.attempts.filter((attempt) => attempt.invoice.id === invoice).map(({ fact }) => fact);
    const since = [episode.attempts[0]?.fact ?? episode.reversal, ...tried].map((fact) =>
      fact === null ? -1 : c.facts.indexOf(fact),
    );
    return refundsOf(c, invoice).some((refund) => refund > Math.max(...since));
  });

/** D6: why nothing may be said of a subscription, or of an episode of it; the first of 0015's order; null: nothing holds it back. */
export const reasonOf = (c: Case, subscription: string, episode: Episode | null): Reason | null => {
  if (isDisputed(c)) return 'dispute';
  const held = heldBackBy(c);
  if (held !== null) return held;
  if (cancelIsRequested(c.facts, subscription)) return 'voluntary_cancel';
  if (isPaused(c, subscription)) return 'paused';
  return episode !== null && isRefunded(c, episode) ? 'refund' : null;
};
