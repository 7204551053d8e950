import type { Attempt } from './attempts.ts';
import { attemptsMade, settledFacts, standsForFirst } from './attempts.ts';
import { isLive } from './cancel.ts';
import { cardEnd, isExpiring } from './cards.ts';
import { isDisputed } from './disputes.ts';
import type { Episode } from './episodes.ts';
import { episodesOf, openInvoices } from './episodes.ts';
import type { Case, Fact, Policy } from './facts.ts';
import { DAY, isInvoiceFact, subscriptionsIn } from './facts.ts';
import { isOwed, ranOutAt } from './grace.ts';
import { heldBackBy } from './holds.ts';
import { invoiceLevel, LEVEL } from './invoices.ts';
import { planOf } from './plans.ts';
import type { Revenue } from './revenue.ts';
import { revenueOf } from './revenue.ts';
import { isExhaustedBySilence } from './silence.ts';
import { standingWord } from './stopped.ts';
import type { Reason } from './suppression.ts';
import { reasonOf } from './suppression.ts';
import { visibleFacts } from './visible.ts';
import { isInWrongSlot } from './wrong-slot.ts';

const DUNNING = ['exhausted', 'persistent', 'retrying', 'first_failure'] as const;
type DunningStage = (typeof DUNNING)[number];
type Stage = DunningStage | 'recovered' | 'lost' | 'card_expiring' | 'healthy';

/** How a person stands at one instant. */
export interface Answer {
  readonly stage: Stage;
  readonly inDunning: boolean;
  /** Is an episode open, suppressed or not. */
  readonly leads: boolean;
  /** C5: the episode that all scalars speak of. */
  readonly lead: Episode | null;
  readonly suppressed: boolean;
  /** Null where not suppressed. */
  readonly reason: Reason | null;
  /** Of the lead's subscription; null where no episode is open: no audience asks, and no rule says whose it is then. */
  readonly planId: string | null;
  readonly highValue: boolean;
  /** Only where the stage is `card_expiring`. */
  readonly cardExpiresAt: number | null;
  readonly wrongSlot: boolean;
  readonly revenue: Revenue | null;
  /** Keys of the audiences, sorted. */
  readonly audiences: readonly string[];
  /** Of all accounts. */
  readonly episodes: readonly Episode[];
  /** D6: whatever holds anything of the person back, whether or not there is anything to hold back. */
  readonly holdBack: readonly Reason[];
  /** D3: since when access is in question; null: it is not. Undefined: of several episodes no rule says whose counts. */
  readonly outSince: number | null | undefined;
}

/** C5's last resort: the published ids of two episodes, since the semantics do not say how they sort. */
export type EpisodeIdOf = (episode: Pick<Episode, 'subscription' | 'openingInvoice' | 'reversal'>) => string;

/** One account (billing customer) of a person: what is visible of it, and its episodes. */
interface Account {
  readonly c: Case;
  readonly episodes: readonly Episode[];
}
/** Something of one account. */
interface Owned<T> {
  readonly c: Case;
  readonly it: T;
}

/**
 * B3, decisions 0004, 0012: what counts on an invoice in the episode, and the first attempt where it was neither told nor
 * on record; where the policy says so the provider's count stands. What was tried before the episode began is not
 * counted again.
 */
const attemptsOn = (c: Case, episode: Episode, invoice: string): number => {
  const own = episode.attempts.filter((attempt) => attempt.invoice.id === invoice);
  const [first] = attemptsMade(c, invoice);
  if (own.length === 0) return 1;
  if (own[0]?.key !== first?.key) return own.length;
  const counts = own.map(({ count }) => count);
  if (c.policy.chargeWebhooks === 'absent') return Math.max(own.length, ...counts);
  const isFirst = (attempt: Attempt): boolean => attempt.count <= 1 || standsForFirst(c, attempt);
  return own.length + (own.some(isFirst) ? 0 : 1);
};

/** D, D2: of an open episode, on its worst open invoice. */
export const stageOf = (c: Case, episode: Episode): DunningStage => {
  const open = openInvoices(c, c.facts.length, episode);
  const settled: Case = { ...c, facts: settledFacts(c) };
  const exhausted = (invoice: string): boolean =>
    isExhaustedBySilence(settled, invoice) || standingWord(settled.facts, episode, invoice) !== null;
  if (open.some(exhausted)) return 'exhausted';
  const most = Math.max(...open.map((invoice) => attemptsOn(c, episode, invoice)));
  return most >= 3 ? 'persistent' : most === 2 ? 'retrying' : 'first_failure';
};

