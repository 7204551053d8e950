import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { listen } from '../listen.ts';
import { readBody } from '../read-body.ts';
import type { StandInRequest } from '../tool-stand-in.ts';
import type { Weather } from '../weather.ts';
import { deleteUsers } from './delete-users.ts';
import { exportIds } from './export-ids.ts';
import type { BrazeFault, FaultPlan } from './faults.ts';
import { makeFaultPlan, toBrazeFault } from './faults.ts';
import { makeRateLimit } from './rate-limit.ts';
import type { BrazeObject, TrackRequest } from './track-request.ts';
import { judgeTrack } from './track-request.ts';
import type { BrazeUsers } from './users.ts';
import { makeBrazeUsers } from './users.ts';

/** One request to `/users/track` as it came, applied or not. */
export interface BrazeRequest {
  readonly at: number;
  /** Null: never answered. */
  readonly status: number | null;
  readonly objects: number;
  readonly bytes: number;
  readonly users: readonly string[];
  readonly attributes: readonly BrazeObject[];
  readonly events: readonly BrazeObject[];
}

export interface BrazeStandIn {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  readonly users: BrazeUsers;
  readonly faults: Pick<FaultPlan, 'inject' | 'heal' | 'log'>;
  readonly requests: readonly BrazeRequest[];
  /** Applies what faults hold back, in order. */
  readonly applyLate: () => void;
  readonly close: () => Promise<void>;
}

export interface BrazeOptions {
  readonly key: string;
  /** The test's clock, UTC milliseconds; the machine's by default. */
  readonly now: () => number;
  /** Endpoints that the key may use; all by default. */
  readonly permissions?: readonly BrazePermission[];
  /** Requests per 3 s before it answers 429; 3,000 by default. */
  readonly requestsPer3s?: number;
  /** Objects per request of the contract; 75 by default, 50 in some. */
  readonly maxObjects?: number;
  /** Is told each request as it comes; its `status` is filled in when it is answered. */
  readonly onRequest?: (request: StandInRequest) => void;
  /** Faults that come by themselves. */
  readonly weather?: Weather;
}

type BrazePermission = 'users.track' | 'users.export.ids' | 'users.delete';
type Answer = (status: number, body: unknown, headers?: Readonly<Record<string, string>>) => void;
type Late = { readonly apply: () => void; calls: number | null };

