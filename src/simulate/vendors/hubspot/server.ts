import type { IncomingMessage, ServerResponse } from 'node:http';
import { listen } from '../listen.ts';
import { readBody } from '../read-body.ts';
import type { StandInRequest, ToolFault, ToolStandIn } from '../tool-stand-in.ts';
import type { Weather } from '../weather.ts';
import { type HubspotAccount, makeAccount } from './account.ts';
import { type Answer, batchRead, batchWrite, refusal } from './batch.ts';
import { changesLists, type HubspotLists, listApi, listScope, makeLists } from './lists.ts';
import { propertyApi } from './property-api.ts';
import type { ObjectType } from './schema.ts';

export interface HubspotStandIn extends ToolStandIn {
  readonly account: HubspotAccount;
  readonly lists: HubspotLists;
  /** What was answered, to be held against HubSpot's own schemas. */
  readonly answers: readonly {
    readonly method: string;
    readonly path: string;
    readonly status: number;
    readonly body: unknown;
  }[];
}

export interface HubspotOptions {
  readonly token: string;
  /** The test's clock, UTC milliseconds. */
  readonly now: () => number;
  /** All by default. */
  readonly scopes?: readonly string[];
  /** Faults that come by themselves. */
  readonly weather?: Weather;
}

type When = NonNullable<Parameters<ToolStandIn['inject']>[1]>;
interface Plan {
  readonly fault: ToolFault;
  readonly holding: readonly string[] | null;
  left: number;
}

/** `/crm/objects/2026-03/contacts/batch/read`, and `/crm/v3/objects/contacts/batch/read` as HubSpot's own client asks. */
const OBJECTS = /^\/crm\/(?:objects\/2026-03|v3\/objects)\/(contacts|companies|tasks)(?:\/([a-z-]+)(?:\/([a-z]+))?)?$/;
const PROPERTIES = /^\/crm\/(?:properties\/2026-03|v3\/properties)\/(contacts|companies|tasks)(?:\/([a-z0-9_]+))?$/;

