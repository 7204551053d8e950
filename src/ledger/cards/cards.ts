import type { Card, ChargeState, Fact } from '../../domain/fact.ts';
import type { Instant } from '../../domain/instant.ts';
import type { ChargeLedger } from '../charges.ts';
import type { Episode } from '../episode.ts';
import { recentFailuresLeaveAt } from '../failures.ts';
import type { InvoiceLedger } from '../invoice.ts';
import { EXPIRY_WINDOW_MS, expiryOf } from './card.ts';
import { type CardExpiry, findExpiries } from './card-expiries.ts';
import { type Between, type CardChange, findChange, findNotices, type MethodNotice } from './cards-changes.ts';
import { foldSlots, type Slots } from './cards-slots.ts';
import { findUpdates, type MethodUpdate } from './cards-updates.ts';
import type { Wallet } from './cards-wallet.ts';
import { findWrongSlots } from './cards-wrong-slot.ts';

/** The card that the next charge of a live subscription will be made with. */
export interface ChargedCard {
  readonly subscription: string;
  readonly card: Card;
  /** First instant of the month after the card's last, UTC; null where its expiry was not stated. */
  readonly expiresAt: Instant | null;
}

/** What is known of a customer's payment methods, at every time. */
export interface CardLedger {
  readonly slots: Slots;
  readonly wallet: Wallet;
  readonly notices: readonly MethodNotice[];
}

/** Folds what was said of payment methods and slots, and the charges that show them. `facts` in fold order. */
export const foldCards = (
  facts: readonly Fact[],
  { charges, invoices }: { readonly charges: ChargeLedger; readonly invoices: ReadonlyMap<string, InvoiceLedger> },
): CardLedger => {
  const subscriptionOf = (charge: ChargeState): string =>
    invoices.get(charges.invoiceOf(charge) ?? '')?.subscription ?? '';
  return { ...foldSlots(facts, subscriptionOf), notices: findNotices(facts) };
};

/** How what is charged for a subscription came to be another card within a time; null: it is the same. Semantics C3. */
export const changeWithin = (
  { slots, notices }: CardLedger,
  subscription: string,
  within: Between,
): CardChange | null => findChange(subscription, { spans: slots.get(subscription), notices }, within);

/**
 * The card in the slot that will be charged, by live subscription, where one is known: the subscription's own method,
 * else the customer's default, else (where neither slot ever named one) the method of the newest successful charge on
 * an invoice of that subscription. Rule: semantics D4.
 */
const chargedCards = (slots: Slots): ReadonlyMap<string, ChargedCard> => {
  const found = new Map<string, ChargedCard>();
  for (const [subscription, spans] of slots) {
    const last = spans[spans.length - 1];
    if (last?.status !== 'live' || last.card === null) continue;
    found.set(subscription, { subscription, card: last.card, expiresAt: expiryOf(last.card) });
  }
  return found;
};

/** What a customer's cards mean at one instant. */
export interface CardOutlook {
  /** The card that will be charged, by live subscription, where one is known. */
  readonly cards: ReadonlyMap<string, ChargedCard>;
  /** Updates of payment methods, in time order. */
  readonly methodUpdates: readonly MethodUpdate[];
  /** The first times at which a card was about to expire, until now. */
  readonly cardExpiries: readonly CardExpiry[];
  /** Subscriptions whose card was updated in a slot that will not be charged (semantics C4). */
  readonly wrongSlots: readonly string[];
}

/** When somebody enters or leaves the window of a card, whatever their stage. */
const windowsChangeAt = (
  cards: CardOutlook['cards'],
  at: { readonly episodes: readonly Episode[]; readonly now: Instant },
): readonly number[] => [
  ...[...cards.values()].flatMap(({ expiresAt }) =>
    expiresAt === null ? [] : [expiresAt - EXPIRY_WINDOW_MS, expiresAt + EXPIRY_WINDOW_MS],
  ),
  ...recentFailuresLeaveAt(at).slice(-1),
];

/** What the cards mean at `now`. `facts` in fold order. */
export const findCardOutlook = (
  { slots, wallet, notices }: CardLedger,
  facts: readonly Fact[],
  { episodes, now }: { readonly episodes: readonly Episode[]; readonly now: Instant },
): CardOutlook & { readonly changesAt: readonly Instant[] } => {
  const cards = chargedCards(slots);
  const methodUpdates = findUpdates(facts, notices, { slots, wallet });
  const expiries = findExpiries(slots, episodes);
  const wrong = findWrongSlots({ slots, wallet, notices, episodes, now });
  const changesAt = [
    ...windowsChangeAt(cards, { episodes, now }),
    ...methodUpdates.map(({ settlesAt }) => settlesAt),
    ...expiries.map(({ settlesAt }) => settlesAt),
    ...wrong.changesAt,
  ];
  return {
    cards,
    methodUpdates,
    cardExpiries: expiries.filter(({ at }) => at <= now),
    wrongSlots: wrong.subscriptions,
    changesAt: changesAt.filter((at): at is Instant => at > now),
  };
};
