import type { MarkedRecovered } from '../domain/fact.ts';
import type { CustomerKey } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import type { Attempt } from './attempt.ts';
import type { ChurnType } from './churn.ts';
import { type Stop, stopsOf } from './exhaustion.ts';
import type { InvoiceLedger, Transition } from './invoice.ts';
import type { SubscriptionLedger } from './subscription.ts';

/** What dunning is about: one subscription of a customer, with its invoices. */
export interface Subject {
  readonly customer: CustomerKey;
  readonly namespace: string;
  readonly subscriptionId: string;
  readonly subscription: SubscriptionLedger | undefined;
  readonly invoices: readonly InvoiceLedger[];
  /** All attempts of these invoices, by invoice id. */
  readonly attempts: ReadonlyMap<string, readonly Attempt[]>;
  /** What was said of the account to be settled elsewhere, in fold order. */
  readonly marks: readonly MarkedRecovered[];
  readonly noRetryAfterMs: number;
  readonly now: Instant;
}

/** How an episode ended (semantics C2). */
export type EpisodeOutcome = 'open' | 'recovered' | 'forgiven' | 'canceled' | 'lost' | 'written_off';

/** An episode while the walk goes on. */
export interface Draft {
  readonly openingInvoice: InvoiceLedger;
  readonly reopenedFrom: string | null;
  readonly reversalId: string | null;
  readonly openedAt: Instant;
  readonly openedReceivedAt: Instant;
  readonly openedHeardAt: Instant;
  readonly invoices: InvoiceLedger[];
  readonly attempts: Attempt[];
  /** What became of its invoices so far, by id. */
  readonly settled: Map<string, Transition>;
  outcome: EpisodeOutcome;
  /** Its first end: a late payment does not move it. */
  closedAt: Instant | null;
  endedAt: Instant | null;
  late: boolean;
}

/** Where the walk through a subject's history stands. */
export interface Walk {
  readonly subject: Subject;
  readonly drafts: Draft[];
  readonly settled: Map<string, Transition['kind']>;
  /** Payments of any of its invoices, in time order. */
  readonly paid: { readonly at: Instant; readonly invoice: InvoiceLedger }[];
  /** The instant of the last step. */
  reached: Instant;
  ended: boolean;
  churn: ChurnType | null;
}

/** The episode that is open now. */
export const openDraft = ({ drafts }: Walk): Draft | undefined => {
  const last = drafts[drafts.length - 1];
  return last?.outcome === 'open' ? last : undefined;
};

/** What the walk has not seen settled yet. */
export const owedIn = (draft: Draft): readonly InvoiceLedger[] =>
  draft.invoices.filter(({ id }) => !draft.settled.has(id));

/** The times in which the provider had stopped collecting an invoice of the episode, as known now. */
export const stopsIn = (
  { subscription, noRetryAfterMs, now }: Subject,
  { openedAt }: Draft,
  invoice: InvoiceLedger,
  pendingFrom: Instant | null,
): readonly Stop[] =>
  stopsOf(invoice, subscription, { since: openedAt, pendingFrom, noRetryAfterMs }).filter(
    ({ concludedFrom, lapsed }) => lapsed || concludedFrom <= now,
  );
