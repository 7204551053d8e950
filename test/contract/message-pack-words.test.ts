import { describe, expect, it } from 'vitest';
import { FAILURE_CLASSES } from '../../src/domain/decline.ts';
import { makeTemplates } from '../../tools/generate-message-pack.ts';
import type { Template } from '../../tools/message-pack/lay-out.ts';
import { codesOf } from '../stripe-codes.ts';
import { BILLING_PAGE, KNOWN, LINK, type Moment, render, toWords, UNKNOWN } from './message-pack-people.ts';

const TEMPLATES = makeTemplates();
const cases = TEMPLATES.map((template) => [template.path, template] as const);

const rendered = (template: Template, values: Moment['values']): string => {
  const result = render(template, { values });
  if ('aborted' in result) throw new Error(`${template.path}: ${result.aborted}`);
  return result.sent;
};
const wordsOf = (template: Template, values: Moment['values']): string => toWords(rendered(template, values));

/** Words without the letters of links, among which anything may stand. */
const proseOf = (template: Template, values: Moment['values']): string =>
  wordsOf(template, values).replaceAll(/https:\/\/\S+/g, 'LINK');

const without = (...names: readonly string[]): Moment['values'] =>
  Object.fromEntries(Object.entries(KNOWN).filter(([name]) => !names.includes(name)));

const PEOPLE: readonly (readonly [string, Moment['values']])[] = [
  ['all that can be known', KNOWN],
  ['nothing but the episode', UNKNOWN],
  ['each null', { ...Object.fromEntries(Object.keys(KNOWN).map((name) => [name, null])), ...UNKNOWN }],
  ['an amount without a currency', without('dunning_currency', 'currency')],
  ['a currency without an amount', without('dunning_amount_due', 'amount')],
  ['an amount of four digits', { ...KNOWN, dunning_amount_due: 1249, amount: 1249 }],
  ['an amount of nothing', { ...KNOWN, dunning_amount_due: 0, amount: 0 }],
  ['a retry that is blocked', { ...KNOWN, next_retry_date: null, next_retry_status: 'blocked' }],
  ['a plan that the settings do not name', { ...KNOWN, plan_id: 'price_1PqXyZ' }],
  ...[...FAILURE_CLASSES, 'undisclosed', 'a_class_of_tomorrow'].map(
    (name) => [`failure class ${name}`, { ...KNOWN, dunning_failure_class: name }] as const,
  ),
];

const CODES = codesOf('declineCode').filter((code) => code.includes('_'));

