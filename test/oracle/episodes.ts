import type { Attempt } from './attempts.ts';
import { attemptsMade, isEligible } from './attempts.ts';
import { cancelIsRequested } from './cancel.ts';
import type { Case, Fact, SubscriptionFact } from './facts.ts';
import { DAY, isInvoiceFact, statementsOf, subscriptionFacts } from './facts.ts';
import { invoiceLevel, invoiceOfCharge, LEVEL, newestReversal } from './invoices.ts';
import type { Mark } from './marks.ts';
import { isMarked, markedBy } from './marks.ts';
import { isSilent, stopInstant } from './silence.ts';
import { standingWord } from './stopped.ts';

const WRITE_OFF_MS = 30 * DAY;

/** C1: one stretch of dunning of one subscription. */
export interface Episode {
  readonly subscription: string;
  readonly openingInvoice: string;
  readonly openedAt: number;
  /** B2: the reversal that opened it; null where a failure did. */
  readonly reversal: Fact | null;
  /** In order of their first failure. */
  invoices: readonly string[];
  /** Failed attempts that count, in order. */
  attempts: readonly Attempt[];
  outcome: 'open' | 'recovered' | 'forgiven' | 'canceled' | 'lost' | 'written_off';
  endedAt: number | null;
  /** 0015: what people said was settled another way. */
  marks: readonly Mark[];
  /** 0015: failed attempts of what was marked, which belong to no episode. */
  strays: readonly Attempt[];
}

const end = (episode: Episode, outcome: Episode['outcome'], at: number): void => {
  episode.outcome = outcome;
  episode.endedAt = at;
};

/** The attempt that a fact stands for, if it counts by now (B3, B4, E4). */
const attemptAt = (c: Case, fact: Fact): Attempt | null => {
  if (fact.kind !== 'attempt_failed' && fact.kind !== 'attempt_recorded') return null;
  const attempt = attemptsMade(c, fact.invoice.id).find((each) => each.fact === fact);
  return attempt !== undefined && isEligible(attempt) ? attempt : null;
};

/** C1: opens or joins; decision 0004: not once the invoice is settled or the subscription is over. */
const takeAttempt = (c: Case, index: number, notice: Attempt, episodes: Episode[]): void => {
  const invoice = notice.invoice.id;
  const subscription = notice.invoice.subscription ?? '';
  if (invoiceLevel(c.facts, index, invoice) > LEVEL.open) return; // a failure after the payment counts nowhere
  const marked = episodes.find((episode) => isMarked(c, index, invoice, episode.marks));
  if (marked !== undefined) {
    marked.strays = [...marked.strays, notice];
    return;
  }
  const before = c.facts.slice(0, index);
  if (before.some((fact) => fact.kind === 'subscription_ended' && fact.subscription.id === subscription)) {
    const own = episodes.findLast((episode) => episode.invoices.includes(invoice));
    if (own !== undefined) own.attempts = [...own.attempts, notice];
    return;
  }
  let open = episodes.find(({ outcome }) => outcome === 'open');
  // Decision 0004: what a reversal reopened is written off when dunning starts for another invoice.
  if (open !== undefined && open.reversal !== null && open.attempts.length === 0 && !open.invoices.includes(invoice)) {
    end(open, 'written_off', notice.at);
    open = undefined;
  }
  // C2: an episode that ended with the invoice still owed keeps what is said of it and is never entered again.
  open ??= episodes.findLast(({ outcome, invoices }) => outcome !== 'recovered' && invoices.includes(invoice));
  if (open === undefined) {
    episodes.push({
      subscription,
      openingInvoice: invoice,
      openedAt: notice.at,
      reversal: null,
      invoices: [invoice],
      attempts: [notice],
      outcome: 'open',
      endedAt: null,
      marks: [],
      strays: [],
    });
    return;
  }
  open.attempts = [...open.attempts, notice];
  if (!open.invoices.includes(invoice)) open.invoices = [...open.invoices, invoice];
};

