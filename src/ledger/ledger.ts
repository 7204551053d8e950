import type { DeclineTaxonomy } from '../domain/decline.ts';
import type { Fact, InvoiceState } from '../domain/fact.ts';
import type { CustomerKey } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import type { Policy } from '../domain/policy.ts';
import type { Rules } from '../domain/rules.ts';
import { loneRequests } from './action-request.ts';
import { type Attempt, type AttemptContext, foldAttempts, holdBack, numberAttempts } from './attempt.ts';
import { type CardOutlook, changeWithin, findCardOutlook, foldCards } from './cards/cards.ts';
import { type Challenge, foldChallenges } from './challenge.ts';
import { foldCharges } from './charges.ts';
import type { ChurnType } from './churn.ts';
import { type Episode, foldEpisodes } from './episode.ts';
import type { Subject } from './episode-draft.ts';
import { foldHolds, type Hold } from './hold.ts';
import { foldIdentity, type Identity } from './identity.ts';
import { foldInvoices, type InvoiceLedger } from './invoice.ts';
import { findPayments, type Payment, type PaymentOptions } from './payment.ts';
import { foldPrices, type Plan, resolvePlan } from './plan.ts';
import type { AttemptNotice } from './recorded.ts';
import { foldRefunds, type Refund } from './refund.ts';
import { wasRetryStated } from './retry.ts';
import { foldSubscriptions, type SubscriptionLedger } from './subscription.ts';
import { foldSuppressions, type SuppressionReason } from './suppression.ts';
import { byFoldOrder, toTimeline } from './timeline.ts';
import { withMarks } from './with-marks.ts';

/** Everything that follows from one customer's facts at one instant, before anybody is told. */
export interface Ledger extends Identity, CardOutlook {
  readonly customer: CustomerKey;
  readonly now: Instant;
  readonly invoices: ReadonlyMap<string, InvoiceLedger>;
  readonly subscriptions: ReadonlyMap<string, SubscriptionLedger>;
  /** All attempts by invoice id, pending and unexecuted ones included. */
  readonly attempts: ReadonlyMap<string, readonly Attempt[]>;
  /** Payments of failed invoices by invoice id, those taken back included. */
  readonly payments: ReadonlyMap<string, readonly Payment[]>;
  /** In order of opening. */
  readonly episodes: readonly Episode[];
  /** By subscription id, for those that ended. */
  readonly churn: ReadonlyMap<string, ChurnType>;
  readonly challenges: readonly Challenge[];
  /** Every hold that was placed on the account, those that are over included, in order of beginning. */
  readonly holds: readonly Hold[];
  readonly refunds: readonly Refund[];
  /** Why no message may go out now, by subscription; one that is not here is not suppressed (semantics D6). */
  readonly suppressions: ReadonlyMap<string, SuppressionReason>;
  readonly planOf: (invoice: string | null, subscription: string | null) => Plan;
  /** Instants after `now` at which the ledger could change by time alone. */
  readonly changesAt: readonly Instant[];
}

const foldAllAttempts = (
  invoices: ReadonlyMap<string, InvoiceLedger>,
  context: AttemptContext,
): ReadonlyMap<string, readonly Attempt[]> => {
  const failed = [...invoices.values()].filter(({ notices }) => notices.length > 0);
  const attempts = new Map<string, readonly Attempt[]>(failed.map(({ id }) => [id, []]));
  for (const subject of Map.groupBy(failed, ({ id, subscription }) => subscription ?? id).values()) {
    const all = subject
      .flatMap((invoice) => foldAttempts(invoice, context))
      .sort((a, b) => byFoldOrder(a.notice, b.notice));
    const held = Map.groupBy(holdBack(all, context.now), ({ invoice }) => invoice.id);
    for (const [id, list] of held) attempts.set(id, numberAttempts(list, context.countsStand));
  }
  return attempts;
};

/** The provider said when or whether it tries again: a date, a settlement, or that it stopped. */
const isRetryKnown = (invoice: InvoiceLedger, notice: AttemptNotice, subscriptions: Ledger['subscriptions']): boolean =>
  !notice.invoice.collectedAutomatically ||
  wasRetryStated(invoice, notice) ||
  invoice.settled !== null ||
  invoice.transitions.some((transition) => transition.at >= notice.occurredAt) ||
  (subscriptions.get(invoice.subscription ?? '')?.stopWords.some((word) => word.at >= notice.occurredAt) ?? false);

