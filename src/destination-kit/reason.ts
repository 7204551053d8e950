const MAX_LENGTH = 200;
/** No more of a text is searched for addresses: the search is quadratic, and a tool may answer a megabyte of one word. */
const MAX_SEARCHED = 2_000;
const URL_OR_EMAIL = /https?:\/\/\S+|[^\s@<>"']+@[^\s@<>"']+\.[^\s@<>"']+/gi;

/**
 * A vendor's words, fit to be logged and stored: one line of at most 200 characters, without addresses of people or
 * pages, and without any of `secrets`.
 */
export const toReason = (text: string, secrets: readonly string[] = []): string => {
  const open = secrets.filter((secret) => secret !== '').reduce((said, secret) => said.replaceAll(secret, '…'), text);
  const line = beginningOf(open.replace(/\s+/g, ' ')).replace(URL_OR_EMAIL, '…').trim();
  return line.length <= MAX_LENGTH ? line : `${line.slice(0, MAX_LENGTH - 1)}…`;
};

/** Whole words: half an address would not be known for one. */
const beginningOf = (line: string): string =>
  line.length <= MAX_SEARCHED ? line : line.slice(0, MAX_SEARCHED).replace(/\S*$/, '…');
