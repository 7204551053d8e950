import { z } from 'zod';
import { type Judgement, startHttpStandIn, type VendorRequest } from '../http-stand-in.ts';
import type { ToolStandIn } from '../tool-stand-in.ts';
import { type DataAttribute, fail, makeDataAttributes } from './data-attributes.ts';

export interface HeldContact {
  readonly type: 'contact';
  readonly id: string;
  readonly role: string;
  external_id: string | null;
  readonly email: string;
  custom_attributes: Record<string, unknown>;
}

export interface IntercomStandIn extends ToolStandIn {
  readonly contacts: readonly HeldContact[];
  readonly addContact: (contact: Partial<HeldContact>) => HeldContact;
  readonly addAttribute: (attribute: DataAttribute) => void;
}

export interface IntercomOptions {
  readonly accessToken: string;
  /** The test's clock, UTC milliseconds. */
  readonly now: () => number;
  /** Requests in 10 s before it answers 429; 1,667 by default. */
  readonly requestsPer10s?: number;
}

const WINDOW_MS = 10_000;
const VERSIONS = /^2\.\d+$/;

const filter = z.strictObject({
  field: z.enum(['external_id', 'email']),
  operator: z.literal('='),
  value: z.string().min(1),
});
const search = z.strictObject({
  query: z.union([filter, z.strictObject({ operator: z.enum(['OR', 'AND']), value: z.array(filter).min(2).max(15) })]),
  pagination: z.strictObject({ per_page: z.number().int().min(1).max(150) }).optional(),
});
const change = z.strictObject({
  external_id: z.string().min(1).optional(),
  custom_attributes: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])).optional(),
});

/** Intercom's contacts and data attributes on a free loopback port: it checks token, version, filters, limits and types. */
export const startIntercomStandIn = async (options: IntercomOptions): Promise<IntercomStandIn> => {
  const contacts: HeldContact[] = [];
  const attributes = makeDataAttributes();
  const { now, requestsPer10s = 1_667 } = options;
  let [window, used] = [Number.NaN, 0];

  const isOverLimit = (): boolean => {
    const current = Math.floor(now() / WINDOW_MS);
    used = current === window ? used + 1 : 1;
    window = current;
    return used > requestsPer10s;
  };
  const throttled = () => ({
    ...fail(429, 'rate_limit_exceeded', `Exceeded rate limit of ${requestsPer10s} in 10_seconds`),
    headers: {
      'x-ratelimit-limit': String(requestsPer10s),
      'x-ratelimit-remaining': '0',
      'x-ratelimit-reset': String(((Math.floor(now() / WINDOW_MS) + 1) * WINDOW_MS) / 1_000),
    },
  });

  const find = (body: unknown): Judgement => {
    const parsed = search.safeParse(body);
    if (!parsed.success) return fail(400, 'parameter_invalid', 'query is not one that is taken');
    const { query } = parsed.data;
    const filters = 'field' in query ? [query] : query.value;
    const data = contacts.filter((contact) =>
      filters.some(({ field, value }) => contact[field]?.toLowerCase() === value.toLowerCase()),
    );
    return { status: 200, body: { type: 'list', data, total_count: data.length } };
  };
  const update = (id: string, body: unknown): Judgement => {
    const contact = contacts.find((each) => each.id === id);
    if (contact === undefined) return fail(404, 'not_found', 'User Not Found');
    const parsed = change.safeParse(body);
    if (!parsed.success) return fail(400, 'parameter_invalid', 'the contact is not one that is taken');
    const { external_id = contact.external_id, custom_attributes = {} } = parsed.data;
    if (contacts.some((each) => each !== contact && each.external_id === external_id && external_id !== null))
      return fail(409, 'conflict', 'A contact matching those details already exists');
    const wrong = attributes.findWrong(custom_attributes);
    if (wrong !== null) return fail(400, 'parameter_invalid', wrong);
    const after = {
      ...contact,
      external_id,
      custom_attributes: { ...contact.custom_attributes, ...custom_attributes },
    };
    const write = { subjects: [String(external_id)], apply: () => void Object.assign(contact, after) };
    return { status: 200, body: after, write };
  };

  const judge = ({ method, path, headers, body }: VendorRequest): Judgement => {
    const url = new URL(path, 'http://intercom.invalid');
    const asked = `${method} ${url.pathname}`;
    if (headers.authorization !== `Bearer ${options.accessToken}`)
      return fail(401, 'unauthorized', 'Access Token Invalid');
    if (isOverLimit()) return throttled();
    if (!VERSIONS.test(String(headers['intercom-version'])))
      return fail(400, 'intercom_version_invalid', 'The requested version could not be found');
    if (method !== 'GET' && !/^application\/json\b/.test(headers['content-type'] ?? ''))
      return fail(406, 'media_type_not_acceptable', 'JSON only');
    const id = /^\/contacts\/(con_\d+)$/.exec(url.pathname)?.[1];
    if (method === 'PUT' && id !== undefined) return update(id, body);
    if (asked === 'POST /contacts/search') return find(body);
    if (asked === 'GET /me') return { status: 200, body: { type: 'admin', id: '1' } };
    if (asked === 'GET /data_attributes') return attributes.list(url.searchParams);
    if (asked === 'POST /data_attributes') return attributes.create(body);
    return fail(404, 'not_found', 'Resource Not Found');
  };

  const standIn = await startHttpStandIn({
    judge,
    throttled,
    refused: () => fail(400, 'parameter_invalid', 'Custom attribute is not of its type'),
    failed: (status) => fail(status, 'server_error', 'injected').body,
  });
  return {
    ...standIn,
    contacts,
    addAttribute: attributes.add,
    addContact: (contact) => {
      const id = `con_${contacts.length}`;
      const added = { type: 'contact', id, role: 'user', external_id: null, email: `${id}@example.com` } as const;
      const held = { ...added, custom_attributes: {}, ...contact };
      contacts.push(held);
      return held;
    },
  };
};
