import { createHash } from 'node:crypto';

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const ENTITIES: Readonly<Record<string, string>> = {
  ...Object.fromEntries(Object.entries(ESCAPES).map(([sign, entity]) => [entity, sign])),
  '&nbsp;': ' ',
  '&#x27;': "'",
};

/** Plain text as rich text, which the body of a task is. */
export const toHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (sign) => ESCAPES[sign] ?? sign).replace(/\r?\n/g, '<br>');

/** The words of rich text, however HubSpot or its editor dressed them. */
export const toWordsOf = (html: string): string =>
  html
    .replace(/<[^>]*>/g, ' ')
    .replace(/&(amp|lt|gt|quot|nbsp|#39|#x27);/g, (entity) => ENTITIES[entity] ?? entity)
    .replace(/\s+/g, ' ')
    .trim();

/** The same for the same words. */
export const markOf = (subject: string, html: string): string =>
  createHash('sha256')
    .update(`${toWordsOf(subject)}\n${toWordsOf(html)}`)
    .digest('hex')
    .slice(0, 16);

/** The body with the comment at its end, unless it is there. */
export const withComment = (html: string, comment: string): string => {
  if (toWordsOf(html).includes(toWordsOf(toHtml(comment)))) return html;
  return html === '' ? toHtml(comment) : `${html}<br><br>${toHtml(comment)}`;
};