/** A strict HubSpot CRM API on a free loopback port: batches of contacts, companies and tasks, properties, deletion. */
export const startHubspotStandIn = async ({ token, now, scopes, weather }: HubspotOptions): Promise<HubspotStandIn> => {
  const account = makeAccount(now);
  const lists = makeLists();
  const requests: StandInRequest[] = [];
  const answers: HubspotStandIn['answers'][number][] = [];
  let plans: Plan[] = [];
  let late: (() => void)[] = [];

  const take = (text: string, isWrite: boolean): Plan | undefined => {
    const isMet = ({ fault, holding, left }: Plan): boolean =>
      left > 0 &&
      (isWrite
        ? !(fault.kind === 'status' && fault.reads === true)
        : fault.kind === 'status' && fault.reads === true) &&
      (holding === null || holding.some((id) => text.includes(JSON.stringify(id))));
    const plan = plans.find(isMet);
    if (plan !== undefined) plan.left -= 1;
    return plan;
  };

  const write = (
    type: ObjectType,
    verb: 'create' | 'update' | 'upsert',
    body: unknown,
    fault: ToolFault | undefined,
  ): Answer => {
    const bad = (input: unknown) =>
      fault?.kind === 'partial' && fault.ids.some((id) => JSON.stringify(input).includes(JSON.stringify(id)))
        ? 'INVALID_EMAIL'
        : null;
    const run = (): Answer => batchWrite(account, type, verb, body, { now: now(), bad });
    const isHeldBack = fault !== undefined && (fault.kind === 'late' || ('applied' in fault && !fault.applied));
    const undo = isHeldBack ? account.keep() : () => {};
    const answer = run();
    undo();
    if (fault?.kind === 'late') (fault.hold ?? ((apply) => void late.push(apply)))(() => void run());
    return answer;
  };

  const route = (method: string, path: string, body: unknown, fault: ToolFault | undefined): Answer => {
    const [, type, part, verb] = (OBJECTS.exec(path) ?? []) as [string?, ObjectType?, string?, string?];
    const scope = listScope(method, path);
    if (scope !== null && scopes !== undefined && !scopes.includes(scope)) return missing(scope);
    if (scope !== null) {
      const isHeldBack = fault !== undefined && 'applied' in fault && !fault.applied;
      const told = isHeldBack ? null : listApi(lists, account, { method, path, body });
      return told ?? refusal(404, 'NOT_FOUND', 'no such address');
    }
    if (type === undefined) {
      const [, object, name = null] = (PROPERTIES.exec(path) ?? []) as [string?, ObjectType?, string?];
      if (object === undefined) return refusal(404, 'NOT_FOUND', 'no such address');
      return propertyApi(account, method, object, name, body);
    }
    const lacking = `crm.objects.${type === 'tasks' ? 'contacts' : type}.${verb === 'read' || method === 'GET' ? 'read' : 'write'}`;
    if (scopes !== undefined && !scopes.includes(lacking)) return missing(lacking);
    if (method === 'GET' && part === undefined) return { status: 200, body: { results: [] } };
    if (method === 'POST' && part === 'gdpr-delete') return purge(account, type, body);
    if (method !== 'POST' || part !== 'batch') return refusal(405, 'METHOD_NOT_ALLOWED', 'not here');
    if (verb === 'archive') return archive(account, type, body);
    if (verb === 'read') return batchRead(account, type, body, now());
    if (verb === 'create' || verb === 'update' || verb === 'upsert') return write(type, verb, body, fault);
    return refusal(404, 'NOT_FOUND', 'no such operation');
  };

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const text = (await readBody(request)).toString('utf8');
    const { method = '', url = '', headers } = request;
    const path = new URL(url, 'http://stand-in').pathname;
    const body: unknown = text === '' ? null : JSON.parse(text);
    const answer = (status: number, told: unknown, extra: Readonly<Record<string, string>> = {}): void => {
      requests.push({ method, path: url, headers, body, status });
      answers.push({ method, path, status, body: told });
      const payload = typeof told === 'string' ? told : JSON.stringify(told);
      response.writeHead(status, { 'content-type': 'application/json', ...extra }).end(status === 204 ? '' : payload);
    };
    const isWrite = /\/batch\/(create|update|upsert)$/.test(path) || changesLists(method, path);
    const fault = weather?.({ isRead: !isWrite, users: [] }) ?? take(text, isWrite)?.fault;
    if (headers.authorization !== `Bearer ${token}`) {
      const refused = refusal(401, 'INVALID_AUTHENTICATION', 'Authentication credentials not found or not valid.');
      return answer(refused.status, refused.body);
    }
    if (fault?.kind === 'status') {
      const told =
        fault.body ?? refusal(fault.status, fault.status === 400 ? 'VALIDATION_ERROR' : 'INJECTED', 'injected').body;
      return answer(fault.status, told, fault.headers);
    }
    if (fault?.kind === 'throttled') return answer(429, THROTTLED);
    const { status, body: told } = route(method, path, body, fault);
    if (fault?.kind === 'silence') {
      requests.push({ method, path: url, headers, body, status: null });
      if (fault.socket === 'destroyed') request.socket.resetAndDestroy();
      return;
    }
    answer(status, fault?.kind === 'garbage' ? fault.body : told);
  };

  const { url, close } = await listen(handle);

  return {
    url,
    account,
    lists,
    answers,
    requests,
    inject: (fault, { calls = Number.POSITIVE_INFINITY, holding }: When = {}) => {
      const plan = { fault, left: calls, holding: holding ?? null };
      plans.push(plan);
      return () => {
        plan.left = 0;
      };
    },
    heal: () => {
      plans = [];
    },
    applyLate: () => {
      const due = late;
      late = [];
      for (const apply of due) apply();
    },
    close,
  };
};

const THROTTLED = {
  status: 'error',
  message: 'You have reached your ten_secondly_rolling limit.',
  errorType: 'RATE_LIMIT',
  correlationId: '00000000-0000-4000-8000-000000000000',
  policyName: 'TEN_SECONDLY_ROLLING',
};

const missing = (scope: string): Answer =>
  refusal(403, 'MISSING_SCOPES', 'This app hasn’t been granted all required scopes to make this call.', {
    errors: [
      { message: 'One or more of the following scopes are required.', context: { requiredGranularScopes: [scope] } },
    ],
  });

/** Deletes for good, by HubSpot's id or by email; who is not there is no error. */
const purge = (account: HubspotAccount, type: ObjectType, body: unknown): Answer => {
  const { objectId, idProperty } = body as { readonly objectId: string; readonly idProperty?: string };
  if (idProperty !== undefined && idProperty !== 'email')
    return refusal(400, 'VALIDATION_ERROR', 'idProperty is not valid');
  for (const { id } of account.find(type, idProperty ?? 'hs_object_id', objectId)) account.objects[type].delete(id);
  return { status: 204, body: null };
};

/** Into the recycle bin; who is not there is no error. */
const archive = (account: HubspotAccount, type: ObjectType, body: unknown): Answer => {
  const { inputs } = body as { readonly inputs: readonly { readonly id: string }[] };
  if (inputs.length > 100) return refusal(400, 'VALIDATION_ERROR', 'too many inputs');
  for (const { id } of inputs) if (account.objects[type].has(id)) account.archive(type, id);
  return { status: 204, body: null };
};