/** A strict Braze REST API on a free loopback port: `POST /users/track`, `/users/export/ids` and `/users/delete`, with limits, state and faults on demand. */
export const startBrazeStandIn = async (options: BrazeOptions): Promise<BrazeStandIn> => {
  const { key, now, permissions = ALL } = options;
  const users = makeBrazeUsers();
  const faults = makeFaultPlan();
  const rate = makeRateLimit(options.requestsPer3s ?? 3_000);
  const requests: { -readonly [K in keyof BrazeRequest]: BrazeRequest[K] }[] = [];
  let late: Late[] = [];

  const applyLate = (isDue: (held: Late) => boolean = () => true): void => {
    const due = late.filter(isDue);
    late = late.filter((held) => !due.includes(held));
    for (const { apply } of due) apply();
  };
  /** Applies as the fault says: now, later or not at all. */
  const settle = (request: TrackRequest, index: number, fault: BrazeFault | null): void => {
    const apply = (): void => users.apply(request, index, now());
    if (fault?.kind === 'late' && fault.hold !== undefined) fault.hold(apply);
    else if (fault?.kind === 'late') late.push({ apply, calls: fault.calls });
    else if (!(fault !== null && 'applied' in fault) || fault.applied) apply();
  };

  const track = async (request: IncomingMessage, body: Buffer, answer: Answer): Promise<void> => {
    const index = requests.length;
    const entry: (typeof requests)[number] = { at: now(), status: null, bytes: body.length, ...NOTHING };
    requests.push(entry);
    for (const held of late) if (held.calls !== null) held.calls -= 1;
    const limit = rate(now());
    const reply: Answer = (status, text, headers) => {
      entry.status = status;
      answer(status, text, { ...limit.headers, ...headers });
    };
    const asked = judgeTrack(body, undefined, options.maxObjects).request;
    Object.assign(entry, asked);
    const drawn = toBrazeFault(options.weather?.({ isRead: false, users: asked?.users ?? [] }) ?? null);
    const fault = drawn ?? faults.take(asked, index, now());
    if (fault?.kind === 'slow') await sleep(fault.ms);
    if (fault?.kind === 'status') {
      return reply(fault.status, fault.body ?? { message: fault.message ?? 'injected' }, fault.headers);
    }
    if (fault?.kind === 'throttled') return reply(429, { message: 'Rate limit exceeded' }, resetHeader(fault.resetAt));
    if (!limit.allows) return reply(429, { message: 'Rate limit exceeded' });
    const verdict = judgeTrack(body, refusalOf(fault), options.maxObjects);
    const isPlaced = !(fault?.kind === 'partial' && fault.unplaced);
    const errors = isPlaced ? verdict.errors : verdict.errors.map(({ type }) => ({ type }));
    if (!verdict.taken)
      return reply(verdict.status, { message: verdict.message, ...(errors.length > 0 && { errors }) });
    settle(verdict.request, index, fault);
    applyLate(({ calls }) => calls !== null && calls <= 0);
    if ((fault?.kind === 'silence' || fault?.kind === 'late') && fault.socket !== undefined) {
      return void (fault.socket === 'destroyed' && request.socket.resetAndDestroy());
    }
    if (fault?.kind === 'garbage') return reply(201, fault.body);
    reply(201, { message: 'success', ...processed(verdict.request), ...(errors.length > 0 && { errors }) });
  };

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await readBody(request);
    const seen = toSeen(request, body);
    options.onRequest?.(seen);
    const answer: Answer = (status, text, headers = {}) => {
      seen.status = status;
      const json = typeof text === 'string' ? text : JSON.stringify(text);
      response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(json);
    };
    const permission = request.method === 'POST' ? PERMISSION[request.url ?? ''] : undefined;
    if (permission === undefined) return answer(404, { message: 'Invalid URL' });
    if (request.headers.authorization !== `Bearer ${key}`) return answer(401, { message: 'Invalid API Key' });
    if (!permissions.includes(permission)) return answer(401, { message: 'Invalid API Key: permission' });
    if (!/^application\/json\b/.test(request.headers['content-type'] ?? '')) {
      return answer(400, { message: 'Content-Type must be application/json' });
    }
    if (permission === 'users.track') return await track(request, body, answer);
    if (permission === 'users.export.ids') {
      const drawn = options.weather?.({ isRead: true, users: [] });
      if (drawn?.kind === 'status') return answer(drawn.status, { message: 'injected' });
      if (drawn?.kind === 'throttled') return answer(429, { message: 'Rate limit exceeded' });
      const exported = exportIds(users, body);
      return answer(exported.status, exported.body);
    }
    const { status, body: told, deleted } = deleteUsers(users, body);
    // What was asked before stays in no log of Braze's either.
    for (const entry of requests) Object.assign(entry, withoutPeople(entry, deleted));
    answer(status, told);
  };

  const { url, close } = await listen(handle);

  return {
    url,
    users,
    faults,
    requests,
    applyLate: () => applyLate(),
    close,
  };
};

const NOTHING = { objects: 0, users: [], attributes: [], events: [] };
const ALL: readonly BrazePermission[] = ['users.track', 'users.export.ids', 'users.delete'];
const PERMISSION: Readonly<Record<string, BrazePermission>> = {
  '/users/track': 'users.track',
  '/users/export/ids': 'users.export.ids',
  '/users/delete': 'users.delete',
};

const withoutPeople = (entry: BrazeRequest, gone: readonly string[]): Partial<BrazeRequest> => ({
  users: entry.users.filter((user) => !gone.includes(user)),
  attributes: entry.attributes.filter(({ external_id }) => !gone.includes(String(external_id))),
  events: entry.events.filter(({ external_id }) => !gone.includes(String(external_id))),
});

const refusalOf =
  (fault: BrazeFault | null) =>
  (object: BrazeObject): string | null =>
    fault?.kind === 'partial' && fault.users.includes(String(object.external_id))
      ? 'BLACKLISTED_EXTERNAL_USER_ID'
      : null;

const resetHeader = (resetAt: number | null): Readonly<Record<string, string>> =>
  resetAt === null ? {} : { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(Math.ceil(resetAt / 1_000)) };

const processed = ({ attributes, events, purchases }: TrackRequest) => ({
  ...(attributes.length > 0 && { attributes_processed: attributes.length }),
  ...(events.length > 0 && { events_processed: events.length }),
  ...(purchases.length > 0 && { purchases_processed: purchases.length }),
});

const toSeen = ({ method = '', url: path = '', headers }: IncomingMessage, body: Buffer) => ({
  method,
  path,
  headers,
  body: parsed(body),
  status: null as number | null,
});

const parsed = (body: Buffer): unknown => {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return null;
  }
};
