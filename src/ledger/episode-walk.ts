import type { Fact, MarkedRecovered } from '../domain/fact.ts';
import { digest } from '../domain/ids.ts';
import { type Instant, instant } from '../domain/instant.ts';
import type { Attempt } from './attempt.ts';
import { churnOf } from './churn.ts';
import {
  type Draft,
  type EpisodeOutcome,
  openDraft,
  owedIn,
  type Subject,
  stopsIn,
  type Walk,
} from './episode-draft.ts';
import { type Exhaustion, invoiceWords, isWithin, silences, subscriptionWords } from './exhaustion.ts';
import type { InvoiceLedger, Transition } from './invoice.ts';
import { isMarked, toMarked } from './mark.ts';
import type { SubscriptionLedger } from './subscription.ts';
import { meaningOf } from './uncollectible.ts';
import { writeOffBy } from './write-off.ts';

interface ItemBase {
  readonly at: Instant;
  readonly rank: number;
  readonly id: string;
}
type Item =
  | (ItemBase & { readonly type: 'attempt'; readonly attempt: Attempt; readonly invoice: InvoiceLedger })
  | (ItemBase & { readonly type: 'transition'; readonly transition: Transition; readonly invoice: InvoiceLedger })
  | (ItemBase & { readonly type: 'marked'; readonly mark: MarkedRecovered })
  | (ItemBase & { readonly type: 'ended' });

/** Within one second a payment outranks an end, an end a giving up, a giving up the failure that led to it. */
const TRANSITION_RANK: Readonly<Record<Transition['kind'], number>> = {
  reversed: 1,
  void: 1.5,
  uncollectible: 1.5,
  credited: 3,
  paid: 3,
};

/** Before an end of the same second: what was settled is not lost. */
const MARK_RANK = 1.75;
const END_RANK = 2;
const AFTER_END = 2.5;

/** An invoice given up because its subscription was canceled waits for that end, which says why. */
const placeOf = (
  transition: Transition,
  subscription: SubscriptionLedger | undefined,
): Pick<ItemBase, 'at' | 'rank'> => {
  const { at, kind } = transition;
  const endedAt = subscription?.ended?.occurredAt;
  const waits = kind === 'uncollectible' && meaningOf(transition, subscription) === 'canceled';
  return waits && endedAt !== undefined && endedAt >= at
    ? { at: endedAt, rank: AFTER_END }
    : { at, rank: TRANSITION_RANK[kind] };
};

const invoiceItems = (
  invoice: InvoiceLedger,
  attempts: readonly Attempt[],
  subscription: SubscriptionLedger | undefined,
): Item[] => [
  ...attempts
    .filter((attempt) => attempt.executed && !attempt.pending && attempt.eligible)
    .map((attempt): Item => ({ at: attempt.at, rank: 1, id: attempt.notice.id, type: 'attempt', attempt, invoice })),
  ...invoice.transitions.map((transition): Item => {
    const place = placeOf(transition, subscription);
    return { ...place, id: transition.fact.id, type: 'transition', transition, invoice };
  }),
];

