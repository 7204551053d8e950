import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { isLoopback } from '../config/address.ts';
import type { Secret } from '../config/secret.ts';

const FORWARDING_HEADERS = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip', 'via'];

const hash = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Whether two texts are equal, in a time that does not tell how far they are: hashed first, so that both have one length. */
export const equalsSecretly = (given: string, expected: string): boolean =>
  timingSafeEqual(hash(given), hash(expected));

/**
 * Whether `host:port` names this machine. A header that names another is of a page elsewhere whose name was made to lead
 * here, or of a proxy that forwards under its own name and says so in no header.
 */
const isLocal = (authority: string): boolean => {
  const [, bracketed, plain = ''] = /^(?:\[([^\]]*)\]|([^:/@]+))(?::\d+)?$/.exec(authority.toLowerCase()) ?? [];
  return isLoopback(bracketed ?? plain);
};

/** Who needs no token: callers on this machine who ask it by a name of its own, as long as no proxy forwards them. */
const isOnThisMachine = ({ socket, headers }: IncomingMessage): boolean => {
  const address = (socket.remoteAddress ?? '').replace(/^::ffff:/, '');
  const isForwarded = FORWARDING_HEADERS.some((name) => headers[name] !== undefined);
  return isLoopback(address) && isLocal(headers.host ?? '') && !isForwarded;
};

/** Whether a page of another site makes a browser on this machine send it. */
export const isFromPageElsewhere = ({ headers: { origin } }: IncomingMessage): boolean =>
  origin !== undefined && !isLocal(/^https?:\/\/(.+)$/.exec(origin)?.[1] ?? '');

/** `unauthorized`: without the token that is set; `elsewhere`: none is set, and the caller is not on this machine. */
export type CallerStanding = 'welcome' | 'unauthorized' | 'elsewhere';

/** Who asks: with a token, whoever sends it as `Authorization: Bearer <token>`; without one, callers on this machine. */
export const standingOf = (request: IncomingMessage, token: Secret | null): CallerStanding => {
  if (token === null) return isOnThisMachine(request) ? 'welcome' : 'elsewhere';
  return equalsSecretly(request.headers.authorization ?? '', `Bearer ${token.reveal()}`) ? 'welcome' : 'unauthorized';
};
