import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { listen } from '../listen.ts';
import { readBody } from '../read-body.ts';
import type { StandInRequest, ToolFault, ToolStandIn } from '../tool-stand-in.ts';
import type { Weather } from '../weather.ts';
import {
  type BulkVerdict,
  type BulkWorld,
  itemsOf,
  judgeEvents,
  judgeUsers,
  type ProjectKind,
  refusal,
} from './bulk.ts';
import { makeFaults } from './faults.ts';
import { type FieldTypes, makeFieldTypes } from './field-types.ts';
import { makeRateLimit } from './rate-limit.ts';
import { canceledChannel, listCampaigns, makeScheduled, type ScheduledMessages, toCancel } from './scheduled.ts';
import { type IterableUsers, makeIterableUsers } from './users.ts';

export interface IterableStandIn extends ToolStandIn {
  readonly users: IterableUsers;
  readonly types: FieldTypes;
  readonly scheduled: ScheduledMessages;
}

export interface IterableOptions {
  readonly key: string;
  /** The test's clock, UTC milliseconds; the machine's by default. */
  readonly now: () => number;
  /** `hybrid` by default. */
  readonly project?: ProjectKind;
  /** What the key is for; `server` by default. */
  readonly keyKind?: 'server' | 'read-only' | 'jwt';
  /** False: as many requests as come, for tests whose clock stands still; true by default. */
  readonly limitsRates?: boolean;
  /** Whether null clears a field, which Iterable does not document; true by default. */
  readonly nullClears?: boolean;
  /** Whether the project makes fields that it does not know, where a request does not say; true by default. */
  readonly makesFields?: boolean;
  readonly barredEvents?: readonly string[];
  /** Failures are counted and nobody is named. */
  readonly hidesFailures?: boolean;
  /** Faults that come by themselves. */
  readonly weather?: Weather;
}

const MAX_BODY_BYTES = 4_000_000;
const USER_PATH = /^\/api\/users\/byUserId\/([^/?]+)$/;

