import type { IncomingMessage, ServerResponse } from 'node:http';
import { listen } from './listen.ts';
import { readBody } from './read-body.ts';

/** What Segment's Tracking API takes, from its documentation. */
const MAX_EVENT_BYTES = 32 * 1024;
const MAX_BATCH_BYTES = 500_000;
const MAX_BATCH_EVENTS = 2_500;
const MAX_MESSAGE_ID_CHARS = 100;

export interface StoodInEvent {
  readonly messageId: string;
  readonly type: string;
  readonly event?: string;
  readonly userId?: string;
  readonly anonymousId?: string;
  readonly groupId?: string;
  readonly timestamp: string;
  readonly properties?: Readonly<Record<string, unknown>>;
  readonly traits?: Readonly<Record<string, unknown>>;
  readonly context: Readonly<Record<string, unknown>>;
  readonly integrations?: Readonly<Record<string, boolean>>;
}

/** What goes wrong with one request. `apply`: the events are kept all the same, only the answer is lost. */
export type Fault =
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string;
    }
  | { readonly kind: 'hang'; readonly apply: boolean }
  | { readonly kind: 'reset'; readonly apply: boolean }
  | { readonly kind: 'slow'; readonly ms: number };

export interface SegmentStandIn {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  /** Accepted events by message id, first arrivals in order: Segment deduplicates. */
  readonly messages: ReadonlyMap<string, StoodInEvent>;
  /** Message ids in order of arrival, repeats included. */
  readonly arrivals: readonly string[];
  /** Events that Segment would drop behind a 200, with the reason. */
  readonly dropped: readonly { readonly messageId: string; readonly reason: string }[];
  readonly requests: readonly { readonly status: number | null; readonly events: number; readonly bytes: number }[];
  /** Regulations that were taken, in order. */
  readonly regulations: readonly { readonly regulationType: string; readonly subjectIds: readonly string[] }[];
  /** Connections that were ever made. */
  readonly connections: () => number;
  /** The highest number of requests under way at once. */
  readonly mostConcurrent: () => number;
  /** The next requests meet these, one each, in order. */
  readonly script: (...faults: readonly Fault[]) => void;
  /** Every batch that holds such an event is answered 400. */
  readonly refuse: (isBad: (event: StoodInEvent) => boolean) => void;
  readonly close: () => Promise<void>;
}

/**
 * A strict Tracking API on a free loopback port: `POST /v1/batch`, its limits, its silent drops, and faults on demand; and
 * of the Public API `POST /regulations`, which deletes at once what it is asked to and suppresses what comes later.
 */
