import { type Judgement, startHttpStandIn, type VendorRequest } from '../http-stand-in.ts';
import type { ToolStandIn } from '../tool-stand-in.ts';
import { makeUserFields, type UserField } from './user-fields.ts';

export interface HeldUser {
  readonly id: number;
  external_id: string | null;
  readonly email: string;
  readonly role: string;
  user_fields: Record<string, unknown>;
}

export interface ZendeskStandIn extends ToolStandIn {
  readonly users: readonly HeldUser[];
  readonly fields: ReadonlyMap<string, UserField>;
  readonly addUser: (user: Partial<HeldUser>) => HeldUser;
  readonly addField: (field: UserField) => void;
}

export interface ZendeskOptions {
  readonly email: string;
  readonly apiToken: string;
  /** The test's clock, UTC milliseconds. */
  readonly now: () => number;
  /** Requests a minute before it answers 429; 700 by default. */
  readonly requestsPerMinute?: number;
}

const MINUTE_MS = 60_000;
const invalid = (field: string): Judgement => ({
  status: 422,
  body: {
    error: 'RecordInvalid',
    description: 'Record validation errors',
    details: { [field]: [{ description: `${field}: is invalid` }] },
  },
});
const NOT_FOUND: Judgement = { status: 404, body: { error: 'RecordNotFound', description: 'Not found' } };
const ANONYMOUS = { id: null, name: 'Anonymous user', email: 'invalid@example.com', role: 'end-user' };

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Zendesk Support's users and user fields on a free loopback port: it checks the token, ids, limits and types of fields. */
export const startZendeskStandIn = async (options: ZendeskOptions): Promise<ZendeskStandIn> => {
  const users: HeldUser[] = [];
  const fields = makeUserFields();
  const { now, requestsPerMinute = 700 } = options;
  const good = `Basic ${Buffer.from(`${options.email}/token:${options.apiToken}`).toString('base64')}`;
  let [minute, used] = [Number.NaN, 0];

  const isOverLimit = (): boolean => {
    const current = Math.floor(now() / MINUTE_MS);
    used = current === minute ? used + 1 : 1;
    minute = current;
    return used > requestsPerMinute;
  };
  const throttled = () => ({
    status: 429,
    headers: { 'retry-after': String(Math.ceil((MINUTE_MS - (now() % MINUTE_MS)) / 1_000)) },
    body: 'Number of allowed API requests per minute exceeded',
  });
  const show = (user: HeldUser) => ({
    ...user,
    active: true,
    user_fields: Object.fromEntries([...fields.all.keys()].map((key) => [key, user.user_fields[key] ?? null])),
  });

  const showMany = (query: URLSearchParams): Judgement => {
    const ids = (query.get('external_ids') ?? '').split(',').filter((id) => id !== '');
    if (ids.length === 0) return { status: 400, body: { error: 'Missing Parameter', description: 'external_ids' } };
    if (ids.length > 100) return { status: 413, body: { error: 'TooManyValues', description: 'at most 100' } };
    const asked = new Set(ids.map((id) => id.toLowerCase()));
    return {
      status: 200,
      body: { users: users.filter((user) => asked.has(String(user.external_id).toLowerCase())).map(show) },
    };
  };
  const search = (query: URLSearchParams): Judgement => {
    const email = /^email:"?([^"]+)"?$/.exec(query.get('query') ?? '')?.[1]?.toLowerCase();
    // Its search finds parts of addresses, too.
    const found = users.filter((user) => email !== undefined && user.email.toLowerCase().includes(email));
    return { status: 200, body: { users: found.map(show) } };
  };
  const update = (id: number, body: unknown): Judgement => {
    const user = users.find((each) => each.id === id);
    if (user === undefined) return NOT_FOUND;
    const sent = isObject(body) && isObject(body.user) ? body.user : null;
    if (sent === null || Object.keys(sent).some((key) => key !== 'user_fields' && key !== 'external_id'))
      return invalid('user');
    const { external_id = user.external_id, user_fields = {} } = sent;
    if (typeof external_id !== 'string' || external_id === '') return invalid('external_id');
    const isTaken = users.some(
      (each) => each !== user && each.external_id?.toLowerCase() === external_id.toLowerCase(),
    );
    if (isTaken || !isObject(user_fields)) return invalid(isTaken ? 'external_id' : 'user_fields');
    const wrong = fields.findWrong(user_fields);
    if (wrong !== null) return invalid(wrong);
    const apply = (): void => {
      user.external_id = external_id;
      user.user_fields = { ...user.user_fields, ...fields.toHeld(user_fields) };
    };
    const after = { ...user, external_id, user_fields: { ...user.user_fields, ...fields.toHeld(user_fields) } };
    return { status: 200, body: { user: show(after) }, write: { subjects: [external_id], apply } };
  };

  const judge = ({ method, path, headers, body }: VendorRequest): Judgement => {
    const url = new URL(path, 'http://zendesk.invalid');
    const isKnown = headers.authorization === good;
    if (isOverLimit()) return throttled();
    if (`${method} ${url.pathname}` === 'GET /api/v2/users/me.json')
      return { status: 200, body: { user: isKnown ? { id: 1, role: 'admin', email: options.email } : ANONYMOUS } };
    if (!isKnown) return { status: 401, body: { error: "Couldn't authenticate you" } };
    if (method !== 'GET' && !/^application\/json\b/.test(headers['content-type'] ?? ''))
      return { status: 415, body: { error: 'UnsupportedMediaType', description: 'JSON only' } };
    const userId = /^\/api\/v2\/users\/(\d+)\.json$/.exec(url.pathname)?.[1];
    if (method === 'PUT' && userId !== undefined) return update(Number(userId), body);
    if (method === 'GET' && url.pathname === '/api/v2/users/show_many.json') return showMany(url.searchParams);
    if (method === 'GET' && url.pathname === '/api/v2/users/search.json') return search(url.searchParams);
    if (method === 'GET' && url.pathname === '/api/v2/user_fields.json') return fields.list(url.searchParams);
    if (method === 'POST' && url.pathname === '/api/v2/user_fields.json') return fields.create(body);
    return { status: 404, body: { error: 'InvalidEndpoint', description: 'Not found' } };
  };

  const standIn = await startHttpStandIn({
    judge,
    throttled,
    refused: () => invalid('user_fields'),
    failed: (status) => ({ error: `Status${status}`, description: 'injected' }),
  });
  return {
    ...standIn,
    users,
    fields: fields.all,
    addField: (field) => void fields.all.set(field.key, field),
    addUser: (user) => {
      const id = 9_000 + users.length;
      const added = { id, external_id: null, email: `${id}@example.com`, role: 'end-user', user_fields: {}, ...user };
      users.push(added);
      return added;
    },
  };
};
