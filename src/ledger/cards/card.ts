import type { Card } from '../../domain/fact.ts';
import { DAY_MS, type Instant, instant } from '../../domain/instant.ts';

/** Either side of the end of the card's last month, in ms: there it is about to expire, or just has (semantics D4). */
export const EXPIRY_WINDOW_MS = 30 * DAY_MS;

/** The card's last month ends then; null for a card that does not state month and year. */
export const expiryOf = ({ expMonth, expYear }: Card): Instant | null =>
  // The month counts from 1 on cards and from 0 here, so this is the month after.
  expMonth === null || expYear === null ? null : instant(Date.UTC(expYear, expMonth));

/** Whether two statements show the same card; null is no card, or one that was never shown. */
export const isSameCard = (a: Card | null, b: Card | null): boolean =>
  a === b ||
  (a !== null &&
    b !== null &&
    a.brand === b.brand &&
    a.last4 === b.last4 &&
    a.expMonth === b.expMonth &&
    a.expYear === b.expYear);
