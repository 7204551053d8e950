/**
 * Minor-unit exponents that differ from 2, by lower-case ISO 4217 code.
 * Source: the zero- and three-decimal currencies of Stripe's currency documentation.
 */
const EXPONENTS: Readonly<Record<string, number>> = {
  bif: 0,
  clp: 0,
  djf: 0,
  gnf: 0,
  jpy: 0,
  kmf: 0,
  krw: 0,
  mga: 0,
  pyg: 0,
  rwf: 0,
  ugx: 0,
  vnd: 0,
  vuv: 0,
  xaf: 0,
  xof: 0,
  xpf: 0,
  bhd: 3,
  jod: 3,
  kwd: 3,
  omr: 3,
  tnd: 3,
};

/** How many decimals the currency's major unit has. `currency` is an ISO 4217 code in any case. */
export const currencyExponent = (currency: string): number => EXPONENTS[currency.toLowerCase()] ?? 2;

/** `amountMinor` (integer minor units) in major units, e.g. 1999 usd -> 19.99, 1999 jpy -> 1999. */
export const toMajorUnits = (amountMinor: number, currency: string): number =>
  amountMinor / 10 ** currencyExponent(currency);

/** Codes of the currencies whose major unit has this many decimals, upper case; of 2, which all others have, none. */
export const currenciesWithExponent = (exponent: 0 | 3): readonly string[] =>
  Object.keys(EXPONENTS)
    .filter((currency) => EXPONENTS[currency] === exponent)
    .map((currency) => currency.toUpperCase());
