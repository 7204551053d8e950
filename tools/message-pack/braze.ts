import { currenciesWithExponent } from '../../src/domain/money.ts';
import { type Form, type Language, noteOf } from './language.ts';
import type { Copy, Pack } from './read-copy.ts';
import type { Variable } from './variables.ts';

/** A value by Braze's own syntax: every name stands in a `$` and curly brackets. */
const placed = (path: string, name: string): string => `${path}\${${name}}`;
const attribute = (name: string): string => `{{${placed('custom_attribute.', name)}}}`;
/** A property of the event by which the person entered the Canvas. */
const entry = (name: string): string => `{{${placed('context.', name)}}}`;

/** The look at the attributes, which needs no network: the guard is asked only if it passes. */
const UNLESS: Readonly<Record<Copy['guard'], string>> = {
  dunning: `${attribute('in_dunning')} != true or ${attribute('dunning_episode_id')} != ${entry('dunning_episode_id')}`,
  pre_dunning: `${attribute('in_pre_dunning')} != true`,
  recovery: `${attribute('dunning_status')} != 'recovered'`,
  none: `${attribute('dunning_status')} != 'lost' or ${attribute('dunning_suppressed')} == true`,
};

/** Where the flow began with an episode, the guard is asked for that one. */
const EPISODE = `&episode={{${placed('context.', 'dunning_episode_id')} | url_param_escape}}`;

const askGuard = (guard: Copy['guard'], { settings }: Pack): readonly string[] => {
  if (guard === 'none') return [];
  const url = `${settings.relay}/v1/guard/{{${placed('', 'user_id')} | url_param_escape}}?message=${guard}${guard === 'pre_dunning' ? '' : EPISODE}`;
  return [
    `{% connected_content ${url} :headers {"Authorization": "Bearer GUARD_TOKEN"} :no_cache :save guard %}`,
    "{%- if guard.__http_status_code__ != 200 or guard.suppress != false -%}{% abort_message('Recoup: not now, or no answer') %}{%- endif -%}",
  ];
};

const lastLooks = (copy: Copy, pack: Pack): readonly string[] => [
  `{%- if ${UNLESS[copy.guard]} -%}{% abort_message('Recoup: no longer so') %}{%- endif -%}`,
  ...askGuard(copy.guard, pack),
];

/** `money` writes two decimals, for every currency. */
const money = (name: Variable, amount: string, currency: string): readonly string[] => [
  `{%- assign amount = ${amount} -%}`,
  `{%- assign currency = ${currency} | default: '' -%}`,
  `{%- assign no_decimals = '${currenciesWithExponent(0).join(' ')}' -%}`,
  `{%- assign three_decimals = '${currenciesWithExponent(3).join(' ')}' -%}`,
  `{%- assign ${name} = '' -%}`,
  "{%- if amount != blank and amount != 0 and currency != '' -%}",
  `{%- assign ${name} = amount | money -%}`,
  `{%- if no_decimals contains currency -%}{%- assign ${name} = amount | round -%}{%- endif -%}`,
  `{%- if three_decimals contains currency -%}{%- assign ${name} = amount | round: 3 -%}{%- endif -%}`,
  `{%- assign ${name} = ${name} | append: ' ' | append: currency -%}`,
  '{%- endif -%}',
];

const quoted = (text: string): string => `'${text.replaceAll("'", '’')}'`;

const choose = (
  name: Variable,
  by: string,
  texts: Readonly<Record<string, string>>,
  other: string,
): readonly string[] => [
  `{%- assign ${name} = ${quoted(other)} -%}`,
  `{%- case ${by} -%}`,
  ...Object.entries(texts).map(([value, text]) => `{%- when '${value}' -%}{%- assign ${name} = ${quoted(text)} -%}`),
  '{%- endcase -%}',
];

const ASSIGNED: Readonly<Record<Variable, (pack: Pack) => readonly string[]>> = {
  company: ({ settings }) => [`{%- assign company = ${quoted(settings.company)} -%}`],
  support: ({ settings }) => [`{%- assign support = ${quoted(settings.support)} -%}`],
  billing_page: ({ settings }) => [`{%- assign billing_page = ${quoted(settings.billing_page)} -%}`],
  link: ({ settings }) => [
    `{%- assign link = ${attribute('update_payment_url')} | default: ${quoted(settings.billing_page)} -%}`,
  ],
  owed: () => money('owed', attribute('dunning_amount_due'), attribute('dunning_currency')),
  paid: () => money('paid', entry('amount'), entry('currency')),
  plan: ({ settings }) => choose('plan', entry('plan_id'), settings.plans, ''),
  day: () => [
    "{%- assign day = '' -%}",
    `{%- if ${attribute('next_retry_status')} == 'scheduled' and ${attribute('next_retry_date')} != blank -%}`,
    `{%- assign day = ${attribute('next_retry_date')} | date: "%B %-d" -%}`,
    '{%- endif -%}',
  ],
  blocked: () => [
    "{%- assign blocked = '' -%}",
    `{%- if ${attribute('next_retry_status')} == 'blocked' -%}{%- assign blocked = 'yes' -%}{%- endif -%}`,
  ],
  advice: ({ advice: { other, ...known } }) => choose('advice', attribute('dunning_failure_class'), known, other),
  // The attribute is the first instant of the month after the card's last, so the month is that of the day before.
  expiry: () => [
    "{%- assign expiry = '' -%}",
    `{%- if ${attribute('card_expires_at')} != blank -%}`,
    `{%- assign seconds = ${attribute('card_expires_at')} | date: "%s" | minus: 86400 -%}`,
    '{%- assign expiry = seconds | date: "%B %Y" -%}',
    '{%- endif -%}',
  ],
};

const value = (name: Variable, form: Form): string => (form === 'html' ? `{{${name} | escape}}` : `{{${name}}}`);

/** Liquid as Braze has it, by the filters and tags that its documentation lists as supported. */
export const BRAZE: Language = {
  folder: 'braze',
  ending: 'liquid',
  dismissLink: 'appboy://close',
  unsubscribeLink: () => `{{${placed('', 'set_user_to_unsubscribed_url')}}}`,
  value,
  ifKnown: (name) => `{% if ${name} != blank %}`,
  otherwise: '{% else %}',
  end: '{% endif %}',
  preamble: (copy, names, pack) =>
    [
      '{%- comment -%}',
      ...noteOf(copy),
      '{%- endcomment -%}',
      ...lastLooks(copy, pack),
      ...names.flatMap((name) => ASSIGNED[name](pack)),
      '',
    ].join('\n'),
};