/** C2: an episode ends when none of its invoices is open; a payment after lost or canceled recovers it late. */
const settle = (c: Case, index: number, episodes: readonly Episode[]): void => {
  const fact = c.facts[index];
  if (fact === undefined || !isInvoiceFact(fact)) return;
  for (const episode of episodes) {
    if (!episode.invoices.includes(fact.invoice.id)) continue;
    if (takesMarksPlace(c, index, episode, fact.invoice.id)) {
      const paid = episode.invoices.some((invoice) => wasPaid(c, index + 1, episode, invoice));
      if (ENDED_BY_MARK.includes(episode.outcome))
        end(episode, paid ? 'recovered' : unpaidOutcome(c, index, episode), fact.occurredAt);
    }
    if (openInvoices(c, index + 1, episode).length > 0) continue;
    const paid = episode.invoices.some((invoice) => isPaid(c, index + 1, episode, invoice));
    if (episode.outcome === 'open') {
      end(episode, paid ? 'recovered' : unpaidOutcome(c, index, episode), fact.occurredAt);
    } else if (paid && (episode.outcome === 'lost' || episode.outcome === 'canceled')) {
      end(episode, 'recovered', fact.occurredAt);
    }
  }
};

/** By the provider's word, else by a mark; void and credited outrank that one (0015). */
const isPaid = (c: Case, upTo: number, { marks }: Episode, invoice: string): boolean => {
  const level = invoiceLevel(c.facts, upTo, invoice);
  return level === LEVEL.paid || (level < LEVEL.closed && isMarked(c, upTo, invoice, marks));
};

/** As that, or by a payment that was taken back later, and so is owed in another episode. */
const wasPaid = (c: Case, upTo: number, episode: Episode, invoice: string): boolean =>
  isPaid(c, upTo, episode, invoice) || newestReversal(c.facts, upTo, invoice) !== null;

/** How an episode of which something was marked can have ended with nothing owed. */
const ENDED_BY_MARK: readonly Episode['outcome'][] = ['recovered', 'forgiven'];

/** 0015: the provider says of a marked invoice that it was paid, void or credited: the instant is its own. */
const takesMarksPlace = (c: Case, index: number, { marks }: Episode, invoice: string): boolean =>
  isMarked(c, index, invoice, marks) &&
  invoiceLevel(c.facts, index, invoice) < invoiceLevel(c.facts, index + 1, invoice) &&
  invoiceLevel(c.facts, index + 1, invoice) >= LEVEL.closed;

/** 0015, C2: settles what is owed of the open episode; it is recovered once nothing is. */
const takeMark = (c: Case, index: number, episodes: readonly Episode[]): void => {
  const fact = c.facts[index];
  const open = episodes.find(({ outcome }) => outcome === 'open');
  if (fact?.kind !== 'marked_recovered' || open === undefined) return;
  const settled = markedBy(fact, openInvoices(c, index, open));
  if (settled.length === 0) return;
  open.marks = [...open.marks, ...settled.map((invoice) => ({ invoice, place: index, at: fact.occurredAt }))];
  if (openInvoices(c, index + 1, open).length === 0) end(open, 'recovered', fact.occurredAt);
};

/** Decision 0004: of several that were not paid, lost outweighs forgiven. */
const unpaidOutcome = (c: Case, index: number, episode: Episode): Episode['outcome'] => {
  const givenUp = episode.invoices
    .filter((invoice) => invoiceLevel(c.facts, index + 1, invoice) === LEVEL.uncollectible)
    .map((invoice) => givenUpAs(c, index, episode, invoice));
  return (['lost', 'canceled'] as const).find((outcome) => givenUp.includes(outcome)) ?? 'forgiven';
};

/** Decision 0012: what an invoice that was given up means, by the provider's reason. */
const givenUpAs = (c: Case, index: number, episode: Episode, invoice: string): Episode['outcome'] => {
  const said = statementsOf(c.facts.slice(0, index + 1), invoice).filter(
    ({ invoice: { status } }) => status === 'uncollectible',
  );
  switch (said.findLast((fact) => fact.invoice.uncollectibleReason !== null)?.invoice.uncollectibleReason) {
    case 'user_forgiven':
      return 'forgiven';
    case 'subscription_paused':
      return isPausedForNonPayment(c, c.facts[index]?.occurredAt ?? 0, episode.subscription) ? 'lost' : 'forgiven';
    case 'subscription_canceled':
      return asItsEnd(c, episode);
    default:
      return 'lost';
  }
};

