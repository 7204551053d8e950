import { type Instant, plus } from '../../domain/instant.ts';
import { SETTLE_WINDOW_MS } from '../../domain/policy.ts';
import type { Episode } from '../episode.ts';
import { recentFailuresLeaveAt } from '../failures.ts';
import { EXPIRY_WINDOW_MS, expiryOf } from './card.ts';
import { findChange, type MethodNotice } from './cards-changes.ts';
import { type ChargedSpan, isBilled, type Slots } from './cards-slots.ts';
import { CUSTOMER, type Wallet } from './cards-wallet.ts';

/** Since when a new card is needed for a subscription, and until when at the latest. */
interface Need {
  readonly since: Instant;
  readonly until: Instant | null;
}

interface Folded {
  readonly slots: Slots;
  readonly wallet: Wallet;
  readonly notices: readonly MethodNotice[];
  readonly episodes: readonly Episode[];
  readonly now: Instant;
}

/** The charged card expires, and no attempt failed for 90 days (semantics D4). */
const expiryNeed = ({ card, status }: ChargedSpan, folded: Folded): readonly Need[] => {
  const expiresAt = card === null ? null : expiryOf(card);
  if (expiresAt === null || status !== 'live') return [];
  const since = plus(expiresAt, -EXPIRY_WINDOW_MS);
  const until = plus(expiresAt, EXPIRY_WINDOW_MS);
  if (folded.now < since || folded.now >= until) return [];
  return recentFailuresLeaveAt(folded).length === 0 ? [{ since, until }] : [];
};

const needsOf = (subscription: string, span: ChargedSpan, folded: Folded): readonly Need[] => [
  ...folded.episodes
    .filter((episode) => episode.subscription === subscription && episode.outcome === 'open')
    .map(({ openedAt }) => ({ since: openedAt, until: null })),
  ...expiryNeed(span, folded),
];

/** The slot that is charged is known from statements, so that another method is known not to be charged. */
const isKnown = ({ namedBy }: ChargedSpan): boolean => namedBy !== 'charge' && namedBy !== 'unstated';

/** A card that was meant to help and is not what will be charged. */
const isMisplaced = (notice: MethodNotice, charged: ChargedSpan, wallet: Wallet): boolean =>
  notice.method !== charged.method &&
  wallet.detached.get(notice.method)?.value !== true &&
  (notice.what === 'added' || notice.what === 'changed' || (notice.what === 'placed' && notice.slot === CUSTOMER));

/** From when on a subscription's card is known to be updated in the wrong slot; null: it is not. */
const misplacedFrom = (subscription: string, spans: readonly ChargedSpan[], folded: Folded): Instant | null => {
  const { wallet, notices, now } = folded;
  const charged = spans[spans.length - 1];
  if (charged === undefined || !isBilled(charged) || !isKnown(charged)) return null;
  for (const { since } of needsOf(subscription, charged, folded)) {
    const first = notices.find((notice) => notice.at > since && isMisplaced(notice, charged, wallet));
    const change = findChange(subscription, { spans, notices }, { after: since, by: now, used: null });
    // The notice that makes it the default comes a moment after the one that it was added.
    if (first !== undefined && change === null) return plus(first.receivedAt, SETTLE_WINDOW_MS);
  }
  return null;
};

/**
 * The subscriptions whose card was updated where it will not be charged (semantics C4): since the first failed attempt
 * of the open episode, or since the charged card is about to expire, a method was attached, changed other than by the
 * network, or made the customer's default; it is not what will be charged, it is still there, and nothing new or changed
 * came into the slot that is charged.
 */
export const findWrongSlots = (
  folded: Folded,
): { readonly subscriptions: readonly string[]; readonly changesAt: readonly Instant[] } => {
  const found = [...folded.slots].flatMap(([subscription, spans]) => {
    const from = misplacedFrom(subscription, spans, folded);
    return from === null ? [] : [{ subscription, from }];
  });
  return {
    subscriptions: found.filter(({ from }) => from <= folded.now).map(({ subscription }) => subscription),
    changesAt: found.map(({ from }) => from),
  };
};
