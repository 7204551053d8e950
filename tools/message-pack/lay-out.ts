import type { Form, Language } from './language.ts';
import type { Copy, Pack } from './read-copy.ts';
import { parseVariable, variablesIn } from './variables.ts';

const BUTTON = /^\[(.+)\]\((\w+)\)$/;
const WHOLE_CONDITION = /^\{\{#if (\w+)\}\}((?:(?!\{\{#if|\{\{else)[\s\S])*)\{\{\/if\}\}$/;

const FONT = "font:16px/1.5 -apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif";
const BUTTON_STYLE =
  'display:inline-block;padding:14px 24px;border-radius:8px;background:#1f4fd8;color:#ffffff;font-weight:600;text-decoration:none';
const QUIET = 'color:#5b6472;font-size:14px';

const translate = (text: string, form: Form, language: Language): string =>
  text.replaceAll(/\{\{(#if )?([/\w]+)\}\}/g, (_, condition: string | undefined, word: string) => {
    if (word === 'else') return language.otherwise;
    if (word === '/if') return language.end;
    const name = parseVariable(word);
    return condition === undefined ? language.value(name, form) : language.ifKnown(name);
  });

/** A paragraph that stands under a condition as a whole leaves no empty one behind. */
const underCondition = (paragraph: string, language: Language, wrap: (text: string) => string): string => {
  const [, name, inner] = WHOLE_CONDITION.exec(paragraph) ?? [];
  if (name === undefined || inner === undefined) return wrap(paragraph);
  return `${language.ifKnown(parseVariable(name))}${wrap(inner)}${language.end}`;
};

const toHtmlParagraph = (language: Language) => (paragraph: string) => {
  const [, label, name] = BUTTON.exec(paragraph) ?? [];
  if (label !== undefined && name !== undefined) {
    const href = language.value(parseVariable(name), 'html');
    return `<p style="margin:24px 0"><a href="${href}" style="${BUTTON_STYLE}">${label}</a></p>`;
  }
  return underCondition(
    paragraph,
    language,
    (text) => `<p style="margin:0 0 16px">${translate(text, 'html', language)}</p>`,
  );
};

const toTextParagraph = (language: Language) => (paragraph: string) => {
  const [, label, name] = BUTTON.exec(paragraph) ?? [];
  if (label !== undefined && name !== undefined) {
    return `\n\n${label}:\n${language.value(parseVariable(name), 'text')}`;
  }
  return underCondition(paragraph, language, (text) => `\n\n${translate(text, 'text', language)}`);
};

/** How to reach a person, in every message that has the room. */
const HUMAN: Readonly<Record<Copy['channel'], string>> = {
  email: 'Questions? Reply to this message or write to {{support}}: a person reads it.',
  sms: '',
  'in-app': 'Questions? Write to {{support}}: a person reads it.',
};
const UNSUBSCRIBE = 'Rather not hear from us?';

const htmlFooter = ({ channel, unsubscribe }: Copy, language: Language): readonly string[] => {
  const human = translate(`${HUMAN[channel]}<br>{{company}}`, 'html', language);
  const unsubscribeLink = `<a href="${language.unsubscribeLink('html')}" style="color:inherit">Unsubscribe</a>`;
  return [
    `<p style="margin:24px 0 0;${QUIET}">${human}</p>`,
    ...(unsubscribe === undefined ? [] : [`<p style="margin:8px 0 0;${QUIET}">${UNSUBSCRIBE} ${unsubscribeLink}</p>`]),
    ...(channel === 'in-app'
      ? [`<p style="margin:16px 0 0"><a href="${language.dismissLink}" style="${QUIET}">Not now</a></p>`]
      : []),
  ];
};

const toHtml = (copy: Copy, language: Language): string => {
  const lines = [...copy.paragraphs.map(toHtmlParagraph(language)), ...htmlFooter(copy, language)];
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"></head>',
    `<body style="margin:0;background:#ffffff;color:#1b2430;${FONT}">`,
    '<div style="max-width:480px;margin:0 auto;padding:24px 20px">',
    ...lines,
    '</div>',
    '</body>',
    '</html>',
    '',
  ].join('\n');
};

const textFooter = ({ channel, unsubscribe }: Copy, language: Language): string => {
  if (channel === 'sms') return '';
  const human = translate(`\n\n${HUMAN[channel]}\n{{company}}`, 'text', language);
  return unsubscribe === undefined ? human : `${human}\n\n${UNSUBSCRIBE} ${language.unsubscribeLink('text')}`;
};

/** No line break at the end: a short message pays for each character. */
const toText = (copy: Copy, language: Language): string =>
  `${copy.paragraphs.map(toTextParagraph(language)).join('').trimStart()}${textFooter(copy, language)}`;

/** The forms in which a channel is sent. */
const FORMS: Readonly<Record<Copy['channel'], readonly Form[]>> = {
  email: ['html', 'text'],
  sms: ['text'],
  'in-app': ['html'],
};

/** One template as it is copied into the tool. */
export interface Template {
  readonly copy: Copy;
  readonly language: Language;
  readonly form: Form;
  /** From the pack's folder, e.g. `braze/final.html.liquid`. */
  readonly path: string;
  readonly text: string;
}

/** The message as templates of one tool. Throws where the copy names a variable that does not exist. */
export const layOut = (copy: Copy, language: Language, pack: Pack): readonly Template[] =>
  FORMS[copy.channel].map((form) => {
    const footer = copy.channel === 'sms' ? '' : '{{company}}{{support}}';
    const names = variablesIn(copy.paragraphs.join('\n') + footer);
    const body = form === 'html' ? toHtml(copy, language) : toText(copy, language);
    return {
      copy,
      language,
      form,
      path: `${language.folder}/${copy.key}.${form}.${language.ending}`,
      text: language.preamble(copy, names, pack) + body,
    };
  });