const toItems = ({ invoices, attempts, subscription, marks }: Subject): Item[] => {
  const items = invoices.flatMap((invoice) => invoiceItems(invoice, attempts.get(invoice.id) ?? [], subscription));
  for (const mark of marks) items.push({ at: mark.occurredAt, rank: MARK_RANK, id: mark.id, type: 'marked', mark });
  const ended = subscription?.ended;
  if (ended) items.push({ at: ended.occurredAt, rank: END_RANK, id: ended.id, type: 'ended' });
  return items.sort((a, b) => a.at - b.at || a.rank - b.rank || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
};

/** The episode's id: a hash of namespace, subject, opening invoice and, if reopened, the reversal (semantics C1). */
export const episodeId = (
  { customer: { provider, merchant, mode }, namespace, subscriptionId }: Subject,
  { openingInvoice, reversalId }: Pick<Draft, 'openingInvoice' | 'reversalId'>,
): string => {
  const parts = [namespace, provider, merchant, mode, subscriptionId, openingInvoice.id];
  return `dun_${digest(...parts, ...(reversalId === null ? [] : [reversalId]))}`;
};

/**
 * Every exhaustion inside the episode, earliest first, by the provider's clock. That one invoice is given up exhausts the
 * episode only where nothing else is owed, which is where it ends.
 */
export const exhaustionsOf = ({ subscription, noRetryAfterMs }: Subject, draft: Draft): readonly Exhaustion[] =>
  draft.invoices
    .flatMap((invoice) => [
      ...silences(invoice, noRetryAfterMs),
      ...invoiceWords(invoice, subscription).filter(({ at }) => at === draft.closedAt),
    ])
    .concat(subscriptionWords(subscription))
    .filter(({ at }) => at >= draft.openedAt && (draft.closedAt === null || at <= draft.closedAt))
    .sort((a, b) => a.at - b.at);

const open = (
  walk: Walk,
  invoice: InvoiceLedger,
  at: Pick<Draft, 'openedAt' | 'openedReceivedAt' | 'openedHeardAt'> & Partial<Draft>,
): Draft => {
  const draft: Draft = {
    openingInvoice: invoice,
    reopenedFrom: null,
    reversalId: null,
    invoices: [invoice],
    attempts: [],
    settled: new Map(),
    outcome: 'open',
    closedAt: null,
    endedAt: null,
    late: false,
    ...at,
  };
  walk.drafts.push(draft);
  return draft;
};

const heardOf = ({ receivedAt, readAt }: Fact): Pick<Draft, 'openedReceivedAt' | 'openedHeardAt'> => ({
  openedReceivedAt: receivedAt,
  openedHeardAt: readAt ?? receivedAt,
});

const close = (draft: Draft, outcome: EpisodeOutcome, at: Instant): void => {
  draft.outcome = outcome;
  draft.closedAt ??= at;
  draft.endedAt ??= at;
};

const join = (draft: Draft, invoice: InvoiceLedger): void => {
  if (!draft.invoices.includes(invoice)) draft.invoices.push(invoice);
};

/** A reopened episode is about its one invoice: it gives way when dunning starts for another. */
const givesWay = (draft: Draft, invoice: InvoiceLedger): boolean =>
  draft.reversalId !== null && draft.attempts.length === 0 && !draft.invoices.includes(invoice);

const fail = (walk: Walk, attempt: Attempt, invoice: InvoiceLedger): void => {
  const settled = walk.settled.get(invoice.id);
  if (settled !== undefined && settled !== 'reversed') return;
  const current = openDraft(walk);
  if (current !== undefined && givesWay(current, invoice)) close(current, 'written_off', attempt.at);
  // An episode that ended with the invoice still owed keeps what is said of it: it is never entered again. So does any,
  // once the subscription is over and none can open.
  const keeps = ({ outcome, invoices }: Draft): boolean =>
    invoices.includes(invoice) && (walk.ended || outcome !== 'recovered');
  const owner = openDraft(walk) ?? walk.drafts.findLast(keeps);
  if (owner === undefined && walk.ended) return;
  const draft = owner ?? open(walk, invoice, { openedAt: attempt.at, ...heardOf(attempt.notice) });
  join(draft, invoice);
  draft.attempts.push(attempt);
};

/** Takes back a recovery: the episode that brought the money in opens again, unless the subscription goes its way. */
const reverse = (walk: Walk, transition: Transition & { kind: 'reversed' }, invoice: InvoiceLedger): void => {
  walk.settled.set(invoice.id, 'reversed');
  const previous = walk.drafts.findLast((draft) => draft.invoices.includes(invoice));
  if (previous?.outcome !== 'recovered') previous?.settled.delete(invoice.id);
  if (openDraft(walk) !== undefined || walk.ended || previous?.outcome !== 'recovered') return;
  open(walk, invoice, {
    openedAt: transition.at,
    ...heardOf(transition.fact),
    reopenedFrom: episodeId(walk.subject, previous),
    reversalId: transition.fact.reversalId,
  });
};

const outcomeOf = (
  settled: readonly (Transition | undefined)[],
  subscription: SubscriptionLedger | undefined,
): EpisodeOutcome => {
  if (settled.includes(undefined)) return 'open';
  const known = settled.filter((transition) => transition !== undefined);
  if (known.some(({ kind }) => kind === 'paid')) return 'recovered';
  const givenUp = known.filter(({ kind }) => kind === 'uncollectible');
  return givenUp.every((transition) => meaningOf(transition, subscription) === 'forgiven') ? 'forgiven' : 'lost';
};

/** An invoice that is given up for the end of its subscription is settled after it, and brings no money in. */
const wasPaidSince = ({ settled }: Draft, since: Instant): boolean =>
  [...settled.values()].some(({ kind, at }) => kind === 'paid' && at >= since);

const conclude = (walk: Walk, draft: Draft, transition: Transition, invoice: InvoiceLedger): void => {
  if (draft.outcome === 'recovered') return;
  draft.settled.set(invoice.id, transition);
  const outcome = outcomeOf(
    draft.invoices.map(({ id }) => draft.settled.get(id)),
    walk.subject.subscription,
  );
  const revived = outcome === 'recovered' && (draft.outcome === 'lost' || draft.outcome === 'canceled');
  if (outcome === 'open' || (draft.outcome !== 'open' && !revived)) return;
  draft.late = revived && wasPaidSince(draft, draft.closedAt ?? transition.at);
  close(draft, outcome, transition.at);
  draft.endedAt = transition.at;
};

/** What the provider says of money outranks a person's word; that it gave up says only that it does not know (F3). */
const outrank = (walk: Walk, draft: Draft, transition: Transition, invoice: InvoiceLedger): void => {
  if (transition.kind === 'uncollectible') return;
  draft.settled.set(invoice.id, transition);
  const settled = draft.invoices.map(({ id }) => draft.settled.get(id));
  const outcome = outcomeOf(settled, walk.subject.subscription);
  if (outcome === 'open' || draft.outcome !== 'recovered') return;
  draft.outcome = outcome;
  draft.endedAt = instant(Math.max(...settled.map((each) => each?.at ?? 0)));
};

const settle = (walk: Walk, transition: Transition, invoice: InvoiceLedger): void => {
  walk.settled.set(invoice.id, transition.kind);
  if (transition.kind === 'paid') walk.paid.push({ at: transition.at, invoice });
  const draft = walk.drafts.findLast((candidate) => candidate.invoices.includes(invoice));
  if (draft === undefined) return;
  if (isMarked(draft.settled.get(invoice.id))) outrank(walk, draft, transition, invoice);
  else conclude(walk, draft, transition, invoice);
};

/** Settles what is owed in the open episode as paid by a way that the provider does not see. */
const mark = (walk: Walk, said: MarkedRecovered): void => {
  const draft = openDraft(walk);
  if (draft === undefined) return;
  const settled = owedIn(draft).flatMap((invoice) => toMarked(invoice, said) ?? []);
  for (const { invoice, transition } of settled) settle(walk, transition, invoice);
};

const end = (walk: Walk, at: Instant): void => {
  walk.ended = true;
  const { subject } = walk;
  const current = openDraft(walk);
  const exhausted =
    current !== undefined &&
    owedIn(current).some((invoice) =>
      stopsIn(subject, current, invoice, null).some((stop) => !stop.lapsed && isWithin(stop, at)),
    );
  walk.churn = subject.subscription?.ended ? churnOf(subject.subscription.ended.subscription, exhausted) : null;
  if (current !== undefined) close(current, walk.churn === 'voluntary' ? 'canceled' : 'lost', at);
};

/** Gives up what is due by `by`. */
const writeOff = (walk: Walk, by: number): void => {
  const due = writeOffBy(walk, by);
  const current = openDraft(walk);
  if (current !== undefined && due !== null) close(current, 'written_off', due);
};

const step = (walk: Walk, item: Item): void => {
  writeOff(walk, item.at - 1); // what happens at that very instant comes first
  walk.reached = item.at;
  if (item.type === 'attempt') fail(walk, item.attempt, item.invoice);
  else if (item.type === 'ended') end(walk, item.at);
  else if (item.type === 'marked') mark(walk, item.mark);
  else if (item.transition.kind === 'reversed') reverse(walk, item.transition, item.invoice);
  else settle(walk, item.transition, item.invoice);
};

/** Walks a subject's failures and settlements in the provider's order and cuts them into episodes (semantics C1, C2). */
export const walkHistory = (subject: Subject): Walk => {
  const start = instant(0);
  const walk: Walk = { subject, drafts: [], settled: new Map(), paid: [], reached: start, ended: false, churn: null };
  for (const item of toItems(subject)) step(walk, item);
  writeOff(walk, subject.now);
  return walk;
};