/** C5, decision 0004: not suppressed before suppressed, highest stage, earliest first failure, id; over all accounts. */
export const leadOf = (accounts: readonly Account[], idOf: EpisodeIdOf): Owned<Episode> | null => {
  const open = accounts.flatMap(({ c, episodes }) =>
    episodes.filter(({ outcome }) => outcome === 'open').map((it) => ({ c, it })),
  );
  const ranked = open.map((each) => ({
    ...each,
    held: reasonOf(each.c, each.it.subscription, each.it) === null ? 0 : 1,
    rank: DUNNING.indexOf(stageOf(each.c, each.it)),
  }));
  const [lead] = ranked.toSorted(
    (a, b) => a.held - b.held || a.rank - b.rank || a.it.openedAt - b.it.openedAt || (idOf(a.it) < idOf(b.it) ? -1 : 1),
  );
  return lead ?? null;
};

/** D: ended recovered less than 7 days ago; B1: a payment by a clock that is ahead counts from its receipt. */
const isRecovered = (accounts: readonly Account[], t: number): boolean =>
  accounts
    .flatMap(({ episodes }) => episodes)
    .some(({ outcome, endedAt }) => outcome === 'recovered' && endedAt !== null && t < endedAt + 7 * DAY);

/** D3, 0016: of the lead once it is exhausted, else of what was lost and is owed still. */
const outSinceOf = (
  accounts: readonly Account[],
  lead: Owned<Episode> | null,
  stage: Stage,
): number | null | undefined => {
  if (lead !== null) return stage === 'exhausted' ? (ranOutAt(lead.c, lead.it) ?? undefined) : null;
  const lost = accounts.flatMap(({ c, episodes }) =>
    episodes.filter((it) => it.outcome === 'lost' && isOwed(c, it)).map((it) => ({ c, it })),
  );
  const [only] = lost;
  if (only === undefined) return null;
  // Of whom pays for another subscription no rule says it.
  if (lost.length > 1 || stage !== 'lost') return undefined;
  const out = ranOutAt(only.c, only.it);
  return out === null ? only.it.endedAt : out;
};

/** 0015: what holds back the account of the episode that ended last, whatever is about one subscription only. */
const afterwardsOf = (
  accounts: readonly Account[],
  outcome: 'recovered' | 'lost',
  idOf: EpisodeIdOf,
): Reason | null => {
  const all = accounts.flatMap(({ c, episodes }) =>
    episodes.filter((it) => it.outcome === outcome).map((it) => ({ c, it })),
  );
  const [last] = all.toSorted(
    (a, b) =>
      (b.it.endedAt ?? 0) - (a.it.endedAt ?? 0) || b.it.openedAt - a.it.openedAt || (idOf(b.it) < idOf(a.it) ? -1 : 1),
  );
  if (last === undefined) return null;
  return isDisputed(last.c) ? 'dispute' : heldBackBy(last.c);
};

/** D: ended lost; until a payment or a live subscription, on whichever account. */
const isLost = (accounts: readonly Account[]): boolean => {
  if (accounts.some(({ c }) => subscriptionsIn(c.facts).some((id) => isLive(c.facts, id)))) return false;
  return accounts
    .flatMap(({ episodes }) => episodes)
    .some(
      ({ outcome, endedAt }) =>
        outcome === 'lost' && endedAt !== null && !accounts.some((account) => paidSince(account, endedAt)),
    );
};

/** By the provider's word, or a person's (0015: the money came another way). */
const paidSince = ({ c, episodes }: Account, since: number): boolean =>
  episodes.some(({ marks }) => marks.some(({ at }) => at > since)) ||
  c.facts.some(
    (fact, index) =>
      isInvoiceFact(fact) &&
      fact.occurredAt > since &&
      invoiceLevel(c.facts, index + 1, fact.invoice.id) === LEVEL.paid &&
      invoiceLevel(c.facts, index, fact.invoice.id) !== LEVEL.paid &&
      invoiceLevel(c.facts, c.facts.length, fact.invoice.id) === LEVEL.paid, // not one that was taken back
  );

/** D4: no failed attempt that counts in 90 days, be it of an episode or of what was marked as recovered (0015). */
const failuresOf = (accounts: readonly Account[]): readonly number[] =>
  accounts.flatMap(({ episodes }) => episodes.flatMap(({ attempts }) => attempts)).map(({ at }) => at);

interface Expiring {
  readonly id: string;
  readonly end: number;
  readonly reason: Reason | null;
}

