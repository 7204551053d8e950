import express, { type ErrorRequestHandler, type Express, type Request, type RequestHandler } from 'express';
import type { Log } from '../config/log.ts';
import type { Secret } from '../config/secret.ts';
import type { Store } from '../pipeline/ports.ts';
import type { Receiver, WebhookRequest } from '../pipeline/receive.ts';
import { type BodyRoom, makeBodyRoom } from './body-room.ts';
import { type GuardRoutesOptions, guardRoutes } from './guard-routes.ts';
import type { Metrics } from './metrics.ts';
import { operatorOnly } from './operator-only.ts';
import { type OperatorRoutesOptions, operatorRoutes } from './operator-routes.ts';
import { BodyRefused, readRawBody } from './raw-body.ts';
import { refuseBody } from './refuse-body.ts';

export interface AppOptions {
  readonly receiver: Receiver;
  readonly store: Pick<Store, 'probe'>;
  readonly metrics: Metrics;
  /** Null: `/metrics` answers on this machine only. */
  readonly apiToken: Secret | null;
  /** Absent: templates and banners have nobody to ask. */
  readonly guard?: Omit<GuardRoutesOptions, 'metrics'>;
  /** Absent: nobody can hold a customer back over the API. */
  readonly operators?: Omit<OperatorRoutesOptions, 'token'>;
  readonly log: Log;
  readonly bodyRoom?: BodyRoom;
}

/** One text per header, or all of them where it was sent more than once: Node would join them into one. */
const distinctHeaders = ({ headersDistinct }: Request): WebhookRequest['headers'] =>
  Object.fromEntries(
    Object.entries(headersDistinct).map(([name, values]) => [name, values && values.length > 1 ? values : values?.[0]]),
  );

const webhook = (options: AppOptions): RequestHandler<{ provider: string }> => {
  const { receiver, metrics, bodyRoom = makeBodyRoom() } = options;
  return async (request, response) => {
    const startedAt = performance.now();
    const { provider } = request.params;
    let isCut = false;
    const rawBody = async () => {
      const body = await readRawBody(request, bodyRoom);
      isCut = body === null;
      return body;
    };
    const answer = await receiver.receive({ provider, headers: distinctHeaders(request), rawBody });
    if (isCut) return refuseBody(request, response, answer);
    const length = Buffer.byteLength(answer.body);
    response.writeHead(answer.status, { ...answer.headers, 'content-length': length }).end(answer.body);
    if (answer.status === 200) metrics.webhookTook(provider, (performance.now() - startedAt) / 1_000);
  };
};

/** A probe writes to the disk and anybody may ask for it, so those who ask within a second share one. */
const PROBE_SHARED_MS = 1_000;

const shareProbe = (store: AppOptions['store']): (() => Promise<void>) => {
  let last: { readonly at: number; readonly outcome: Promise<void> } | null = null;
  return () => {
    const now = performance.now();
    if (last === null || now - last.at >= PROBE_SHARED_MS) last = { at: now, outcome: store.probe() };
    return last.outcome;
  };
};

const readyz = ({ store, log }: AppOptions): RequestHandler => {
  const probe = shareProbe(store);
  return async (_request, response) => {
    try {
      await probe();
      response.json({ ready: true });
    } catch (error) {
      log.error({ error }, 'not ready: a webhook could not be stored');
      response.status(503).json({ ready: false, error: 'A webhook could not be stored now. The log says why.' });
    }
  };
};

/** Errors of express and of the body reader carry their status; anything else is a fault of ours. */
const statusOf = (error: unknown): number => {
  const status = typeof error === 'object' && error !== null && 'status' in error ? error.status : 500;
  return typeof status === 'number' && status >= 400 && status <= 599 ? status : 500;
};

const MESSAGES: Readonly<Record<number, string>> = {
  400: 'The request could not be read.',
  413: 'The body is larger than 512 KB.',
  415: 'Send the body without a content encoding.',
};

/** No stack, no message of a library and nothing of the request goes out. */
const onError =
  ({ log }: AppOptions): ErrorRequestHandler =>
  (error: unknown, request, response, _next) => {
    const status = statusOf(error);
    const body = { error: MESSAGES[status] ?? 'The request failed. The log says why.' };
    if (status >= 500) log.error({ error, method: request.method }, 'a request failed');
    if (response.headersSent) request.socket.destroy();
    else if (error instanceof BodyRefused) refuseBody(request, response, { status, body: JSON.stringify(body) });
    else response.status(status).json(body);
  };

const metricsPage =
  ({ metrics }: AppOptions): RequestHandler =>
  async (_request, response) => {
    const { contentType, text } = await metrics.render();
    response.writeHead(200, { 'content-type': contentType }).end(text);
  };

/** The door: every route of this process. Nothing is decided here. */
export const makeApp = (options: AppOptions): Express => {
  const app = express();
  app.disable('x-powered-by').disable('etag');
  app.post('/webhooks/:provider', webhook(options));
  app.get('/healthz', (_request, response) => void response.json({ up: true }));
  app.get('/readyz', readyz(options));
  app.get('/metrics', operatorOnly(options.apiToken), metricsPage(options));
  if (options.guard !== undefined) app.use(guardRoutes({ ...options.guard, metrics: options.metrics }));
  if (options.operators !== undefined) app.use(operatorRoutes({ ...options.operators, token: options.apiToken }));
  app.use((_request, response) => void response.status(404).json({ error: 'Not found.' }));
  app.use(onError(options));
  return app;
};
