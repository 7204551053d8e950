import { currencyExponent, toMajorUnits } from '../domain/money.ts';

/** An amount for people, e.g. 4900 usd -> `49.00 USD`. `amountMinor` in minor units. */
export const showMoney = (amountMinor: number, currency: string): string =>
  `${toMajorUnits(amountMinor, currency).toFixed(currencyExponent(currency))} ${currency.toUpperCase()}`;
