import type { Fact } from '../domain/fact.ts';
import type { CustomerKey } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import type { Rules } from '../domain/rules.ts';
import { type Attempt, type AttemptContext, foldAttempts } from './attempt.ts';
import { foldCharges } from './charges.ts';
import type { ChurnType } from './churn.ts';
import { type Episode, foldEpisodes } from './episode.ts';
import { findUserId } from './identity.ts';
import { foldInvoices, type InvoiceLedger } from './invoice.ts';
import { findPayment, type Payment } from './payment.ts';
import { type Plan, resolvePlan } from './plan.ts';
import { wasRetryStated } from './retry.ts';
import { foldSubscriptions, type SubscriptionLedger } from './subscription.ts';
import { toTimeline } from './timeline.ts';

/** Everything that follows from one customer's facts at one instant, before anybody is told. */
export interface Ledger {
  readonly customer: CustomerKey;
  readonly now: Instant;
  readonly userId: string | null;
  readonly invoices: ReadonlyMap<string, InvoiceLedger>;
  readonly subscriptions: ReadonlyMap<string, SubscriptionLedger>;
  /** All attempts by invoice id, pending and unexecuted ones included. */
  readonly attempts: ReadonlyMap<string, readonly Attempt[]>;
  /** Payments in force by invoice id. */
  readonly payments: ReadonlyMap<string, Payment>;
  /** In order of opening. */
  readonly episodes: readonly Episode[];
  /** By subscription id, for those that ended. */
  readonly churn: ReadonlyMap<string, ChurnType>;
  readonly planOf: (invoice: string | null, subscription: string | null) => Plan;
  /** Instants after `now` at which the ledger could change by time alone. */
  readonly changesAt: readonly Instant[];
}

const foldAllAttempts = (
  invoices: ReadonlyMap<string, InvoiceLedger>,
  context: AttemptContext,
): ReadonlyMap<string, readonly Attempt[]> => {
  const attempts = new Map<string, readonly Attempt[]>();
  for (const invoice of invoices.values()) {
    if (invoice.notices.length > 0) attempts.set(invoice.id, foldAttempts(invoice, context));
  }
  return attempts;
};

const bySubscription = (invoices: ReadonlyMap<string, InvoiceLedger>): Map<string, InvoiceLedger[]> => {
  const groups = new Map<string, InvoiceLedger[]>();
  for (const invoice of invoices.values()) {
    if (invoice.subscription === null) continue;
    const group = groups.get(invoice.subscription);
    if (group) group.push(invoice);
    else groups.set(invoice.subscription, [invoice]);
  }
  return groups;
};

/** Folds a customer's facts, in any order, into the ledger at `now`. Pure. */
export const foldLedger = (customer: CustomerKey, given: readonly Fact[], rules: Rules, now: Instant): Ledger => {
  const { policy } = rules;
  const { facts, nextVisibleAt } = toTimeline(given, now);
  const charges = foldCharges(facts);
  const invoices = foldInvoices(facts, charges);
  const subscriptions = foldSubscriptions(facts);
  const countsStand = policy.chargeWebhooks === 'absent';
  const planOf = (invoiceId: string | null, subscriptionId: string | null): Plan => {
    const invoice = invoices.get(invoiceId ?? '')?.latest ?? null;
    const subscription = subscriptions.get(subscriptionId ?? invoice?.subscription ?? '')?.latest ?? null;
    return resolvePlan(invoice, subscription, policy);
  };
  const attempts = foldAllAttempts(invoices, {
    now,
    charges,
    countsStand,
    classify: (entry) => classifierOf(rules, customer.provider).classify(entry.raw),
    planOf: (invoice) => resolvePlan(invoice, subscriptions.get(invoice.subscription ?? '')?.latest ?? null, policy),
    retryKnown: (invoice, notice) =>
      !notice.invoice.collectedAutomatically ||
      wasRetryStated(invoice, notice) ||
      invoice.transitions.some((transition) => transition.at >= notice.occurredAt) ||
      (subscriptions.get(invoice.subscription ?? '')?.stopWords.some((word) => word.at >= notice.occurredAt) ?? false),
  });
  const payments = new Map<string, Payment>();
  for (const id of attempts.keys()) {
    const invoice = invoices.get(id);
    const payment = invoice ? findPayment(invoice, { now, charges, countsStand }) : null;
    if (payment !== null) payments.set(id, payment);
  }
  const episodes: Episode[] = [];
  const churn = new Map<string, ChurnType>();
  const changesAt: Instant[] = nextVisibleAt === null ? [] : [nextVisibleAt];
  const groups = bySubscription(invoices);
  for (const id of new Set([...groups.keys(), ...subscriptions.keys()])) {
    const subject = foldEpisodes({
      customer,
      namespace: rules.namespace,
      subscriptionId: id,
      subscription: subscriptions.get(id),
      invoices: groups.get(id) ?? [],
      attempts,
      noRetryAfterMs: policy.noRetryAfterMs,
      now,
    });
    episodes.push(...subject.episodes);
    if (subject.churn !== null) churn.set(id, subject.churn);
    changesAt.push(...subject.changesAt);
  }
  episodes.sort((a, b) => a.openedAt - b.openedAt || (a.id < b.id ? -1 : 1));
  changesAt.push(...waiting(attempts, payments, now));
  return {
    customer,
    now,
    userId: findUserId(facts),
    invoices,
    subscriptions,
    attempts,
    payments,
    episodes,
    churn,
    planOf,
    changesAt,
  };
};

const classifierOf = (rules: Rules, provider: string): Rules['taxonomies'][string] => {
  const taxonomy = rules.taxonomies[provider];
  if (taxonomy === undefined) throw new Error(`No decline taxonomy for provider ${provider}. Add it to the rules.`);
  return taxonomy;
};

const waiting = (attempts: Ledger['attempts'], payments: Ledger['payments'], now: Instant): Instant[] => {
  const ends: Instant[] = [];
  for (const list of attempts.values()) {
    for (const attempt of list) if (attempt.pending) ends.push(attempt.settlesAt);
  }
  for (const payment of payments.values()) if (payment.pending) ends.push(payment.settlesAt);
  return ends.filter((at) => at > now);
};
