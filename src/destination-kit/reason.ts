const MAX_LENGTH = 200;
const URL_OR_EMAIL = /https?:\/\/\S+|[^\s@<>"']+@[^\s@<>"']+\.[^\s@<>"']+/gi;

/**
 * A vendor's words, fit to be logged and stored: one line of at most 200 characters, without addresses of people or
 * pages, and without any of `secrets`.
 */
export const toReason = (text: string, secrets: readonly string[] = []): string => {
  const open = secrets.filter((secret) => secret !== '').reduce((said, secret) => said.replaceAll(secret, '…'), text);
  const line = open.replace(URL_OR_EMAIL, '…').replace(/\s+/g, ' ').trim();
  return line.length <= MAX_LENGTH ? line : `${line.slice(0, MAX_LENGTH - 1)}…`;
};
