import { DAY_MS } from '../domain/instant.ts';

/** A card's last month, counted from 1. */
interface Expiry {
  readonly expMonth: number;
  readonly expYear: number;
}

/** A card's last month: the one in which `at` lies. UTC milliseconds. */
export const expiryIn = (at: number): Expiry => {
  const day = new Date(at);
  return { expMonth: day.getUTCMonth() + 1, expYear: day.getUTCFullYear() };
};

/** First instant of the month after, UTC milliseconds. */
export const endOfCard = ({ expMonth, expYear }: Expiry): number => Date.UTC(expYear, expMonth);

/** The last month of a card that expires at most 30 days after `at`, or on the day of `at` itself. */
export const expirySoonAfter = (at: number): Expiry =>
  // From the first of a month of 31 days to its end it is 31; a day earlier, the month before has just ended.
  expiryIn(at - DAY_MS);