const isPausedForNonPayment = (c: Case, at: number, subscription: string): boolean =>
  subscriptionFacts(c.facts, subscription).findLast(({ occurredAt }) => occurredAt <= at)?.subscription
    .pausedForNonPayment === true;

/** As the end of the subscription says; while it is not known of, nothing makes it more than given up (C2). */
const asItsEnd = (c: Case, episode: Episode): Episode['outcome'] => {
  const at = c.facts.findIndex(
    (fact) => fact.kind === 'subscription_ended' && fact.subscription.id === episode.subscription,
  );
  const ended = c.facts[at];
  if (ended?.kind === 'subscription_ended') return isVoluntary(c, at, episode, ended) ? 'canceled' : 'lost';
  return 'lost';
};

/** C6: through the API, without feedback, on an exhausted episode is involuntary. */
const isVoluntary = (c: Case, index: number, episode: Episode, ended: SubscriptionFact): boolean => {
  const before = c.facts.slice(0, index);
  const { cancelReason, cancelFeedback } = ended.subscription;
  const requested =
    cancelReason === 'requested' || (cancelReason === null && cancelIsRequested(before, episode.subscription));
  if (!requested) return false;
  if (cancelFeedback !== null) return true;
  const exhausted = openInvoices(c, index, episode).some(
    (invoice) => standingWord(before, episode, invoice) !== null || isSilent(c, index, invoice, ended.occurredAt),
  );
  return !exhausted;
};

/** The invoices of an episode that are open after `upTo` of the facts. */
export const openInvoices = (c: Case, upTo: number, episode: Episode): readonly string[] =>
  episode.invoices.filter(
    (invoice) => invoiceLevel(c.facts, upTo, invoice) <= LEVEL.open && !isMarked(c, upTo, invoice, episode.marks),
  );

/** B2, decision 0004: a payment of a recovered episode is taken back. */
const reopen = (c: Case, index: number, subscription: string, episodes: Episode[]): void => {
  const fact = c.facts[index];
  if (fact?.kind !== 'payment_reversed') return;
  const invoice = invoiceOfCharge(c.facts, fact.charge);
  if (invoice === null || invoiceLevel(c.facts, index, invoice) !== LEVEL.paid) return;
  const ended = c.facts
    .slice(0, index)
    .some((each) => each.kind === 'subscription_ended' && each.subscription.id === subscription);
  if (ended || episodes.some(({ outcome }) => outcome === 'open')) return;
  const last = episodes.findLast(({ invoices }) => invoices.includes(invoice));
  if (last?.outcome !== 'recovered') return;
  episodes.push({
    subscription,
    openingInvoice: invoice,
    openedAt: fact.occurredAt,
    reversal: fact,
    invoices: [invoice],
    attempts: [],
    outcome: 'open',
    endedAt: null,
    marks: [],
    strays: [],
  });
};

/**
 * C2, decision 0004: when an open episode is written off, as far as `upTo` of the facts tell; null: not. The latest of:
 * the provider stopped, a later invoice was paid, 30 days since the opening.
 */
const writeOffAt = (c: Case, upTo: number, episode: Episode, others: readonly Episode[]): number | null => {
  const aged = episode.openedAt + WRITE_OFF_MS;
  if (episode.attempts.length === 0) return aged;
  const paid = laterInvoicePaid(c, upTo, episode) ?? laterInvoiceMarked(c, upTo, episode, others);
  const stopped = openInvoices(c, upTo, episode).map((invoice) => stopInstant(c, upTo, episode, invoice));
  if (stopped.includes(null) || paid === null) return null;
  return Math.max(aged, paid, lastSettled(c, upTo, episode), ...stopped.map((at) => at ?? 0));
};

/** Since when only what is open now is owed of the episode. */
const lastSettled = (c: Case, upTo: number, episode: Episode): number =>
  Math.max(0, settledByProvider(c, upTo, episode), ...episode.marks.map(({ at }) => at));

