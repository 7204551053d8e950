type Properties = Readonly<Record<string, unknown>>;

const FAILURES: Readonly<Record<string, string>> = {
  insufficient_funds: 'insufficient funds',
  try_again: 'declined, may work again',
  update_card: 'the card must be updated',
  confirm_payment: 'the customer must confirm the payment',
  contact_bank: 'the customer must ask the bank',
  no_payment_method: 'no payment method',
  other: 'another reason',
};

const OUTCOMES: Readonly<Record<string, string>> = {
  recovered: 'recovered',
  forgiven: 'forgiven',
  canceled: 'canceled',
  lost: 'lost',
  written_off: 'written off',
  superseded: 'replaced by a newer one',
};

/** The failure class in words that one may tell a customer. */
export const toFailureWords = (failureClass: unknown): string => FAILURES[String(failureClass)] ?? 'not known yet';

/** How the dunning ended, in words. */
export const toOutcomeWords = (outcome: unknown): string => OUTCOMES[String(outcome)] ?? 'ended';

/** An amount with its currency, e.g. `USD 49.50`; null where either is missing. */
export const toMoney = (properties: Properties, amountName: string, currencyName: string): string | null => {
  const { [amountName]: amount, [currencyName]: currency } = properties;
  if (typeof amount !== 'number' || typeof currency !== 'string' || !/^[A-Z]{3}$/.test(currency)) return null;
  const format = new Intl.NumberFormat('en-US', { style: 'currency', currency, currencyDisplay: 'code' });
  return format.format(amount).replaceAll('\u00a0', ' ');
};

/** An instant that Slack shows in the reader's time zone; null where there is none. */
export const toDate = (iso: unknown): string | null => {
  const at = typeof iso === 'string' ? Date.parse(iso) : Number.NaN;
  return Number.isNaN(at) ? null : `<!date^${Math.floor(at / 1_000)}^{date_short_pretty} {time}|${String(iso)}>`;
};

const MAX_CHARACTERS = 200;

/** A value that may hold anything, as Slack's mrkdwn shows it literally: no mention, no link. Null where there is none. */
export const toText = (value: unknown): string | null => {
  if (value === null || value === undefined || value === '') return null;
  return escaped(String(value).replace(/\s+/g, ' ').slice(0, MAX_CHARACTERS));
};

/** A link; null where the address is none of the web's. */
export const toLink = (url: unknown, label: string): string | null => {
  if (typeof url !== 'string' || !URL.canParse(url) || !/^https?:/.test(url)) return null;
  return `<${escaped(url).replaceAll('|', '%7C')}|${label}>`;
};

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