/** Decision 0007: those whose card expires, of several the one first that is not suppressed and expires first. */
const expiringOf = (accounts: readonly Account[]): readonly Expiring[] =>
  accounts
    .flatMap(({ c }) =>
      subscriptionsIn(c.facts)
        .filter((id) => isLive(c.facts, id) && isExpiring(c, id))
        .map((id) => ({ id, end: cardEnd(c.facts, id) ?? 0, reason: reasonOf(c, id, null) })),
    )
    .toSorted(
      (a, b) => (a.reason === null ? 0 : 1) - (b.reason === null ? 0 : 1) || a.end - b.end || (a.id < b.id ? -1 : 1),
    );

const findStage = (accounts: readonly Account[], lead: Owned<Episode> | null, expires: boolean, t: number): Stage => {
  if (lead !== null) return stageOf(lead.c, lead.it);
  if (isRecovered(accounts, t)) return 'recovered';
  if (isLost(accounts)) return 'lost';
  return expires && !failuresOf(accounts).some((at) => t < at + 90 * DAY) ? 'card_expiring' : 'healthy';
};

const isAnyInWrongSlot = (accounts: readonly Account[]): boolean =>
  accounts.some((account) =>
    subscriptionsIn(account.c.facts).some((id) =>
      isInWrongSlot(account.c, id, account.episodes, failuresOf([account])),
    ),
  );

/** The audiences, from stage, suppression, plan and the wrong slot (design section 5, G5, C4). */
const audiencesOf = (stage: Stage, suppressed: boolean, highValue: boolean, wrongSlot: boolean): readonly string[] => {
  const messaging: Readonly<Record<Stage, string | null>> = {
    exhausted: 'dunning_exhausted',
    persistent: 'dunning_persistent_failure',
    retrying: 'dunning_retrying',
    first_failure: highValue ? 'dunning_first_failure_high_value' : 'dunning_first_failure_standard',
    recovered: 'dunning_recovered',
    lost: null,
    card_expiring: 'pre_dunning',
    healthy: null,
  };
  if (suppressed) return ['suppressed'];
  const key = messaging[stage];
  return [...(key === null ? [] : [key]), ...(wrongSlot ? ['new_card_not_default'] : [])].toSorted();
};

interface Standing {
  readonly lead: Owned<Episode> | null;
  readonly stage: Stage;
  readonly expiring: Reason | null;
  readonly idOf: EpisodeIdOf;
}

/** D6, 0015: why nothing may be said to somebody in this stage. */
const reasonAt = (accounts: readonly Account[], { lead, stage, expiring, idOf }: Standing): Reason | null => {
  if (lead !== null) return reasonOf(lead.c, lead.it.subscription, lead.it);
  if (stage === 'card_expiring') return expiring;
  return stage === 'recovered' || stage === 'lost' ? afterwardsOf(accounts, stage, idOf) : null;
};

/** All that the semantics say of one person's standing at `t`, by brute force, from the facts of each account. */
export const answer = (input: {
  readonly accounts: readonly (readonly Fact[])[];
  readonly policy: Policy;
  readonly t: number;
  readonly idOf: EpisodeIdOf;
}): Answer => {
  const { policy, t } = input;
  const accounts = input.accounts.map((facts): Account => {
    const c: Case = { facts: visibleFacts(facts, t), policy, t };
    return { c, episodes: subscriptionsIn(c.facts).flatMap((id) => episodesOf(c, id)) };
  });
  const lead = leadOf(accounts, input.idOf);
  const [expiring] = expiringOf(accounts);
  const stage = findStage(accounts, lead, expiring !== undefined, t);
  const reason = reasonAt(accounts, { lead, stage, expiring: expiring?.reason ?? null, idOf: input.idOf });
  const suppressed = reason !== null;
  const planId = lead === null ? null : planOf(lead.c.facts, policy, lead.it.subscription);
  const highValue = planId !== null && policy.plans.highValue.includes(planId);
  const wrongSlot = isAnyInWrongSlot(accounts);
  return {
    stage,
    inDunning: lead !== null && !suppressed,
    leads: lead !== null,
    lead: lead?.it ?? null,
    suppressed,
    reason,
    planId,
    highValue,
    cardExpiresAt: stage === 'card_expiring' ? (expiring?.end ?? null) : null,
    wrongSlot,
    revenue: revenueOf(accounts.map(({ c }) => c)),
    audiences: audiencesOf(stage, suppressed, highValue, wrongSlot),
    episodes: accounts.flatMap(({ episodes }) => episodes),
    holdBack: accounts.flatMap(({ c, episodes }) =>
      subscriptionsIn(c.facts).flatMap((id) => [null, ...episodes].flatMap((it) => reasonOf(c, id, it) ?? [])),
    ),
    outSince: outSinceOf(accounts, lead, stage),
  };
};