it.each(cases)('%s: reads well whatever is known of the customer, and names no code', (_path, template) => {
  for (const [who, values] of PEOPLE) {
    const prose = proseOf(template, values);
    expect(prose, who).not.toMatch(/null|undefined|NaN|Invalid|\[object|\{\{|\}\}|\{%|%\}/);
    expect(prose, who).not.toMatch(/ [.,:;]|\bof (for|did|went)\b|around[.,]| {2}|\(\)|\w_\w/);
    expect(
      CODES.filter((code) => prose.includes(code)),
      who,
    ).toEqual([]);
    expect(prose, who).not.toContain('price_1PqXyZ');
  }
});

const bearing = (variable: string): typeof cases => cases.filter(([, { text }]) => text.includes(variable));
const MENDING = bearing('update_payment_url');

describe('the link', () => {
  it.each(MENDING)(
    '%s: leads to where this customer mends it, once, and to the billing page where that is not known',
    (_path, template) => {
      const links = (values: Moment['values']) =>
        toWords(rendered(template, values).replaceAll(/href="(https[^"]*)"/g, '>$1<')).match(/https:\/\/app\S+/g);
      expect(links(KNOWN)).toEqual([LINK]);
      expect(links(UNKNOWN)).toEqual([BILLING_PAGE]);
    },
  );

  it('stands in every message about something that is owed', () => {
    const owing = cases.filter(([, { copy }]) => copy.guard === 'dunning' || copy.guard === 'pre_dunning');
    expect(MENDING.map(([path]) => path)).toEqual(owing.map(([path]) => path));
  });
});

it.each(cases)('%s: says how to reach a person', (_path, template) => {
  expect(wordsOf(template, KNOWN)).toContain('support@example.com');
});

describe('money', () => {
  const owed = bearing('dunning_amount_due').filter(([, { copy }]) => copy.channel !== 'sms');
  it.each(owed)('%s: has the decimals of its currency', (_path, template) => {
    const says = (amount: number, currency: string) =>
      proseOf(template, { ...KNOWN, dunning_amount_due: amount, dunning_currency: currency });
    expect(says(49.5, 'USD')).toContain('49.50 USD');
    expect(says(49, 'EUR')).toContain('49.00 EUR');
    expect(says(1249, 'USD')).toContain('1,249.00 USD');
    expect(says(980, 'JPY')).toContain('980 JPY');
    expect(says(1.125, 'KWD')).toContain('1.125 KWD');
    expect(says(0, 'USD')).not.toContain('USD');
  });
});

describe('dates', () => {
  it('the day of the next try stands only while one is scheduled', () => {
    for (const [path, template] of bearing('next_retry_date')) {
      expect(proseOf(template, KNOWN), path).toContain('around March 12.');
      expect(proseOf(template, { ...KNOWN, next_retry_status: 'unknown' }), path).not.toContain('March');
    }
    expect(bearing('next_retry_date')).toHaveLength(12);
  });

  it('a card is valid until the end of its own last month, which ends where the attribute begins', () => {
    for (const [path, template] of bearing('card_expires_at')) {
      expect(proseOf(template, KNOWN), path).toContain('until the end of April 2026.');
    }
    expect(bearing('card_expires_at')).toHaveLength(4);
  });
});

it('the two tools say the same words to the same people', () => {
  const toolsOf = (path: string): readonly Template[] =>
    TEMPLATES.filter((template) => template.path.replace(/^\w+\//, '').replace(/\.\w+$/, '') === path);
  const pairs = [...new Set(TEMPLATES.map(({ path }) => path.replace(/^\w+\//, '').replace(/\.\w+$/, '')))];
  expect(pairs.length * 2).toBe(TEMPLATES.length);
  for (const path of pairs) {
    for (const [who, values] of PEOPLE) {
      const [braze, iterable] = toolsOf(path).map((template) => wordsOf(template, values));
      expect(iterable, `${path}: ${who}`).toBe(braze);
    }
  }
});

/** The basic set of GSM 03.38, each of one septet; any other letter makes a message of 70 characters instead of 160. */
const GSM_7 = /^[@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&'()*+,\-./0-9:;<=>?¡A-ZÄÖÑÜ§¿a-zäöñüà]*$/;

describe('lengths', () => {
  it.each(cases)('%s: subject and preheader fit a phone', (_path, { copy }) => {
    expect(copy.subject !== undefined).toBe(copy.channel === 'email');
    expect((copy.subject ?? '').length).toBeLessThanOrEqual(60);
    expect((copy.preheader ?? '').length).toBeLessThanOrEqual(90);
  });

  it('a short message with a link of 58 characters is one message', () => {
    const short = { ...KNOWN, update_payment_url: 'https://app.example.com/billing?account=cus_NffrFeUfNV2Hib' };
    for (const template of TEMPLATES.filter(({ copy }) => copy.channel === 'sms')) {
      const text = rendered(template, short);
      expect(text).toMatch(GSM_7);
      expect(text.length).toBeLessThanOrEqual(160);
      expect(text).toBe(text.trim());
    }
  });
});

it('a mail reads as the golden page shows', async () => {
  const shown = TEMPLATES.filter(({ language, form, copy }) => {
    const wanted = copy.channel === 'in-app' ? 'html' : 'text';
    return language.folder === 'braze' && form === wanted;
  }).map((template) => {
    const { key, channel, subject, preheader } = template.copy;
    const head = [`=== ${key} (${channel})`, ...(subject === undefined ? [] : [subject, `  ${preheader}`])];
    const text = template.form === 'text' ? rendered(template, KNOWN) : wordsOf(template, KNOWN);
    return [...head, '', text, ''].join('\n');
  });
  await expect(shown.join('\n')).toMatchFileSnapshot('../golden/message-pack.txt');
});
