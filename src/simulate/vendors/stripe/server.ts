import type { IncomingMessage, ServerResponse } from 'node:http';
import { listen } from '../listen.ts';
import type { StripeBook } from './book.ts';
import { expandPath, MAX_EXPAND_DEPTH } from './expand.ts';
import type { ApiObject } from './json.ts';
import { type PageQuery, toFilter, toPageQuery } from './query.ts';
import { toTarget } from './resources.ts';

/** What goes wrong with one request. */
export type StripeFault =
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string;
    }
  | { readonly kind: 'reset' }
  | { readonly kind: 'hang' };

export interface StripeRequest {
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** Of the `Stripe-Account` header; the empty string without one. */
  readonly merchant: string;
  readonly apiVersion: string | null;
  readonly status: number | null;
}

export interface StripeStandInOptions {
  readonly apiKey: string;
  /** What the key's own account holds. */
  readonly book: StripeBook;
  /** By `acct_…`: what connected accounts hold. */
  readonly connected?: Readonly<Record<string, StripeBook>>;
  /** Port; default any free one. */
  readonly port?: number;
  /** Keep no record of the requests: there will be very many. */
  readonly forgetful?: boolean;
}

export interface StripeStandIn {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  readonly requests: readonly StripeRequest[];
  /** The next requests meet these, one each, in order; `null` meets nothing. */
  readonly script: (...faults: readonly (StripeFault | null)[]) => void;
  /** Runs after each answer that was given, e.g. to let something happen between two pages. */
  readonly afterEach: (then: (request: StripeRequest) => void) => void;
  /** The key from now on. */
  readonly rollKey: (apiKey: string) => void;
  readonly close: () => Promise<void>;
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

const error = (status: number, fields: ApiObject): Answer => ({
  status,
  body: { error: { type: 'invalid_request_error', message: 'As Stripe would say it.', ...fields } },
});
const missing = (status: number, param: string): Answer => error(status, { code: 'resource_missing', param });

/** A strict stand-in of Stripe's API, reading only, over HTTP on a free loopback port. Nothing of it is made up but the data. */
export const startStripeStandIn = async (options: StripeStandInOptions): Promise<StripeStandIn> => {
  const requests: StripeRequest[] = [];
  const faults: (StripeFault | null)[] = [];
  let apiKey = options.apiKey;
  let told: (request: StripeRequest) => void = () => {};

  const bookOf = (merchant: string): StripeBook | undefined =>
    merchant === '' ? options.book : options.connected?.[merchant];

  const judge = (request: IncomingMessage, url: URL, merchant: string): Answer => {
    if (request.headers.authorization !== `Bearer ${apiKey}`) return error(401, {});
    const book = bookOf(merchant);
    if (book === undefined) return error(403, { code: 'account_invalid' });
    if (request.method !== 'GET') return error(405, {});
    return answerFrom(book, url);
  };

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? '/', 'http://stripe');
    const merchant = String(request.headers['stripe-account'] ?? '');
    const fault = faults.shift() ?? null;
    const answer = judge(request, url, merchant);
    const seen: StripeRequest = {
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      merchant,
      apiVersion: String(request.headers['stripe-version'] ?? '') || null,
      status: fault === null ? answer.status : fault.kind === 'status' ? fault.status : null,
    };
    if (options.forgetful !== true) requests.push(seen);
    if (fault?.kind === 'hang') return;
    if (fault?.kind === 'reset') return void request.socket.resetAndDestroy();
    if (fault?.kind === 'status')
      send(response, fault.status, fault.body ?? JSON.stringify(error(fault.status, {}).body), fault.headers);
    else send(response, answer.status, JSON.stringify(answer.body));
    told(seen);
  };

  const { url, close } = await listen(handle, options.port);

  return {
    url,
    requests,
    script: (...next) => void faults.push(...next),
    afterEach: (then) => {
      told = then;
    },
    rollKey: (next) => {
      apiKey = next;
    },
    close,
  };
};

const send = (
  response: ServerResponse,
  status: number,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): void => {
  response.writeHead(status, { 'content-type': 'application/json', 'request-id': 'req_standin', ...headers }).end(body);
};

const answerFrom = (book: StripeBook, url: URL): Answer => {
  const target = toTarget(url.pathname);
  if (target === null) return error(404, { code: 'url_invalid' });
  const expansions = url.searchParams.getAll('expand[]').map((path) => path.split('.'));
  if (expansions.some((path) => path.length > MAX_EXPAND_DEPTH))
    return error(400, { code: 'parameter_invalid', param: 'expand' });
  if (target.kind === 'object') {
    const object = book.find(target.id);
    return object === undefined ? missing(404, 'id') : { status: 200, body: expandAll(object, expansions, book) };
  }
  const params = new URLSearchParams(url.searchParams);
  if (target.customer !== null) params.set('customer', target.customer);
  if (params.getAll('types[]').length > 20) return error(400, { code: 'parameter_invalid', param: 'types' });
  return listFrom(book, target.type, { params, expansions, path: url.pathname });
};

const expandAll = (value: unknown, expansions: readonly (readonly string[])[], book: StripeBook): unknown =>
  expansions.reduce((expanded, path) => expandPath(expanded, path, book), value);

interface ListCall {
  readonly params: URLSearchParams;
  readonly expansions: readonly (readonly string[])[];
  readonly path: string;
}

const listFrom = (book: StripeBook, type: string, { params, expansions, path }: ListCall): Answer => {
  const listing = book.list(type, toFilter(params));
  const page = toPageQuery(params);
  const range = toRange(page, listing);
  if (range === null) return missing(400, page.startingAfter === null ? 'ending_before' : 'starting_after');
  const data = Array.from({ length: range.to - range.from }, (_, offset) => listing.at(range.from + offset));
  const body = { object: 'list', data, has_more: range.hasMore, url: path };
  return { status: 200, body: expandAll(body, expansions, book) };
};

/** Null: the cursor names an object that is not there. */
const toRange = (
  { limit, startingAfter, endingBefore }: PageQuery,
  { size, indexOf }: ReturnType<StripeBook['list']>,
): { readonly from: number; readonly to: number; readonly hasMore: boolean } | null => {
  const cursor = startingAfter ?? endingBefore;
  const place = cursor === null ? -1 : indexOf(cursor);
  if (cursor !== null && place === -1) return null;
  if (startingAfter === null && endingBefore !== null) {
    const from = Math.max(0, place - limit);
    return { from, to: place, hasMore: from > 0 };
  }
  const to = Math.min(size, place + 1 + limit);
  return { from: place + 1, to, hasMore: to < size };
};
