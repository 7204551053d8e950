import { currenciesWithExponent } from '../../src/domain/money.ts';
import { type Form, type Language, noteOf } from './language.ts';
import type { Copy, Pack } from './read-copy.ts';
import type { Variable } from './variables.ts';

const skip = (cause: string): string => `{{sendSkip cause="Recoup: ${cause}"}}`;
const NO_LONGER = skip('no longer so');

/** The look at the fields of the profile as they are now, not as they were when the journey began. */
const FIELD_LOOKS: Readonly<Record<Copy['guard'], readonly string[]>> = {
  dunning: [
    `{{~#if profile.in_dunning~}}{{~else~}}${NO_LONGER}{{~/if~}}`,
    `{{~#ifEq profile.dunning_episode_id dunning_episode_id~}}{{~else~}}${NO_LONGER}{{~/ifEq~}}`,
  ],
  pre_dunning: [`{{~#if profile.in_pre_dunning~}}{{~else~}}${NO_LONGER}{{~/if~}}`],
  recovery: [`{{~#ifEq profile.dunning_status "recovered"~}}{{~else~}}${NO_LONGER}{{~/ifEq~}}`],
  none: [
    `{{~#ifEq profile.dunning_status "lost"~}}{{~else~}}${NO_LONGER}{{~/ifEq~}}`,
    `{{~#if profile.dunning_suppressed~}}${NO_LONGER}{{~/if~}}`,
  ],
};

/** An answer always says as of when it holds: without that there was none, and nothing may be sent. */
const GUARD_LOOK = `{{~#if guard.as_of~}}{{~#if guard.suppress~}}${skip('not now')}{{~/if~}}{{~else~}}${skip('no answer')}{{~/if~}}`;

/** Names of ours stay apart from fields of the customer's own: profiles often have a `company` or a `plan`. */
const named = (name: Variable): string => `recoup_${name}`;

const assign = (name: Variable, text: string): string => `{{~#assign "${named(name)}"}}${text}{{/assign~}}`;

/** By the currency's decimals; never by a locale's "currency", which would put the reader's symbol before another's money. */
const money = (amount: string, currency: string): string => {
  const format = (pattern: string): string => `{{numberFormat ${amount} "${pattern}"}}`;
  const isAmong = (codes: readonly string[], then: string, otherwise: string): string =>
    `{{#ifContainsStr "${codes.join(' ')}" ${currency}}}${then}{{else}}${otherwise}{{/ifContainsStr}}`;
  const three = isAmong(currenciesWithExponent(3), format('0.000'), format(',##0.00'));
  const number = isAmong(currenciesWithExponent(0), format('0'), three);
  return `{{#if ${amount}}}{{#if ${currency}}}${number} {{{${currency}}}}{{/if}}{{/if}}`;
};

const choose = (by: string, texts: Readonly<Record<string, string>>, other: string): string => {
  const nested = Object.entries(texts).reduceRight(
    (rest, [value, text]) => `{{#ifEq ${by} "${value}"}}${text}{{else}}${rest}{{/ifEq}}`,
    other,
  );
  return `{{#if ${by}}}${nested}{{else}}${other}{{/if}}`;
};

const URL = 'profile.update_payment_url';
const RETRY = 'profile.next_retry_date';
const RETRY_STATUS = 'profile.next_retry_status';
const CARD = 'profile.card_expires_at';

const ASSIGNED: Readonly<Record<Variable, (pack: Pack) => string>> = {
  company: ({ settings }) => settings.company,
  support: ({ settings }) => settings.support,
  billing_page: ({ settings }) => settings.billing_page,
  link: ({ settings }) => `{{#if ${URL}}}{{{${URL}}}}{{else}}${settings.billing_page}{{/if}}`,
  owed: () => money('profile.dunning_amount_due', 'profile.dunning_currency'),
  paid: () => money('amount', 'currency'),
  plan: ({ settings }) => choose('plan_id', settings.plans, ''),
  day: () =>
    `{{#if ${RETRY}}}{{#ifEq ${RETRY_STATUS} "scheduled"}}{{dateFormat ${RETRY} format="MMMM d"}}{{/ifEq}}{{/if}}`,
  blocked: () => `{{#ifEq ${RETRY_STATUS} "blocked"}}yes{{/ifEq}}`,
  advice: ({ advice: { other, ...known } }) => choose('profile.dunning_failure_class', known, other),
  // The field is the first instant of the month after the card's last, so the month is that of the day before.
  expiry: () => `{{#if ${CARD}}}{{dateMath ${CARD} "-1d" format="MMMM yyyy" tz="UTC"}}{{/if}}`,
};

const value = (name: Variable, form: Form): string => (form === 'html' ? `{{${named(name)}}}` : `{{{${named(name)}}}}`);

/** Handlebars as Iterable has it, by the helpers of its documentation. */
export const ITERABLE: Language = {
  folder: 'iterable',
  ending: 'hbs',
  dismissLink: 'iterable://dismiss',
  unsubscribeLink: (form) => (form === 'html' ? '{{hostedUnsubscribeUrl}}' : '{{{hostedUnsubscribeUrl}}}'),
  value,
  ifKnown: (name) => `{{#if ${named(name)}}}`,
  otherwise: '{{else}}',
  end: '{{/if}}',
  preamble: (copy, names, pack) =>
    [
      ...noteOf(copy).map((line) => `{{!-- ${line} --}}`),
      ...FIELD_LOOKS[copy.guard],
      ...(copy.guard === 'none' ? [] : [GUARD_LOOK]),
      ...names.map((name) => assign(name, ASSIGNED[name](pack))),
      '',
    ].join('\n'),
};
