import { type CustomerKey, digest } from '../domain/ids.ts';
import { type Instant, plus } from '../domain/instant.ts';
import type { Attempt } from './attempt.ts';
import { type ChurnType, churnOf } from './churn.ts';
import { type Exhaustion, findExhaustions, subscriptionWords } from './exhaustion.ts';
import type { InvoiceLedger, Transition } from './invoice.ts';
import type { SubscriptionLedger } from './subscription.ts';

/** How an episode ended (semantics C2). */
export type EpisodeOutcome = 'open' | 'recovered' | 'forgiven' | 'canceled' | 'lost' | 'written_off';

/** One dunning episode: from the first failed charge of a subscription's balance to its end. */
export interface Episode {
  readonly id: string;
  readonly subscription: string;
  readonly openingInvoice: string;
  /** The episode whose recovery was taken back; null for a first opening. */
  readonly reopenedFrom: string | null;
  readonly reversalId: string | null;
  readonly openedAt: Instant;
  /** Receipt of what opened it. */
  readonly openedReceivedAt: Instant;
  /** Failed invoices, in the order in which they joined. */
  readonly invoices: readonly InvoiceLedger[];
  /** Executed, settled attempts in fold order. */
  readonly attempts: readonly Attempt[];
  readonly outcome: EpisodeOutcome;
  readonly endedAt: Instant | null;
  /** The transition that ended it; null while open and for ends by the subscription or by time. */
  readonly endedBy: Transition | null;
  /** Recovered after it had ended otherwise. */
  readonly late: boolean;
  /** The first time it was out of retries; null if never, or not yet to be concluded. */
  readonly exhaustion: Exhaustion | null;
  /** The opening invoice is the first after a trial. */
  readonly afterTrial: boolean;
}

export interface Subject {
  readonly customer: CustomerKey;
  readonly namespace: string;
  readonly subscriptionId: string;
  readonly subscription: SubscriptionLedger | undefined;
  readonly invoices: readonly InvoiceLedger[];
  /** All attempts of these invoices, by invoice id. */
  readonly attempts: ReadonlyMap<string, readonly Attempt[]>;
  readonly noRetryAfterMs: number;
  readonly now: Instant;
}

export interface SubjectLedger {
  readonly episodes: readonly Episode[];
  /** Why the subscription ended; null while it has not. */
  readonly churn: ChurnType | null;
  /** Instants after `now` at which this could change by time alone. */
  readonly changesAt: readonly Instant[];
}

/** The provider stopped, a later invoice was paid, and the old one stays open this long: written off, in ms. */
const WRITE_OFF_MS = 30 * 86_400_000;

interface Draft {
  openingInvoice: InvoiceLedger;
  reopenedFrom: string | null;
  reversalId: string | null;
  openedAt: Instant;
  openedReceivedAt: Instant;
  invoices: InvoiceLedger[];
  attempts: Attempt[];
  outcome: EpisodeOutcome;
  /** First end: a late payment does not move it. */
  closedAt: Instant | null;
  endedAt: Instant | null;
  endedBy: Transition | null;
  late: boolean;
  paidSince: boolean;
  settled: Map<string, Transition['kind']>;
}

type Item =
  | {
      readonly at: Instant;
      readonly rank: 1;
      readonly id: string;
      readonly type: 'attempt';
      readonly attempt: Attempt;
      readonly invoice: InvoiceLedger;
    }
  | {
      readonly at: Instant;
      readonly rank: 0 | 1 | 3;
      readonly id: string;
      readonly type: 'transition';
      readonly transition: Transition;
      readonly invoice: InvoiceLedger;
    }
  | { readonly at: Instant; readonly rank: 2; readonly id: string; readonly type: 'ended' };

const transitionRank = (transition: Transition): 0 | 1 | 3 =>
  transition.kind === 'reversed' ? 1 : transition.kind === 'paid' || transition.kind === 'credited' ? 3 : 0;