interface Reply {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

type Entry = { -readonly [K in keyof StandInRequest]: StandInRequest[K] };

/** A strict Iterable API on a free loopback port: bulk updates and events, users, fields, deletion, with limits, state and faults on demand. */
export const startIterableStandIn = async (options: IterableOptions): Promise<IterableStandIn> => {
  const { key, now, project = 'hybrid', keyKind = 'server' } = options;
  const users = makeIterableUsers(options.nullClears ?? true);
  const types = makeFieldTypes();
  types.set('email', 'string');
  types.set(project === 'email' ? 'emailListIds' : 'userListIds', 'long');
  const scheduled = makeScheduled();
  const faults = makeFaults();
  const isTooMany = makeRateLimit();
  const requests: Entry[] = [];
  const late: (() => void)[] = [];
  let lastWrite = '';

  const judge = (path: string, body: unknown, fault: ToolFault | null): BulkVerdict => {
    const world: BulkWorld = {
      users,
      types,
      project,
      makesFields: options.makesFields ?? true,
      barredEvents: new Set(options.barredEvents),
      bad: (userId) => fault?.kind === 'partial' && fault.ids.includes(userId),
      hides: options.hidesFailures ?? false,
      now: now(),
    };
    return path === '/api/users/bulkUpdate' ? judgeUsers(body, world) : judgeEvents(body, world);
  };

  /** Null: no answer. */
  const write = (path: string, body: unknown, socket: Socket): Reply | null => {
    const list = path === '/api/users/bulkUpdate' ? 'users' : 'events';
    const named = (itemsOf(body, list) ?? []).map(({ userId }) => String(userId));
    const follows = list === 'events' && lastWrite === 'users';
    lastWrite = list;
    const fault =
      options.weather?.({ isRead: false, users: named }) ?? faults.take({ users: named, isRead: false, follows });
    if (fault?.kind === 'status') return injected(fault);
    if (fault?.kind === 'throttled') return tooMany(path);
    const verdict = judge(path, body, fault);
    if (!verdict.taken) return verdict;
    if (fault?.kind === 'late') (fault.hold ?? ((apply) => void late.push(apply)))(verdict.apply);
    else if (!(fault !== null && 'applied' in fault) || fault.applied) verdict.apply();
    if (fault?.kind === 'silence') {
      if (fault.socket === 'destroyed') socket.resetAndDestroy();
      return null;
    }
    return { status: 200, body: fault?.kind === 'garbage' ? fault.body : verdict.body };
  };

  /** Null: no answer. */
  const cancel = (channel: string, path: string, body: unknown, socket: Socket): Reply | null => {
    const message = toCancel(channel, body);
    if (message === null) return refusalOf(400, 'BadParams', 'campaignId and userId, or scheduledMessageId');
    const named = { users: [message.userId], isRead: false };
    const fault = options.weather?.(named) ?? faults.take({ ...named, follows: false });
    if (fault?.kind === 'status') return injected(fault);
    if (fault?.kind === 'throttled') return tooMany(path);
    const canceled = fault?.kind === 'silence' && !fault.applied ? 0 : scheduled.cancel(message);
    if (fault?.kind === 'silence') {
      if (fault.socket === 'destroyed') socket.resetAndDestroy();
      return null;
    }
    return canceled === 0 ? refusalOf(400, 'BadParams', 'No scheduled message found') : SUCCESS;
  };

  const onUser = (method: string, userId: string): Reply => {
    const user = users.all.get(userId);
    if (method === 'GET')
      return { status: 200, body: user === undefined ? {} : { user: shown(user.userId, user.dataFields) } };
    if (!users.remove(userId))
      return { status: 400, body: { code: 'UnknownUserIdError', msg: 'User does not exist', params: {} } };
    // What was asked before stays in no log of Iterable's either.
    for (const entry of requests) if (JSON.stringify(entry.body).includes(`"${userId}"`)) entry.body = null;
    return SUCCESS;
  };

  const answer = (entry: Entry, text: Buffer, socket: Socket): Reply | null => {
    const { method, path, headers, body } = entry;
    const isBulk = method === 'POST' && BULK.has(path);
    const channel = method === 'POST' ? canceledChannel(path) : null;
    const [, userId] = USER_PATH.exec(path) ?? [];
    if (
      !isBulk &&
      channel === null &&
      !(userId !== undefined && ['GET', 'DELETE'].includes(method)) &&
      !OTHERS.has(`${method} ${path.split('?')[0]}`)
    )
      return { status: 404, body: { code: 'NotFound', msg: 'No such path', params: {} } };
    const denied = refuseKey(
      headers['api-key'],
      isBulk || channel !== null || method === 'DELETE' || path.endsWith('/forget'),
    );
    if (denied !== null) return denied;
    if (options.limitsRates !== false && isTooMany(path, now())) return tooMany(path);
    if (text.length > MAX_BODY_BYTES) return refusalOf(413, 'BatchTooLarge', 'The body is over 4 MB');
    if (method === 'POST' && !/^application\/json\b/.test(headers['content-type']?.toString() ?? ''))
      return refusalOf(400, 'BadJsonBody', 'Content-Type must be application/json');
    if (method === 'POST' && body === null) return refusalOf(400, 'BadJsonBody', 'Invalid JSON');
    if (isBulk) return write(path, body, socket);
    if (channel !== null) return cancel(channel, path, body, socket);
    const fault =
      method === 'GET'
        ? (options.weather?.({ isRead: true, users: [] }) ??
          faults.take({ users: userId === undefined ? [] : [userId], isRead: true, follows: false }))
        : null;
    if (fault?.kind === 'status') return injected(fault);
    if (fault?.kind === 'throttled') return tooMany(path);
    if (userId !== undefined) return onUser(method, decodeURIComponent(userId));
    if (path.startsWith('/api/campaigns')) return { status: 200, body: listCampaigns(scheduled.campaigns, path) };
    if (path === '/api/users/getFields')
      return {
        status: 200,
        body: { fields: Object.fromEntries([...types.all].filter(([name]) => !name.includes(':::'))) },
      };
    users.forget(String((body as { userId?: unknown }).userId));
    return SUCCESS;
  };

  const refuseKey = (given: unknown, isWrite: boolean): Reply | null => {
    if (given !== key) return refusalOf(401, 'BadApiKey', 'Invalid API key');
    if (keyKind === 'jwt') return refusalOf(401, 'InvalidJwtPayload', 'JWT Authorization header is not set');
    return keyKind === 'read-only' && isWrite
      ? refusalOf(403, 'Forbidden', 'The key may not call this endpoint')
      : null;
  };

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const text = await readBody(request);
    const { method = '', url: path = '', headers } = request;
    const entry: Entry = { method, path, headers, body: parse(text), status: null };
    requests.push(entry);
    const reply = answer(entry, text, request.socket);
    if (reply === null) return;
    entry.status = reply.status;
    const json = typeof reply.body === 'string' ? reply.body : JSON.stringify(reply.body);
    response.writeHead(reply.status, { 'content-type': 'application/json', ...reply.headers }).end(json);
  };

  const { url, close } = await listen(handle);

  return {
    url,
    users,
    types,
    scheduled,
    requests,
    inject: faults.inject,
    heal: faults.heal,
    applyLate: () => {
      for (const apply of late.splice(0)) apply();
    },
    close,
  };
};

const BULK = new Set(['/api/users/bulkUpdate', '/api/events/trackBulk']);
const OTHERS = new Set(['GET /api/users/getFields', 'GET /api/campaigns', 'POST /api/users/forget']);
const SUCCESS: Reply = { status: 200, body: { code: 'Success', msg: '', params: {} } };

const refusalOf = (status: number, code: string, msg: string): Reply => {
  const verdict = refusal(status, code, msg);
  return { status, body: verdict.body };
};

const tooMany = (path: string): Reply =>
  refusalOf(429, 'RateLimitExceeded', `Exceeded rate limit for endpoint: ${path}, project: 7`);

const injected = (fault: Extract<ToolFault, { readonly kind: 'status' }>): Reply => ({
  status: fault.status,
  body: fault.body ?? { code: 'GenericError', msg: 'injected', params: {} },
  ...(fault.headers === undefined ? {} : { headers: fault.headers }),
});

/** As a project shows a user: known by user id alone, so without an address. */
const shown = (userId: string, dataFields: Readonly<Record<string, unknown>>) => ({
  email: '',
  userId,
  dataFields: { ...dataFields, userId },
});

const parse = (text: Buffer): unknown => {
  try {
    return JSON.parse(text.toString('utf8'));
  } catch {
    return null;
  }
};
