import * as z from 'zod';
import { fromUnixSeconds, type Instant } from '../../domain/instant.ts';
import { isRecord, type Json } from './json.ts';
import { objectId, unixSeconds } from './shapes.ts';
import { structureProblem } from './structure.ts';
import { type ThinEvent, thinEvent } from './thin.ts';

/** A snapshot event's envelope. `object` is untyped until a reader has checked the fields that it reads. */
export interface StripeEvent {
  readonly id: string;
  readonly type: string;
  readonly createdAt: Instant;
  readonly livemode: boolean;
  /** The connected account that it is about; the empty string for the platform itself. */
  readonly account: string;
  /** Stripe did it by itself: no API or dashboard request caused it. */
  readonly automatic: boolean;
  readonly object: Json;
  readonly previousAttributes: Json;
  /** The thin event for which it was looked up; null for all that came as it is. */
  readonly notice: { readonly type: string; readonly createdAt: Instant } | null;
}

/** What a body turns out to be. `id` and `type` of an invalid one are given where they could be read. */
type ParsedBody =
  | { readonly kind: 'event'; readonly event: StripeEvent }
  | { readonly kind: 'thin'; readonly thin: ThinEvent }
  | { readonly kind: 'invalid'; readonly id: string | null; readonly type: string | null; readonly error: string };

/** Checked and copied only where a reader reads it. */
const record = z.custom<Json>(isRecord, 'expected an object');

const envelope = z.object({
  id: objectId,
  object: z.literal('event'),
  type: objectId,
  created: unixSeconds,
  livemode: z.boolean().nullish(),
  account: z.union([z.literal(''), objectId]).nullish(),
  /** Only beside what a look-up fetched for a thin event. */
  notice: z.object({ type: objectId, created: unixSeconds }).nullish(),
  /** An object since 2017-05-25, a string or null before. */
  request: z.union([z.string(), z.object({ id: z.string().nullish() })]).nullish(),
  /** A test ping has no object. */
  data: z.object({ object: record.nullish(), previous_attributes: record.nullish() }).nullish(),
});

/** Reads a webhook's body as far as its envelope. Never throws; refuses what is nested too deep or names a prototype. */
export const parseBody = (rawBody: string): ParsedBody => {
  const json = parseJson(rawBody);
  if (json === undefined) return invalid(null, 'The body is not JSON. Check that the endpoint is one of Stripe.');
  const problem = structureProblem(json);
  if (problem !== null)
    return invalid(json, `The body is not accepted: ${problem}. Stripe never sends this; find its sender.`);
  return isRecord(json) && json.object === 'v2.core.event' ? parseThin(json) : parseSnapshot(json);
};

const parseThin = (json: unknown): ParsedBody => {
  const parsed = thinEvent.safeParse(json);
  if (!parsed.success) return notAnEvent(json, parsed.error);
  return { kind: 'thin', thin: parsed.data };
};

const parseSnapshot = (json: unknown): ParsedBody => {
  const parsed = envelope.safeParse(json);
  return parsed.success ? { kind: 'event', event: toEvent(parsed.data) } : notAnEvent(json, parsed.error);
};

const notAnEvent = (json: unknown, error: z.ZodError): ParsedBody =>
  invalid(json, `The body is not a Stripe event: ${explainIssue(error)}. Check what the endpoint is sent.`);

/** The first thing that a schema found wrong: path and expectation, never the value. */
export const explainIssue = (error: z.ZodError, prefix = ''): string => {
  const [issue] = error.issues;
  if (issue === undefined) return 'unknown problem';
  const path = [...(prefix === '' ? [] : [prefix]), ...issue.path.map(String)].join('.');
  return `${path === '' ? 'the body' : path}: ${issue.message}`;
};

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const toEvent = (raw: z.infer<typeof envelope>): StripeEvent => ({
  id: raw.id,
  type: raw.type,
  createdAt: fromUnixSeconds(raw.created),
  notice: raw.notice == null ? null : { type: raw.notice.type, createdAt: fromUnixSeconds(raw.notice.created) },
  livemode: raw.livemode === true,
  account: raw.account ?? '',
  automatic: !(typeof raw.request === 'string' ? raw.request : raw.request?.id),
  object: raw.data?.object ?? {},
  previousAttributes: raw.data?.previous_attributes ?? {},
});

const named = z.object({ id: objectId.nullish().catch(null), type: objectId.nullish().catch(null) });

const invalid = (json: unknown, error: string): ParsedBody => {
  const found = named.safeParse(json);
  return { kind: 'invalid', id: found.data?.id ?? null, type: found.data?.type ?? null, error };
};
