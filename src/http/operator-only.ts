import type { RequestHandler, Response } from 'express';
import type { Secret } from '../config/secret.ts';
import { type CallerStanding, standingOf } from './caller.ts';

/**
 * Turns a caller away who is not welcome.
 * @param variable the one that holds the token, e.g. `API_TOKEN`.
 * @param said beside the error, for callers who read it although the status is none of success.
 */
export const turnAway = (
  response: Response,
  standing: Exclude<CallerStanding, 'welcome'>,
  variable: string,
  said: Readonly<Record<string, unknown>> = {},
): void => {
  if (standing === 'elsewhere') {
    response.status(403).json({ error: `Only this machine may ask. Set ${variable} to ask from elsewhere.`, ...said });
    return;
  }
  response.setHeader('www-authenticate', 'Bearer');
  response.status(401).json({ error: `Send the ${variable} as a bearer token.`, ...said });
};

/**
 * Keeps strangers out of what only those who run Recoup should see. With a token: `Authorization: Bearer <token>`.
 * Without: callers on this machine, and nothing that a proxy on this machine forwards from elsewhere.
 */
export const operatorOnly =
  (token: Secret | null): RequestHandler =>
  (request, response, next) => {
    const standing = standingOf(request, token);
    if (standing === 'welcome') return next();
    turnAway(response, standing, 'API_TOKEN');
  };
