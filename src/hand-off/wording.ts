import { type Instant, toIso } from '../domain/instant.ts';
import { currencyExponent } from '../domain/money.ts';

export const NOT_KNOWN = 'not known';

/** `2026-03-07 09:00 UTC`, to the minute. */
export const instantText = (at: Instant): string => `${toIso(at).slice(0, 16).replace('T', ' ')} UTC`;

/** `49.00 EUR`; `amount` in major units. Says so where either is not known. */
export const moneyText = (amount: number | null, currency: string | null): string =>
  amount === null || currency === null
    ? NOT_KNOWN
    : `${amount.toFixed(currencyExponent(currency))} ${currency.toUpperCase()}`;
