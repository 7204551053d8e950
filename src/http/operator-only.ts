import type { RequestHandler, Response } from 'express';
import type { Secret } from '../config/secret.ts';
import { type CallerStanding, isFromPageElsewhere, standingOf } from './caller.ts';

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
    response.status(403).json({
      error: `Only this machine may ask, as localhost. Set ${variable} to ask from elsewhere or by another name.`,
      ...said,
    });
    return;
  }
  response.setHeader('www-authenticate', 'Bearer');
  response.status(401).json({ error: `Send the ${variable} as a bearer token.`, ...said });
};

/**
 * Keeps strangers out of what only those who run Recoup should see. With a token: `Authorization: Bearer <token>`.
 * Without: callers on this machine who ask it by its own name, and nothing that a proxy on it forwards from elsewhere.
 */
export const operatorOnly =
  (token: Secret | null): RequestHandler =>
  (request, response, next) => {
    const standing = standingOf(request, token);
    if (standing === 'welcome') return next();
    turnAway(response, standing, 'API_TOKEN');
  };

/** The same for what changes something: without a token, no page of another site makes a browser here ask for it either. */
export const operatorWrites =
  (token: Secret | null): RequestHandler =>
  (request, response, next) => {
    if (token === null && isFromPageElsewhere(request)) return turnAway(response, 'elsewhere', 'API_TOKEN');
    operatorOnly(token)(request, response, next);
  };