const toItems = (subject: Subject): Item[] => {
  const items: Item[] = [];
  for (const invoice of subject.invoices) {
    for (const attempt of subject.attempts.get(invoice.id) ?? []) {
      if (attempt.executed && !attempt.pending && attempt.eligible) {
        items.push({ at: attempt.at, rank: 1, id: attempt.notice.id, type: 'attempt', attempt, invoice });
      }
    }
    for (const transition of invoice.transitions) {
      items.push({
        at: transition.at,
        rank: transitionRank(transition),
        id: transition.fact.id,
        type: 'transition',
        transition,
        invoice,
      });
    }
  }
  const ended = subject.subscription?.ended;
  if (ended) items.push({ at: ended.occurredAt, rank: 2, id: ended.id, type: 'ended' });
  return items.sort((a, b) => a.at - b.at || a.rank - b.rank || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
};

const episodeId = (subject: Subject, draft: Draft): string => {
  const { provider, merchant, mode } = subject.customer;
  const parts = [subject.namespace, provider, merchant, mode, subject.subscriptionId, draft.openingInvoice.id];
  return `dun_${digest(...parts, ...(draft.reversalId === null ? [] : [draft.reversalId]))}`;
};

/** Walks one subscription's failures and settlements in the provider's order and cuts them into episodes. */
class Walk {
  readonly drafts: Draft[] = [];
  readonly #subject: Subject;
  readonly #settled = new Map<string, Transition['kind']>();
  readonly #paidAt: Instant[] = [];
  #ended = false;
  churn: ChurnType | null = null;

  constructor(subject: Subject) {
    this.#subject = subject;
  }

  get #open(): Draft | undefined {
    const last = this.drafts[this.drafts.length - 1];
    return last?.outcome === 'open' ? last : undefined;
  }

  step(item: Item): void {
    this.writeOff(item.at);
    if (item.type === 'attempt') this.#fail(item.attempt, item.invoice);
    else if (item.type === 'ended') this.#end(item.at);
    else if (item.transition.kind === 'reversed') this.#reverse(item.transition, item.invoice);
    else this.#settle(item.transition, item.invoice);
  }

  #fail(attempt: Attempt, invoice: InvoiceLedger): void {
    const settled = this.#settled.get(invoice.id);
    if (settled !== undefined && settled !== 'reversed') return;
    const owner = this.#open ?? this.#closedOwner(invoice);
    if (owner === undefined && this.#ended) return;
    const draft =
      owner ?? this.#openDraft(invoice, { openedAt: attempt.at, openedReceivedAt: attempt.notice.receivedAt });
    if (!draft.invoices.includes(invoice)) draft.invoices.push(invoice);
    draft.attempts.push(attempt);
  }

  /** An episode that ended with the invoice still owed keeps what is said of it: it is never entered again. */
  #closedOwner(invoice: InvoiceLedger): Draft | undefined {
    return this.drafts.findLast((draft) => draft.outcome !== 'recovered' && draft.invoices.includes(invoice));
  }

  #openDraft(invoice: InvoiceLedger, from: Pick<Draft, 'openedAt' | 'openedReceivedAt'> & Partial<Draft>): Draft {
    const draft: Draft = {
      openingInvoice: invoice,
      reopenedFrom: null,
      reversalId: null,
      invoices: [invoice],
      attempts: [],
      outcome: 'open',
      closedAt: null,
      endedAt: null,
      endedBy: null,
      late: false,
      paidSince: false,
      settled: new Map(),
      ...from,
    };
    this.drafts.push(draft);
    return draft;
  }

  #reverse(transition: Transition & { kind: 'reversed' }, invoice: InvoiceLedger): void {
    this.#settled.set(invoice.id, 'reversed');
    const owner = this.#open;
    if (owner !== undefined) {
      owner.settled.delete(invoice.id);
      if (!owner.invoices.includes(invoice)) owner.invoices.push(invoice);
      return;
    }
    const previous = this.drafts.findLast((draft) => draft.invoices.includes(invoice));
    this.#openDraft(invoice, {
      openedAt: transition.at,
      openedReceivedAt: transition.fact.receivedAt,
      reopenedFrom: previous === undefined ? null : episodeId(this.#subject, previous),
      reversalId: transition.fact.reversalId,
    });
  }

  #settle(transition: Transition, invoice: InvoiceLedger): void {
    this.#settled.set(invoice.id, transition.kind);
    if (transition.kind === 'paid') this.#paidAt.push(transition.at);
    const draft = this.drafts.findLast((candidate) => candidate.invoices.includes(invoice));
    if (draft === undefined || draft.outcome === 'recovered') return;
    draft.settled.set(invoice.id, transition.kind);
    const kinds = draft.invoices.map((owed) => draft.settled.get(owed.id));
    if (kinds.some((kind) => kind === undefined)) return;
    const outcome = kinds.includes('paid') ? 'recovered' : kinds.includes('uncollectible') ? 'lost' : 'forgiven';
    if (draft.outcome !== 'open' && outcome !== 'recovered') return;
    draft.late = draft.outcome !== 'open';
    this.#close(draft, outcome, transition.at);
    draft.endedAt = transition.at;
    draft.endedBy = transition;
  }

  #end(at: Instant): void {
    this.#ended = true;
    const { subscription } = this.#subject;
    const open = this.#open;
    const exhausted = open !== undefined && this.exhaustionsOf(open).some((found) => found.at <= at);
    this.churn = subscription?.ended ? churnOf(subscription.ended.subscription, exhausted) : null;
    if (open !== undefined) this.#close(open, this.churn === 'voluntary' ? 'canceled' : 'lost', at);
  }

  #close(draft: Draft, outcome: EpisodeOutcome, at: Instant): void {
    draft.outcome = outcome;
    draft.closedAt ??= at;
    draft.endedAt ??= at;
  }

  /** When the open episode is given up for paid: the provider stopped, life went on, the old debt stayed. */
  writeOffAt(): Instant | null {
    const open = this.#open;
    const last = open?.attempts[open.attempts.length - 1];
    if (open === undefined || last === undefined) return null;
    const newestPaid = this.#paidAt[this.#paidAt.length - 1];
    if (newestPaid === undefined || newestPaid <= last.at) return null;
    const laterPaid = this.#paidAt.find((paidAt) => paidAt > last.at) ?? newestPaid;
    const stopped = this.exhaustionsOf(open)[0];
    if (stopped === undefined) return null;
    return plus(last.at, Math.max(WRITE_OFF_MS, laterPaid - last.at, stopped.at - last.at));
  }

  writeOff(at: Instant): void {
    const due = this.writeOffAt();
    if (due !== null && due <= at && this.#open) this.#close(this.#open, 'written_off', due);
  }

  /** Every exhaustion inside the episode, earliest first. */
  exhaustionsOf(draft: Draft): readonly Exhaustion[] {
    const { subscription, attempts, noRetryAfterMs } = this.#subject;
    return draft.invoices
      .flatMap((invoice) => findExhaustions(invoice, attempts.get(invoice.id) ?? [], noRetryAfterMs))
      .concat(subscriptionWords(subscription))
      .filter(({ at }) => at >= draft.openedAt && (draft.closedAt === null || at <= draft.closedAt))
      .sort((a, b) => a.at - b.at);
  }
}

