import { type Instant, plus } from '../../domain/instant.ts';
import { recentFailuresLeaveAt } from '../failures.ts';
import type { Ledger } from '../ledger.ts';
import { EXPIRY_WINDOW_MS } from './card.ts';

/** A card that will be charged and is about to expire, or just has. */
export interface ExpiringCard {
  readonly subscription: string;
  /** First instant of the month after the card's last, UTC. */
  readonly expiresAt: Instant;
  /** No message may go out about that subscription: nobody is asked for a card (semantics D6). */
  readonly suppressed: boolean;
}

interface Outlook {
  /** The one to speak of, of several: not suppressed, then the first to expire, then by subscription id. */
  readonly card: ExpiringCard | null;
  /** Every instant after now at which a card enters or leaves by time alone. */
  readonly changesAt: readonly Instant[];
}

const mostUrgent = (a: ExpiringCard, b: ExpiringCard): number =>
  Number(a.suppressed) - Number(b.suppressed) ||
  a.expiresAt - b.expiresAt ||
  (a.subscription < b.subscription ? -1 : a.subscription > b.subscription ? 1 : 0);

const chargedCards = (ledger: Ledger): readonly ExpiringCard[] =>
  [...ledger.cards.values()].flatMap(({ subscription, expiresAt }) => {
    if (expiresAt === null) return [];
    return [{ subscription, expiresAt, suppressed: ledger.suppressions.has(subscription) }];
  });

/** The expiring card at the ledger's instant, while no attempt failed for 90 days (semantics D4). */
export const findExpiringCard = (ledger: Ledger): Outlook => {
  const calmFrom = recentFailuresLeaveAt(ledger).at(-1) ?? null;
  const windows = chargedCards(ledger).map((card) => {
    const opensAt = plus(card.expiresAt, -EXPIRY_WINDOW_MS);
    const from = calmFrom !== null && calmFrom > opensAt ? calmFrom : opensAt;
    return { card, from, to: plus(card.expiresAt, EXPIRY_WINDOW_MS) };
  });
  const current = windows.filter(({ from, to }) => from <= ledger.now && ledger.now < to);
  return {
    card: current.map(({ card }) => card).sort(mostUrgent)[0] ?? null,
    changesAt: windows
      .filter(({ from, to }) => from < to)
      .flatMap(({ from, to }) => [from, to])
      .filter((at) => at > ledger.now),
  };
};