export const startSegmentStandIn = async (writeKey: string, publicToken = 'public-token'): Promise<SegmentStandIn> => {
  const messages = new Map<string, StoodInEvent>();
  const arrivals: string[] = [];
  const dropped: { messageId: string; reason: string }[] = [];
  const requests: { status: number | null; events: number; bytes: number }[] = [];
  const faults: Fault[] = [];
  const regulations: { regulationType: string; subjectIds: readonly string[] }[] = [];
  const suppressed = new Set<string>();
  let concurrent = 0;
  let mostConcurrent = 0;
  let isRefused: (event: StoodInEvent) => boolean = () => false;

  const apply = (events: readonly StoodInEvent[]): void => {
    for (const event of events) {
      arrivals.push(event.messageId);
      if (suppressed.has(event.userId ?? '')) continue;
      const reason = events.length > MAX_BATCH_EVENTS ? 'batch over 2500' : dropReason(event);
      if (reason !== null) dropped.push({ messageId: event.messageId, reason });
      else if (!messages.has(event.messageId)) messages.set(event.messageId, event);
    }
  };

  const regulate = (request: IncomingMessage, body: Buffer, response: ServerResponse): void => {
    const fault = faults.shift();
    if (fault?.kind === 'status') return void response.writeHead(fault.status, fault.headers).end(fault.body);
    if (request.headers.authorization !== `Bearer ${publicToken}`) return void response.writeHead(401).end('{}');
    const asked = parseRegulation(body);
    if (asked === null) return void response.writeHead(422).end('{}');
    regulations.push(asked);
    if (asked.regulationType === 'SUPPRESS_WITH_DELETE') for (const id of asked.subjectIds) suppressed.add(id);
    for (const [id, { userId = '' }] of messages) if (asked.subjectIds.includes(userId)) messages.delete(id);
    const data = { regulateId: `reg_${regulations.length}` };
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ data }));
  };

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await readBody(request);
    if (request.method === 'POST' && request.url === '/regulations') return regulate(request, body, response);
    const fault = faults.shift();
    const verdict = judge(request, body, writeKey);
    const events = verdict.events;
    const entry = { status: null as number | null, events: events.length, bytes: body.length };
    requests.push(entry);
    const answer = (status: number, headers: Readonly<Record<string, string>> = {}, text = ''): void => {
      entry.status = status;
      response.writeHead(status, headers).end(text);
    };
    if (fault?.kind === 'status') return answer(fault.status, fault.headers, fault.body);
    if (verdict.status !== 200 || events.some(isRefused)) return answer(verdict.status === 200 ? 400 : verdict.status);
    if (fault === undefined || fault.kind === 'slow' || fault.apply) apply(events);
    if (fault?.kind === 'hang') return;
    if (fault?.kind === 'reset') return void request.socket.resetAndDestroy();
    if (fault?.kind === 'slow') await new Promise((resolve) => setTimeout(resolve, fault.ms));
    answer(200, { 'content-type': 'application/json' }, '{"success":true}');
  };

  const { url, connections, close } = await listen((request, response) => {
    concurrent += 1;
    mostConcurrent = Math.max(mostConcurrent, concurrent);
    response.once('close', () => {
      concurrent -= 1;
    });
    return handle(request, response);
  });

  return {
    url,
    messages,
    arrivals,
    dropped,
    requests,
    regulations,
    connections,
    mostConcurrent: () => mostConcurrent,
    script: (...next) => void faults.push(...next),
    refuse: (isBad) => {
      isRefused = isBad;
    },
    close,
  };
};

const judge = (
  request: IncomingMessage,
  body: Buffer,
  writeKey: string,
): { readonly status: number; readonly events: readonly StoodInEvent[] } => {
  if (request.method !== 'POST' || request.url !== '/v1/batch') return { status: 404, events: [] };
  const parsed = parseBatch(body);
  if (parsed === null) return { status: 400, events: [] };
  const { batch: events } = parsed;
  const basic = `Basic ${Buffer.from(`${writeKey}:`).toString('base64')}`;
  if (request.headers.authorization !== basic || parsed.writeKey !== writeKey) return { status: 401, events };
  const tooBig = body.length > MAX_BATCH_BYTES || events.some((event) => sizeOf(event) > MAX_EVENT_BYTES);
  return { status: tooBig ? 400 : 200, events };
};

const parseRegulation = (
  body: Buffer,
): { readonly regulationType: string; readonly subjectIds: readonly string[] } | null => {
  try {
    const asked = JSON.parse(body.toString('utf8'));
    const isWhole =
      /^(SUPPRESS_WITH_DELETE|DELETE_ONLY)$/.test(asked.regulationType) && asked.subjectType === 'USER_ID';
    return isWhole && Array.isArray(asked.subjectIds) && asked.subjectIds.length > 0 ? asked : null;
  } catch {
    return null;
  }
};

const parseBatch = (body: Buffer): { readonly batch: readonly StoodInEvent[]; readonly writeKey?: string } | null => {
  try {
    const parsed = JSON.parse(body.toString('utf8'));
    return Array.isArray(parsed?.batch) ? parsed : null;
  } catch {
    return null;
  }
};

const sizeOf = (event: StoodInEvent): number => Buffer.byteLength(JSON.stringify(event));

const dropReason = (event: StoodInEvent): string | null => {
  if (!event.userId && !event.anonymousId) return 'no_user_anon_id';
  if (event.type === 'track' && !event.event) return 'track without event';
  if (event.type === 'group' && !event.groupId) return 'group without groupId';
  if (!event.messageId || event.messageId.length > MAX_MESSAGE_ID_CHARS) return 'message id';
  return null;
};
