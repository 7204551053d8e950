import { createHmac } from 'node:crypto';
import { type ErrorRequestHandler, type Request, type RequestHandler, type Response, Router } from 'express';
import type { Secret } from '../config/secret.ts';
import type { Guard } from '../pipeline/guard/guard.ts';
import { closedAnswer } from '../pipeline/guard/make-guard.ts';
import type { Status } from '../pipeline/guard/status.ts';
import type { Clock } from '../pipeline/ports.ts';
import { bannerScript } from './banner/banner-script.ts';
import { type CallerStanding, equalsSecretly, standingOf } from './caller.ts';
import type { GuardMetrics } from './guard-metrics.ts';
import { MOST_ID_CHARS, parseQuestion } from './guard-question.ts';
import { turnAway } from './operator-only.ts';

export interface GuardRoutesOptions {
  readonly guard: Guard;
  readonly status: Status;
  /** Null: this machine only. */
  readonly token: Secret | null;
  readonly metrics: GuardMetrics;
  readonly clock: Clock;
}

/** Whatever went wrong, a template that reads only the body must not send. */
const CLOSED = { suppress: true } as const;

/** Everything after the name of the route, decoded once: a user id may hold any character, `/` among them. */
const userIdOf = (request: Request): string => String(request.params[0] ?? '');

const send = (response: Response, answer: object): void => {
  const body = JSON.stringify(answer);
  const headers = { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' };
  response.writeHead(200, { ...headers, 'content-length': Buffer.byteLength(body) }).end(body);
};

const askGuard =
  ({ guard, token, metrics, clock }: GuardRoutesOptions): RequestHandler =>
  async (request, response) => {
    const startedAt = performance.now();
    response.setHeader('cache-control', 'no-store');
    const standing = standingOf(request, token);
    if (standing !== 'welcome') return turnAway(response, standing, 'GUARD_TOKEN', CLOSED);
    const userId = userIdOf(request);
    const parsed = parseQuestion(userId, request.query);
    if (!parsed.ok) return void response.status(400).json({ error: parsed.error, ...CLOSED });
    const answer =
      userId.length > MOST_ID_CHARS
        ? closedAnswer('unknown_person', clock.now())
        : await guard.ask(parsed.question, clock.now());
    send(response, answer);
    metrics.guardAnswered(answer, (performance.now() - startedAt) / 1_000);
  };

/** What the company's own backend computes for the browser of a user, who may not hold the token. */
const userHash = (token: Secret, userId: string): string =>
  createHmac('sha256', token.reveal()).update(userId).digest('hex');

const browserStanding = (request: Request, token: Secret | null): CallerStanding => {
  const standing = standingOf(request, token);
  const { user_hash: given } = request.query;
  if (standing === 'welcome' || token === null || typeof given !== 'string') return standing;
  return equalsSecretly(given, userHash(token, userIdOf(request))) ? 'welcome' : standing;
};

const LOCAL_ORIGIN = /^http:\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/;

/** Whose pages may read the answer: with a token anybody's who has the hash; without, only those of this machine. */
const allowOrigin = (request: Request, response: Response, token: Secret | null): void => {
  const { origin } = request.headers;
  response.setHeader('vary', 'Origin');
  if (token !== null) response.setHeader('access-control-allow-origin', '*');
  else if (origin !== undefined && LOCAL_ORIGIN.test(origin)) response.setHeader('access-control-allow-origin', origin);
};

/** A browser that was turned away must not be told to send the token, which it may not hold. */
const HASH_WANTED = 'Send the user_hash of this user; a server may send the GUARD_TOKEN as a bearer token instead.';

const askStatus =
  ({ status, token, clock }: GuardRoutesOptions): RequestHandler =>
  async (request, response) => {
    response.setHeader('cache-control', 'no-store');
    allowOrigin(request, response, token);
    const standing = browserStanding(request, token);
    if (standing !== 'welcome') {
      const error = standing === 'unauthorized' ? { error: HASH_WANTED } : {};
      return turnAway(response, standing, 'GUARD_TOKEN', { ...error, show: false });
    }
    const userId = userIdOf(request);
    send(response, await status.ask(userId.slice(0, MOST_ID_CHARS + 1), clock.now()));
  };

const preflight =
  ({ token }: GuardRoutesOptions): RequestHandler =>
  (request, response) => {
    allowOrigin(request, response, token);
    response.setHeader('access-control-allow-methods', 'GET');
    response.status(204).end();
  };

const banner: RequestHandler = (_request, response) => {
  response.writeHead(200, {
    'content-type': 'text/javascript; charset=utf-8',
    'cache-control': 'public, max-age=3600',
    'cross-origin-resource-policy': 'cross-origin',
    'x-content-type-options': 'nosniff',
  });
  response.end(bannerScript());
};

/** A path that cannot be decoded; anything else is for the door to report. */
const onUnreadable: ErrorRequestHandler = (error: unknown, _request, response, next) => {
  if (!(error instanceof URIError)) return next(error);
  response.setHeader('cache-control', 'no-store');
  response.status(400).json({ error: 'The user id is not percent-encoded UTF-8.', ...CLOSED, show: false });
};

/** The routes that templates and banners ask. */
export const guardRoutes = (options: GuardRoutesOptions): Router => {
  const router = Router({ caseSensitive: true });
  router.get(/^\/v1\/guard(?:\/(.*))?$/, askGuard(options));
  router.get(/^\/v1\/status\/(.+)$/, askStatus(options));
  router.options(/^\/v1\/status\/(.+)$/, preflight(options));
  router.get('/v1/banner.js', banner);
  router.use(onUnreadable);
  return router;
};