const toEpisode = (draft: Draft, walk: Walk, subject: Subject): Episode => ({
  id: episodeId(subject, draft),
  subscription: subject.subscriptionId,
  openingInvoice: draft.openingInvoice.id,
  reopenedFrom: draft.reopenedFrom,
  reversalId: draft.reversalId,
  openedAt: draft.openedAt,
  openedReceivedAt: draft.openedReceivedAt,
  invoices: draft.invoices,
  attempts: draft.attempts,
  outcome: draft.outcome,
  endedAt: draft.endedAt,
  endedBy: draft.endedBy,
  late: draft.late,
  exhaustion: walk.exhaustionsOf(draft).find((found) => found.concludedFrom <= subject.now) ?? null,
  afterTrial:
    draft.openingInvoice.latest.periodStart !== null &&
    draft.openingInvoice.latest.periodStart === (subject.subscription?.latest?.trialEndsAt ?? null),
});

/** Cuts one subscription's history into dunning episodes (semantics C). */
export const foldEpisodes = (subject: Subject): SubjectLedger => {
  const walk = new Walk(subject);
  for (const item of toItems(subject)) walk.step(item);
  walk.writeOff(subject.now);
  const waiting = walk.drafts.flatMap((draft) => walk.exhaustionsOf(draft).map((found) => found.concludedFrom));
  const changesAt = [...waiting, walk.writeOffAt()].filter((at): at is Instant => at !== null && at > subject.now);
  return { episodes: walk.drafts.map((draft) => toEpisode(draft, walk, subject)), churn: walk.churn, changesAt };
};
