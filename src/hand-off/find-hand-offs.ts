import { earliest, type Instant, instant, plus } from '../domain/instant.ts';
import { LATE_AFTER_MS, type Policy } from '../domain/policy.ts';
import type { Episode } from '../ledger/episode.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Payment } from '../ledger/payment.ts';
import type { HandOff, HandOffs } from './hand-off.ts';
import { type Account, planOf, toContext } from './to-context.ts';

export interface HandOffsInput extends Account {
  /** The ledger's instant. */
  readonly now: Instant;
  /** Ids of the episodes that a task was already made for: it stays, whatever holds the episode back since, and closes. */
  readonly known?: ReadonlySet<string>;
}

const NONE: ReadonlySet<string> = new Set();

/** Where nobody wants tasks none is made; those that were made are still closed. */
const isWanted = ({ policy }: Account): boolean => policy.handOff.in.length > 0;

const isAtEntry = ({ ledger, policy }: Account, episode: Episode): boolean => {
  const plan = planOf(ledger, episode);
  return policy.handOff.highValueAtEntry && plan !== null && policy.plans.highValue.includes(plan);
};

const dayOf = ({ openedAt }: Episode, { handOff: { afterMs } }: Policy): Instant | null =>
  afterMs === null ? null : plus(openedAt, afterMs);

/** When a person is to take over, by the provider's clock; null: never. May lie ahead. */
const beginOf = (account: Account, episode: Episode): Instant | null => {
  if (isAtEntry(account, episode)) return episode.openedAt;
  const day = dayOf(episode, account.policy);
  return day === null ? null : earliest(day, episode.exhaustion?.at ?? null);
};

/** Nobody is given a task that was due before its episode was heard of. */
const heardAt = ({ openedAt, openedHeardAt }: Episode): Instant =>
  openedHeardAt - openedAt > LATE_AFTER_MS ? openedHeardAt : openedAt;

/** The payment that ended it; undefined where it was not paid. */
const paymentOf = (ledger: Ledger, { settled }: Episode): Payment | undefined =>
  [...settled]
    .flatMap(([invoice, { at, kind }]) =>
      kind === 'paid' ? (ledger.payments.get(invoice)?.find((payment) => payment.at === at) ?? []) : [],
    )
    .sort((a, b) => a.at - b.at)
    .at(-1);

const endOf = (
  ledger: Ledger,
  episode: Episode,
): Pick<HandOff, 'outcome' | 'endedAt' | 'recoveredVia' | 'isClosed'> => {
  const { outcome, endedAt } = episode;
  const payment = outcome === 'recovered' ? paymentOf(ledger, episode) : undefined;
  return {
    outcome,
    endedAt,
    recoveredVia: outcome === 'recovered' ? (payment?.via ?? 'unknown') : null,
    isClosed: outcome !== 'open' && payment?.pending !== true,
  };
};

const toHandOff = (account: Account, episode: Episode): HandOff => {
  const { ledger, policy } = account;
  const since = instant(Math.max(beginOf(account, episode) ?? episode.openedAt, heardAt(episode)));
  return {
    episodeId: episode.id,
    reason: isAtEntry(account, episode) ? 'high_value' : 'before_exhaustion',
    since,
    dueAt: plus(since, policy.handOff.dueInMs),
    ...endOf(ledger, episode),
    context: toContext(account, episode),
  };
};

/** A new task only for what is open, due and not held back: while no message may go out, nobody is sent to the customer either. */
const isDue = (account: Account, episode: Episode, now: Instant): boolean => {
  if (!isWanted(account)) return false;
  const begin = beginOf(account, episode);
  const isHeld = account.ledger.suppressions.has(episode.subscription);
  return episode.outcome === 'open' && !isHeld && begin !== null && begin <= now;
};

/** Only the day of the policy comes by time alone; what exhausts or holds an episode is in the ledger's own instants. */
const dueLater = (account: Account, episode: Episode, now: Instant): readonly Instant[] => {
  const begin = episode.outcome === 'open' && isWanted(account) ? beginOf(account, episode) : null;
  return begin !== null && begin > now ? [begin] : [];
};

/**
 * Which episodes of one account a person is to take over at `now`, and which of those that have a task ended
 * (docs/hand-off.md). Pure.
 */
export const findHandOffs = ({ now, known = NONE, ...account }: HandOffsInput): HandOffs => {
  const { episodes } = account.ledger;
  return {
    all: episodes
      .filter((episode) => known.has(episode.id) || isDue(account, episode, now))
      .map((episode) => toHandOff(account, episode)),
    changesAt: episodes
      .filter((episode) => !known.has(episode.id))
      .flatMap((episode) => dueLater(account, episode, now)),
  };
};