const settledByProvider = (c: Case, upTo: number, { invoices }: Episode): number =>
  c.facts.slice(0, upTo).findLast((fact, index) => {
    if (!isInvoiceFact(fact) || !invoices.includes(fact.invoice.id)) return false;
    const { id } = fact.invoice;
    return invoiceLevel(c.facts, index + 1, id) > LEVEL.open && invoiceLevel(c.facts, index, id) <= LEVEL.open;
  })?.occurredAt ?? 0;

/** When an invoice was paid that was first stated after the opening one and is not of the episode; null: none was. */
const laterInvoicePaid = (
  c: Case,
  upTo: number,
  { subscription, openingInvoice, invoices }: Episode,
): number | null => {
  const firstStated = (invoice: string): number => statementsOf(c.facts, invoice)[0]?.occurredAt ?? 0;
  for (const [index, fact] of c.facts.slice(0, upTo).entries()) {
    if (!isInvoiceFact(fact) || fact.invoice.subscription !== subscription) continue;
    const { id } = fact.invoice;
    if (invoices.includes(id) || firstStated(id) <= firstStated(openingInvoice)) continue;
    if (invoiceLevel(c.facts, index + 1, id) === LEVEL.paid && invoiceLevel(c.facts, index, id) !== LEVEL.paid)
      return fact.occurredAt;
  }
  return null;
};

/** The same by a person's word: 0015 does not say that it shows less. */
const laterInvoiceMarked = (
  c: Case,
  upTo: number,
  { openingInvoice, invoices }: Episode,
  others: readonly Episode[],
): number | null => {
  const firstStated = (invoice: string): number => statementsOf(c.facts, invoice)[0]?.occurredAt ?? 0;
  const marks = others
    .flatMap((each) => each.marks)
    .filter(({ invoice, place }) => place < upTo && !invoices.includes(invoice))
    .filter(({ invoice }) => firstStated(invoice) > firstStated(openingInvoice));
  return marks[0]?.at ?? null;
};

const writeOff = (c: Case, upTo: number, by: number, episodes: readonly Episode[]): void => {
  const open = episodes.find(({ outcome }) => outcome === 'open');
  const at = open === undefined ? null : writeOffAt(c, upTo, open, episodes);
  if (open !== undefined && at !== null && at <= by) end(open, 'written_off', at);
};

const endWith = (c: Case, index: number, subscription: string, episodes: readonly Episode[]): void => {
  const fact = c.facts[index];
  if (fact?.kind !== 'subscription_ended' || fact.subscription.id !== subscription) return;
  const open = episodes.find(({ outcome }) => outcome === 'open');
  if (open !== undefined) end(open, isVoluntary(c, index, open, fact) ? 'canceled' : 'lost', fact.occurredAt);
};

const settlesOrEnds = (c: Case, index: number): boolean => {
  const fact = c.facts[index];
  if (fact === undefined || !isInvoiceFact(fact))
    return ['subscription_ended', 'payment_reversed', 'marked_recovered'].includes(fact?.kind ?? '');
  const { id } = fact.invoice;
  const level = invoiceLevel(c.facts, index + 1, id);
  return level > LEVEL.open && level !== invoiceLevel(c.facts, index, id);
};

/** C1: all episodes of a subscription, recomputed from the ordered facts. */
export const episodesOf = (c: Case, subscription: string): readonly Episode[] => {
  const episodes: Episode[] = [];
  for (const [index, fact] of c.facts.entries()) {
    const notice = attemptAt(c, fact);
    // What is stated at that very instant comes first; what is known ahead of time and changes nothing writes nothing off.
    const acts = fact.occurredAt <= c.t || notice !== null || settlesOrEnds(c, index);
    writeOff(c, index, acts ? fact.occurredAt - 1 : c.t, episodes);
    if (notice !== null && notice.invoice.subscription === subscription) takeAttempt(c, index, notice, episodes);
    settle(c, index, episodes);
    takeMark(c, index, episodes);
    endWith(c, index, subscription, episodes);
    reopen(c, index, subscription, episodes);
  }
  writeOff(c, c.facts.length, c.t, episodes);
  return episodes;
};
