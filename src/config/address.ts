import { isIP } from 'node:net';

/** Is `host` an address that only this machine can reach. */
export const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));

/** An IP address or a name that could be one of a host. */
export const isHost = (host: string): boolean =>
  isIP(host) !== 0 || /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/i.test(host);

/** Plain http would carry keys in the clear, so it is taken for a stand-in on this machine only. */
const parseSafe = (text: string): URL | null => {
  const url = URL.parse(text);
  if (url === null || url.username !== '' || url.password !== '' || url.hash !== '') return null;
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname)) ? url : null;
};

/** A URL without user, query or fragment. */
export const isSafeUrl = (text: string): boolean => parseSafe(text)?.search === '';

/** Paths are added to it: with one of its own every call would miss. */
export const isInstance = (text: string): boolean => isSafeUrl(text) && /^\/*$/.test(URL.parse(text)?.pathname ?? '');

/** A URL that is called as it is, so that it may have a query. */
export const isReceiver = (text: string): boolean => parseSafe(text) !== null;

/** Where a webhook is taken by whoever knows its path. */
export const isSecretPath = (text: string): boolean => isSafeUrl(text) && !isInstance(text);
