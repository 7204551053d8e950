import type { IncomingMessage, ServerResponse } from 'node:http';
import { listen } from '../listen.ts';
import { readBody } from '../read-body.ts';
import type { StandInRequest, ToolFault, ToolStandIn } from '../tool-stand-in.ts';
import { makeSalesforceFaults } from './faults.ts';
import { makeOrg, type Org } from './org.ts';
import { type OrgRules, type Routed, route } from './routes.ts';
import type { SaveError } from './save.ts';

export interface SalesforceStandIn extends ToolStandIn {
  readonly org: Org;
  /** Ends every session: requests with its token are answered 401. */
  readonly expireSessions: () => void;
  /** Logins that were answered with a token. */
  readonly logins: () => number;
}

export interface SalesforceOptions {
  readonly clientId: string;
  readonly clientSecret: string;
  /** Rows of a page of a query; 2,000 by default. */
  readonly pageSize?: number;
  /** A new Contact with the last name of another is refused; off by default. */
  readonly duplicateRule?: boolean;
  /** API calls of 24 hours; 100,000 by default. */
  readonly allocation?: number;
  /** What the login names as the instance; the stand-in itself by default. */
  readonly instanceUrl?: string;
}

const MAX_URL = 16_384;
const LIMIT_REACHED = [{ message: 'TotalRequests Limit exceeded.', errorCode: 'REQUEST_LIMIT_EXCEEDED' }];

/** A strict Salesforce organisation on a free loopback port: login, SOQL, collections, describe, and what set-up needs. */
export const startSalesforceStandIn = async (options: SalesforceOptions): Promise<SalesforceStandIn> => {
  const org = makeOrg();
  const faults = makeSalesforceFaults();
  const requests: { -readonly [K in keyof StandInRequest]: StandInRequest[K] }[] = [];
  const tokens = new Set<string>();
  let late: (() => void)[] = [];
  let logins = 0;
  let session = 1;
  let used = 0;
  let url = '';

  const logIn = (form: URLSearchParams): Routed => {
    const commit = (): void => {};
    const refuse = (error: string, error_description: string): Routed => ({
      status: 400,
      body: { error, error_description },
      commit,
    });
    if (form.get('grant_type') !== 'client_credentials')
      return refuse('unsupported_grant_type', 'grant type not supported');
    if (form.get('client_id') !== options.clientId) return refuse('invalid_client_id', 'client identifier invalid');
    if (form.get('client_secret') !== options.clientSecret)
      return refuse('invalid_client', 'invalid client credentials');
    logins += 1;
    // One session of a user and an app, whoever asks again, until it ends.
    const access_token = `00D000000000001!session-${session}`;
    tokens.add(access_token);
    return {
      status: 200,
      body: {
        access_token,
        instance_url: options.instanceUrl ?? url,
        id: `${url}/id/00D000000000001AAA/${org.runAs}`,
        token_type: 'Bearer',
      },
      commit,
    };
  };

  const respond = (
    response: ServerResponse,
    status: number,
    body: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): void => {
    const limits = { 'sforce-limit-info': `api-usage=${used}/${options.allocation ?? 100_000}` };
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    response.writeHead(status, { 'content-type': 'application/json;charset=UTF-8', ...limits, ...headers }).end(text);
  };

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const raw = (await readBody(request)).toString('utf8');
    const { method = 'GET', url: path = '/' } = request;
    const isLogin = path.startsWith('/services/oauth2/token');
    const entry: (typeof requests)[number] = {
      method,
      path,
      headers: request.headers,
      body: isLogin ? null : parse(raw),
      status: null,
    };
    requests.push(entry);
    const reply = (status: number, body: unknown, headers?: Readonly<Record<string, string>>): void => {
      entry.status = status;
      respond(response, status, body, headers);
    };
    if (path.length > MAX_URL) return reply(414, 'URI Too Long');
    const fault = isWrite(method, path, raw)
      ? faults.take('write', raw)
      : faults.take('read', decodeURIComponent(path));
    if (fault?.kind === 'status') return reply(fault.status, fault.body ?? bodyOf(fault.status), fault.headers);
    if (isLogin) {
      const { status, body } = logIn(new URLSearchParams(raw));
      return reply(status, body);
    }
    if (!tokens.has(request.headers.authorization?.replace(/^Bearer /, '') ?? ''))
      return reply(401, [{ message: 'Session expired or invalid', errorCode: 'INVALID_SESSION_ID' }]);
    used += 1;
    if (fault?.kind === 'throttled' || used > (options.allocation ?? 100_000)) return reply(403, LIMIT_REACHED);
    const routed = routeRequest(org, request, entry.body, rulesOf(options, fault));
    settle(routed, fault);
    if (fault?.kind === 'silence') return void (fault.socket === 'destroyed' && request.socket.resetAndDestroy());
    if (fault?.kind === 'garbage') return reply(200, fault.body);
    reply(routed.status, routed.body);
  };

  /** Applies as the fault says: now, later or not at all. */
  const settle = ({ commit }: Routed, fault: ToolFault | null): void => {
    if (fault?.kind === 'late') late.push(commit);
    else if (!(fault !== null && 'applied' in fault) || fault.applied) commit();
  };

  const listening = await listen(handle);
  url = listening.url;

  return {
    url,
    org,
    requests,
    inject: faults.inject,
    heal: faults.heal,
    applyLate: () => {
      const due = late;
      late = [];
      for (const commit of due) commit();
    },
    expireSessions: () => {
      tokens.clear();
      session += 1;
    },
    logins: () => logins,
    close: listening.close,
  };
};

const DATA = /^\/services\/data\/(v\d+\.0)(\/.*)?$/;

const routeRequest = (org: Org, request: IncomingMessage, body: unknown, rules: OrgRules): Routed => {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://stand-in');
  const [, version = '', path = '/'] = DATA.exec(pathname) ?? [];
  if (Number(version.slice(1)) < 46)
    return {
      status: 404,
      body: [{ errorCode: 'NOT_FOUND', message: 'The requested resource does not exist' }],
      commit: () => {},
    };
  const allowSave = request.headers['sforce-duplicate-rule-header'] === 'allowSave=true';
  return route(org, { method: request.method ?? 'GET', path, query: searchParams, version, body, allowSave }, rules);
};

const rulesOf = (
  { pageSize = 2_000, duplicateRule = false }: SalesforceOptions,
  fault: ToolFault | null,
): OrgRules => ({
  pageSize,
  duplicateRule,
  refuse: (record): SaveError | null =>
    fault?.kind === 'partial' && Object.values(record).some((value) => fault.ids.includes(String(value)))
      ? { statusCode: 'FIELD_CUSTOM_VALIDATION_EXCEPTION', message: 'a rule of the organisation', fields: [] }
      : null,
});

/** Writes of records; what set-up writes is none. */
const isWrite = (method: string, path: string, body: string): boolean =>
  method !== 'GET' && path.includes('/composite/sobjects') && !body.includes('"FieldPermissions"');

const CODES: Readonly<Record<number, string>> = {
  400: 'JSON_PARSER_ERROR',
  401: 'INVALID_SESSION_ID',
  403: 'INSUFFICIENT_ACCESS',
  404: 'NOT_FOUND',
  500: 'UNKNOWN_EXCEPTION',
  503: 'SERVER_UNAVAILABLE',
};

const bodyOf = (status: number): unknown => [{ message: 'injected', errorCode: CODES[status] ?? 'INJECTED' }];

const parse = (raw: string): unknown => {
  try {
    return JSON.parse(raw);
  } catch {
    return null;
  }
};
