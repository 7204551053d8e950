import { randomUUID } from 'node:crypto';
import express, { type ErrorRequestHandler, type Request, type RequestHandler, Router } from 'express';
import type { Secret } from '../config/secret.ts';
import type { Instant } from '../domain/instant.ts';
import type { OperatorAction } from '../interventions/operator/operator-body.ts';
import type { Intervened, NotIntervened, OperatorRequest } from '../pipeline/interventions/intervention.ts';
import { toInterventionJson } from '../pipeline/interventions/to-intervention-json.ts';
import type { Clock } from '../pipeline/ports.ts';
import { operatorWrites } from './operator-only.ts';
import { parseOperatorRequest } from './operator-request.ts';

export interface OperatorRoutesOptions {
  /** Answers once it is stored durably. */
  readonly intervene: (request: OperatorRequest, now: Instant) => Promise<Intervened | NotIntervened>;
  /** Null: this machine only. */
  readonly token: Secret | null;
  readonly clock: Clock;
}

const ACTIONS: Readonly<Record<string, OperatorAction>> = {
  hold: 'hold',
  resume: 'resume',
  exclude: 'exclude',
  'mark-recovered': 'mark_recovered',
};
/** A user id may hold any character, a slash among them. */
const ROUTE = /^\/v1\/profiles\/(.+)\/(hold|resume|exclude|mark-recovered)$/;
const BODY_LIMIT = '16kb';
const STATUS: Readonly<Record<NotIntervened['code'], number>> = { unknown: 404, invalid: 400, conflict: 409 };

/** Characters; longer ids are nobody's. */
const MOST_ID_CHARS = 5_000;

const toSent = (request: Request) => ({
  action: ACTIONS[String(request.params[1])] ?? 'hold',
  id: String(request.params[0]).slice(0, MOST_ID_CHARS),
  body: request.body ?? {},
  idempotencyKey: request.get('idempotency-key'),
});

const answer =
  ({ intervene, clock }: OperatorRoutesOptions): RequestHandler =>
  async (request, response) => {
    response.setHeader('cache-control', 'no-store');
    const parsed = parseOperatorRequest(toSent(request));
    if (!parsed.ok) return void response.status(400).json({ error: parsed.error });
    const requestId = parsed.request.requestId ?? randomUUID();
    const done = await intervene({ ...parsed.request, requestId }, clock.now());
    if (done.ok) response.status(202).json(toInterventionJson(done));
    else response.status(STATUS[done.code]).json({ error: done.message });
  };

const BODY_ERRORS: Readonly<Record<number, string>> = {
  400: 'The body is not valid JSON.',
  413: 'The body is larger than 16 KB.',
  415: 'Send the body as JSON in UTF-8, without a content encoding.',
};

/** What is wrong with a body; a fault of ours is the door's to answer. */
const onBodyError: ErrorRequestHandler = (error: unknown, _request, response, next) => {
  const status = typeof error === 'object' && error !== null && 'status' in error ? Number(error.status) : 500;
  const message = BODY_ERRORS[status];
  if (message === undefined) next(error);
  else response.status(status).json({ error: message });
};

/** `POST /v1/profiles/<id>/hold|resume|exclude|mark-recovered`, for operators. Mount it before what answers 404. */
export const operatorRoutes = (options: OperatorRoutesOptions): Router => {
  const router = Router();
  const json = express.json({ limit: BODY_LIMIT, inflate: false, strict: true });
  router.post(ROUTE, operatorWrites(options.token), json, answer(options), onBodyError);
  return router;
};
