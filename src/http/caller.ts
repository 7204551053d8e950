import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { isLoopback } from '../config/address.ts';
import type { Secret } from '../config/secret.ts';

const FORWARDING_HEADERS = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip', 'via'];

const hash = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Whether two texts are equal, in a time that does not tell how far they are: hashed first, so that both have one length. */
export const equalsSecretly = (given: string, expected: string): boolean =>
  timingSafeEqual(hash(given), hash(expected));

/** What a caller may do without a token: `yes` on this machine, as long as no proxy forwards it from elsewhere. */
const isOnThisMachine = ({ socket, headers }: IncomingMessage): boolean => {
  const address = (socket.remoteAddress ?? '').replace(/^::ffff:/, '');
  return isLoopback(address) && !FORWARDING_HEADERS.some((name) => headers[name] !== undefined);
};

/** `unauthorized`: without the token that is set; `elsewhere`: none is set, and the caller is not on this machine. */
export type CallerStanding = 'welcome' | 'unauthorized' | 'elsewhere';

/** Who asks: with a token, whoever sends it as `Authorization: Bearer <token>`; without one, callers on this machine. */
export const standingOf = (request: IncomingMessage, token: Secret | null): CallerStanding => {
  if (token === null) return isOnThisMachine(request) ? 'welcome' : 'elsewhere';
  return equalsSecretly(request.headers.authorization ?? '', `Bearer ${token.reveal()}`) ? 'welcome' : 'unauthorized';
};