const foldSubjects = (
  folded: Pick<Subject, 'customer' | 'now' | 'attempts' | 'marks'> & Pick<Ledger, 'invoices' | 'subscriptions'>,
  rules: Rules,
): Pick<Ledger, 'episodes' | 'churn' | 'changesAt'> => {
  const episodes: Episode[] = [];
  const churn = new Map<string, ChurnType>();
  const changesAt: Instant[] = [];
  const groups = Map.groupBy(folded.invoices.values(), ({ subscription }) => subscription ?? '');
  groups.delete('');
  for (const subscriptionId of new Set([...groups.keys(), ...folded.subscriptions.keys()])) {
    const subject = foldEpisodes({
      ...folded,
      namespace: rules.namespace,
      subscriptionId,
      subscription: folded.subscriptions.get(subscriptionId),
      invoices: groups.get(subscriptionId) ?? [],
      noRetryAfterMs: rules.policy.noRetryAfterMs,
    });
    episodes.push(...subject.episodes);
    if (subject.churn !== null) churn.set(subscriptionId, subject.churn);
    changesAt.push(...subject.changesAt);
  }
  episodes.sort((a, b) => a.openedAt - b.openedAt || (a.id < b.id ? -1 : 1));
  return { episodes, churn, changesAt };
};

const foldPayments = (
  invoices: Ledger['invoices'],
  attempts: Ledger['attempts'],
  options: Omit<PaymentOptions, 'attempts'>,
): Ledger['payments'] => {
  const payments = new Map<string, readonly Payment[]>();
  for (const [id, own] of attempts) {
    const invoice = invoices.get(id);
    if (invoice !== undefined) payments.set(id, findPayments(invoice, { ...options, attempts: own }));
  }
  return payments;
};

type PlanFor = (invoice: InvoiceState | null, subscription: string | null) => Plan;

const makePlanFor = (facts: readonly Fact[], subscriptions: Ledger['subscriptions'], policy: Policy): PlanFor => {
  const prices = foldPrices(facts);
  return (invoice, subscription) => {
    const billed = subscriptions.get(subscription ?? invoice?.subscription ?? '');
    return resolvePlan(invoice, billed?.latest ?? null, policy, prices);
  };
};

/** Folds a customer's facts, in any order, into the ledger at `now`. Pure. */
export const foldLedger = (customer: CustomerKey, given: readonly Fact[], rules: Rules, now: Instant): Ledger => {
  const { policy } = rules;
  const { facts, nextVisibleAt } = toTimeline(given, now);
  const charges = foldCharges(facts);
  const stated = foldInvoices(facts, charges);
  const subscriptions = foldSubscriptions(facts);
  const countsStand = policy.chargeWebhooks === 'absent';
  const taxonomy = taxonomyOf(rules, customer.provider);
  const planFor = makePlanFor(facts, subscriptions, policy);
  const attempts = foldAllAttempts(stated, {
    now,
    charges,
    countsStand,
    classify: ({ raw }) => taxonomy.classify(raw),
    planOf: (invoice) => planFor(invoice, null),
    retryKnown: (invoice, notice) => isRetryKnown(invoice, notice, subscriptions),
  });
  const methods = foldCards(facts, { charges, invoices: stated });
  const charged = foldPayments(stated, attempts, {
    now,
    charges,
    countsStand,
    changeWithin: (subscription, within) => changeWithin(methods, subscription, within),
  });
  const marks = facts.filter((fact) => fact.kind === 'marked_recovered');
  const walked = foldSubjects({ customer, now, invoices: stated, subscriptions, attempts, marks }, rules);
  const { invoices, payments, episodes } = withMarks({ invoices: stated, payments: charged, ...walked });
  const holds = foldHolds(facts);
  const challenges = foldChallenges(facts, charges);
  const refunds = foldRefunds(facts, charges);
  const cards = findCardOutlook(methods, facts, { episodes, now });
  const suppressed = foldSuppressions({ now, invoices, subscriptions, challenges, holds, refunds, episodes });
  return {
    customer,
    now,
    ...foldIdentity(facts),
    invoices,
    subscriptions,
    attempts,
    payments,
    episodes,
    churn: walked.churn,
    ...cards,
    challenges,
    holds,
    refunds,
    suppressions: suppressed.suppressions,
    planOf: (invoice, subscription) => planFor(invoices.get(invoice ?? '')?.latest ?? null, subscription),
    changesAt: [
      ...(nextVisibleAt === null ? [] : [nextVisibleAt]),
      ...walked.changesAt,
      ...suppressed.changesAt,
      ...cards.changesAt,
      ...settling({ attempts, payments, invoices, refunds }),
    ].filter((at) => at > now),
  };
};

const taxonomyOf = (rules: Rules, provider: string): DeclineTaxonomy => {
  const taxonomy = rules.taxonomies[provider];
  if (taxonomy === undefined) throw new Error(`No decline taxonomy for provider ${provider}. Add it to the rules.`);
  return taxonomy;
};

/** When what still waits for something to come beside it waits no longer; past ones included. */
const settling = ({
  attempts,
  payments,
  invoices,
  refunds,
}: Pick<Ledger, 'attempts' | 'payments' | 'invoices' | 'refunds'>): readonly Instant[] =>
  [
    ...[...attempts.values()].flat().filter(({ pending }) => pending),
    ...[...payments.values()].flat().filter(({ pending }) => pending),
    ...[...invoices.values()].flatMap(loneRequests),
    ...refunds,
  ].map(({ settlesAt }) => settlesAt);
