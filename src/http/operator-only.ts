import { createHash, timingSafeEqual } from 'node:crypto';
import type { RequestHandler } from 'express';
import { isLoopback } from '../config/address.ts';
import type { Secret } from '../config/secret.ts';

const FORWARDING_HEADERS = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip', 'via'];

const hash = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Hashed first, so that both sides have one length and the comparison takes one time. */
const bearerMatches = (header: string | undefined, token: Secret): boolean =>
  timingSafeEqual(hash(header ?? ''), hash(`Bearer ${token.reveal()}`));

/**
 * Keeps strangers out of what only those who run Recoup should see. With a token: `Authorization: Bearer <token>`.
 * Without: callers on this machine, and nothing that a proxy on this machine forwards from elsewhere.
 */
export const operatorOnly =
  (token: Secret | null): RequestHandler =>
  (request, response, next) => {
    if (token !== null) {
      if (bearerMatches(request.headers.authorization, token)) return next();
      response.setHeader('www-authenticate', 'Bearer');
      response.status(401).json({ error: 'Send the API_TOKEN as a bearer token.' });
      return;
    }
    const address = (request.socket.remoteAddress ?? '').replace(/^::ffff:/, '');
    const forwarded = FORWARDING_HEADERS.some((name) => request.headers[name] !== undefined);
    if (isLoopback(address) && !forwarded) return next();
    response.status(403).json({ error: 'Only this machine may ask. Set API_TOKEN to ask from elsewhere.' });
  };
